/** A small picture of each series' middle image, made one at a time when nothing better is to be done. */

import { windowOf } from './image-window';
import type { Library } from './library';
import { isInverted } from './nature';
import type { SeriesSummary } from './types';

const SIZE = 72;
const LOOK_AGAIN = 200;

export class Thumbnails {
  private readonly pictures = new Map<string, HTMLCanvasElement>();
  private readonly queue: SeriesSummary[] = [];
  private running = false;

  constructor(
    private readonly library: Library,
    private readonly drawn: () => void,
  ) {}

  /** The picture, or undefined while it is still to be made. */
  of(series: SeriesSummary): HTMLCanvasElement | undefined {
    return series.version === null ? undefined : this.pictures.get(`${series.key}/${series.version}`);
  }

  want(series: readonly SeriesSummary[]): void {
    this.queue.splice(0, Infinity, ...series.filter((one) => one.kind === 'images' && one.version !== null && this.of(one) === undefined));
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let series = this.queue.shift(); series !== undefined; series = this.queue.shift()) {
      const version = series.version as string;
      while (!this.library.idle && !this.library.hasGlance(series.key, version)) await new Promise((wait) => setTimeout(wait, LOOK_AGAIN));
      try {
        this.pictures.set(`${series.key}/${version}`, await this.picture(series.key, version));
        this.drawn();
      } catch {
        // A series without a small picture is still named in the strip, and says why when it is opened.
      }
    }
    this.running = false;
  }

  private async picture(key: string, version: string): Promise<HTMLCanvasElement> {
    const { series, frame, decoded } = await this.library.glance(key, version);
    const range = windowOf(series, frame);
    const own = frame.samples === 1 && frame.width.length > 0;
    const width = own ? (frame.width[0] as number) : range.upper - range.lower;
    const lower = own ? (frame.centre[0] as number) - width / 2 : range.lower;
    const { rows, columns, samples } = frame;
    const inverted = isInverted(frame);
    const [tall, wide] = frame.spacing === null ? [rows, columns] : [rows * frame.spacing[0], columns * frame.spacing[1]];
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(wide >= tall ? SIZE : (SIZE * wide) / tall));
    canvas.height = Math.max(1, Math.round(tall >= wide ? SIZE : (SIZE * tall) / wide));
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    const pixels = context.createImageData(canvas.width, canvas.height);
    for (let y = 0; y < canvas.height; y++) {
      for (let x = 0; x < canvas.width; x++) {
        const from = (Math.floor(((y + 0.5) * rows) / canvas.height) * columns + Math.floor(((x + 0.5) * columns) / canvas.width)) * samples;
        const to = (y * canvas.width + x) * 4;
        for (let sample = 0; sample < 3; sample++) {
          const value = decoded.values[from + (samples === 3 ? sample : 0)] as number;
          const grey = samples === 3 ? value : ((value - lower) / width) * 255;
          pixels.data[to + sample] = inverted ? 255 - grey : grey;
        }
        pixels.data[to + 3] = 255;
      }
    }
    context.putImageData(pixels, 0, 0);
    return canvas;
  }
}
