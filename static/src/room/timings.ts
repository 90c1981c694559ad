/** How long people waited for images: from the moment a case opened on this screen. */

export interface Timing {
  case: string;
  /** Milliseconds of the page's own clock. */
  opened: number;
  listed: number | null;
  firstImage: number | null;
  /** By series key: when its last frame was decoded. */
  lastDecoded: Record<string, number>;
}

export class Timings {
  readonly cases: Timing[] = [];

  get now(): Timing | undefined {
    return this.cases.at(-1);
  }

  opened(id: string): void {
    this.cases.push({ case: id, opened: performance.now(), listed: null, firstImage: null, lastDecoded: {} });
  }

  listed(): void {
    if (this.now !== undefined) this.now.listed ??= performance.now();
  }

  painted(): void {
    if (this.now !== undefined) this.now.firstImage ??= performance.now();
  }

  finished(series: string): void {
    if (this.now !== undefined) this.now.lastDecoded[series] ??= performance.now();
  }
}
