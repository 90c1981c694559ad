/** How long people waited for images: from the moment a case opened on this screen. */

export interface Timing {
  case: string;
  /** Milliseconds of the page's own clock. */
  opened: number;
  listed: number | null;
  firstImage: number | null;
  /** The first at full quality: on a slow line a preview comes before. */
  firstWhole: number | null;
  /** By series key: when its last frame was decoded. */
  lastDecoded: Record<string, number>;
}

export class Timings {
  readonly cases: Timing[] = [];

  get now(): Timing | undefined {
    return this.cases.at(-1);
  }

  opened(id: string): void {
    this.cases.push({ case: id, opened: performance.now(), listed: null, firstImage: null, firstWhole: null, lastDecoded: {} });
  }

  listed(): void {
    if (this.now !== undefined) this.now.listed ??= performance.now();
  }

  painted(coarseness: number): void {
    if (this.now === undefined) return;
    this.now.firstImage ??= performance.now();
    if (coarseness === 1) this.now.firstWhole ??= performance.now();
  }

  finished(series: string): void {
    if (this.now !== undefined) this.now.lastDecoded[series] ??= performance.now();
  }
}
