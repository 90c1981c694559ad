/** What is used of PDF.js. */
declare module 'pdfjs-dist' {
  export interface PageViewport {
    width: number;
    height: number;
  }
  export interface RenderTask {
    promise: Promise<void>;
    cancel(): void;
  }
  export interface PDFPageProxy {
    getViewport(asked: { scale: number }): PageViewport;
    render(asked: { canvas: HTMLCanvasElement; viewport: PageViewport }): RenderTask;
    streamTextContent(): ReadableStream;
  }
  export interface PDFDocumentProxy {
    numPages: number;
    getPage(number: number): Promise<PDFPageProxy>;
  }
  export interface PDFDocumentLoadingTask {
    promise: Promise<PDFDocumentProxy>;
    destroy(): Promise<void>;
  }
  interface Asked {
    data: ArrayBuffer;
    disableWorkerRendering?: boolean;
    useWorkerFetch?: boolean;
    useSystemFonts?: boolean;
    BinaryDataFactory?: object;
    verbosity?: number;
  }
  export function getDocument(asked: Asked): PDFDocumentLoadingTask;
  export const GlobalWorkerOptions: { workerPort: Worker | null };
  export class TextLayer {
    constructor(asked: { textContentSource: ReadableStream; container: HTMLElement; viewport: PageViewport });
    render(): Promise<void>;
    cancel(): void;
  }
}
declare module 'pdfjs-dist/build/pdf.worker.min.mjs?worker' {
  const PdfWorker: new () => Worker;
  export default PdfWorker;
}
