import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig } from 'vitest/config';

/** The NHS typeface is fetched from a server of its own, which a hospital's network may not reach and our policy forbids: Arial stands in. */
const withoutForeignFonts = {
  name: 'without-foreign-fonts',
  enforce: 'pre' as const,
  transform: (code: string, id: string) => (id.endsWith('/nhsuk-frontend.min.css') ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : null),
};

/** Beside each file that shrinks its .br and .gz, so that nothing is compressed while somebody waits (`mdt/web/assets.py`). */
const compressed = {
  name: 'compressed',
  apply: 'build' as const,
  writeBundle({ dir = '' }: { dir?: string }): void {
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(js|css|svg|wasm)$/.test(name)) continue;
      const content = readFileSync(`${dir}/${name}`);
      const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
      if (brotli.length > content.length * 0.9) continue;
      writeFileSync(`${dir}/${name}.br`, brotli);
      writeFileSync(`${dir}/${name}.gz`, gzipSync(content, { level: 9 }));
    }
  },
};

export default defineConfig({
  plugins: [withoutForeignFonts, compressed],
  // The product serves the folder at /static/dist/; workers and WebAssembly find their own files relative to the module that asks.
  base: '/static/dist/',
  publicDir: false,
  // nhsuk-frontend's style sheet asks for its pictures at /assets.
  resolve: { alias: [{ find: /^\/assets\//, replacement: new URL('node_modules/nhsuk-frontend/dist/nhsuk/assets/', import.meta.url).pathname }] },
  worker: { format: 'es' },
  assetsInclude: ['**/*.wasm'],
  build: {
    target: 'es2022',
    outDir: 'static/dist',
    emptyOutDir: true,
    manifest: true,
    // A policy without `data:` must be enough for every asset.
    assetsInlineLimit: 0,
    // nhsuk-frontend is minified already, and holds one `@media screen\0` that the minifier refuses.
    cssMinify: false,
    chunkSizeWarningLimit: 4000,
    rollupOptions: { input: { room: 'static/src/room/main.ts', pages: 'static/src/pages.ts', desk: 'static/src/outcome/desk.ts' } },
  },
  test: { include: ['static/src/**/*.test.ts'], environment: 'node' },
});
