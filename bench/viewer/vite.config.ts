import { defineConfig } from 'vite';

export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  base: './',
  worker: { format: 'es' },
  assetsInclude: ['**/*.wasm'],
  build: { target: 'es2022', emptyOutDir: true, chunkSizeWarningLimit: 20_000 },
});
