/** A PDF, drawn by PDF.js page by page as it comes near, with its text over it for those who select it or have it read to them. */

import * as pdfjs from 'pdfjs-dist';
import PdfWorker from 'pdfjs-dist/build/pdf.worker.min.mjs?worker';
import { ask } from '../../imaging/requests';
import type { Part } from './places';
import { addressOf, type Reader } from './reading';

/** Decoders of pictures, and the fonts that every PDF may count on, under the names by which PDF.js asks for them: so it looks alike on every screen. */
const FILES = import.meta.glob<string>(['/node_modules/pdfjs-dist/wasm/{jbig2,openjpeg,qcms_bg}.wasm', '/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}'], { query: '?url', import: 'default', eager: true });

/** Pixels of one page at most: a page of a poster is drawn less finely. */
const PIXELS_MOST = 16_000_000;
/** Drawn this far beyond what is seen. */
const AHEAD = '600px';

class Files {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const address = Object.entries(FILES).find(([path]) => path.endsWith(`/${filename}`))?.[1];
    if (address === undefined) throw new Error(`There is no ${filename} here.`);
    return new Uint8Array(await (await ask(address)).arrayBuffer());
  }
}

export const readPdf: Reader = async ({ scroller, document: told, resized, painted, signal }) => {
  const data = await (await ask(addressOf(told), { signal, cache: 'no-store' })).arrayBuffer();
  pdfjs.GlobalWorkerOptions.workerPort ??= new PdfWorker();
  const loading = pdfjs.getDocument({ data, BinaryDataFactory: Files, useWorkerFetch: false, useSystemFonts: false, disableWorkerRendering: true, verbosity: 0 });
  const pdf = await loading.promise.catch((error: Error) => {
    throw new Error(error.name === 'PasswordException' ? 'This PDF is locked with a password and cannot be shown.' : 'This PDF is damaged and cannot be shown.');
  });
  const sheets = await Promise.all(Array.from({ length: pdf.numPages }, async (_, at) => new Sheet(await pdf.getPage(at + 1), at + 1, painted)));
  let zoom = 1;
  const fit = (): void => {
    const wide = scroller.clientWidth * zoom;
    for (const sheet of sheets) sheet.size(wide);
    resized();
  };
  const near = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) sheets.find(({ element }) => element === target)?.come(isIntersecting);
    },
    { root: scroller, rootMargin: AHEAD },
  );
  const observer = new ResizeObserver(fit);
  scroller.append(...sheets.map(({ element }) => element));
  observer.observe(scroller);
  fit();
  for (const { element } of sheets) near.observe(element);
  return {
    pages: sheets.length,
    parts: () => sheets.map(({ part }) => part),
    zoom: (to) => {
      zoom = to;
      fit();
    },
    close: () => {
      observer.disconnect();
      near.disconnect();
      for (const sheet of sheets) sheet.come(false);
      void loading.destroy();
    },
  };
};

/** One page: drawn while it is near, and forgotten when it is not. */
class Sheet {
  readonly element = document.createElement('div');
  private readonly wide: number;
  private readonly high: number;
  private scale = 1;
  private isNear = false;
  private task: pdfjs.RenderTask | null = null;
  private text: pdfjs.TextLayer | null = null;

  constructor(
    private readonly page: pdfjs.PDFPageProxy,
    number: number,
    private readonly painted: () => void,
  ) {
    const { width, height } = page.getViewport({ scale: 1 });
    [this.wide, this.high] = [width, height];
    this.element.className = 'paper-sheet';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', `Page ${number}`);
  }

  get part(): Part {
    return { top: this.element.offsetTop, height: this.element.offsetHeight };
  }

  size(wide: number): void {
    const scale = wide / this.wide;
    if (Math.abs(scale - this.scale) < 0.001 && this.element.style.height !== '') return;
    this.scale = scale;
    this.element.style.width = `${this.wide * scale}px`;
    this.element.style.height = `${this.high * scale}px`;
    this.element.style.setProperty('--total-scale-factor', `${scale}`);
    if (this.isNear) void this.draw();
  }

  come(isNear: boolean): void {
    if (this.isNear === isNear) return;
    this.isNear = isNear;
    if (isNear) void this.draw();
    else this.forget();
  }

  private forget(): void {
    this.task?.cancel();
    this.text?.cancel();
    this.task = this.text = null;
    this.element.replaceChildren();
  }

  /** What was drawn at another size stays until this is there. */
  private async draw(): Promise<void> {
    this.task?.cancel();
    this.text?.cancel();
    const { scale } = this;
    const fine = Math.min(window.devicePixelRatio, Math.sqrt(PIXELS_MOST / (this.wide * this.high)) / scale);
    const viewport = this.page.getViewport({ scale: scale * fine });
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.floor(viewport.width), Math.floor(viewport.height)];
    const task = (this.task = this.page.render({ canvas, viewport }));
    try {
      await task.promise;
    } catch {
      return; // given up: another size is wanted, or the page is far away
    }
    if (this.task !== task) return;
    const over = document.createElement('div');
    over.className = 'paper-text';
    this.element.replaceChildren(canvas, over);
    this.painted();
    this.text = new pdfjs.TextLayer({ textContentSource: this.page.streamTextContent(), container: over, viewport: this.page.getViewport({ scale }) });
    await this.text.render().catch(() => undefined);
  }
}
