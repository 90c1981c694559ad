/** Small pictures, of each series' middle image and of images that are asked for, made one at a time when nothing better is to be done. */

import { windowOf } from './image-window';
import type { Library } from './library';
import { isInverted } from './nature';
import { ask } from './requests';
import type { SeriesSummary } from './types';

/** One image of a series, and how it is to be seen. */
export interface Wanted {
  sop: string;
  frame: number;
  voi: { lower: number; upper: number } | null;
  invert: boolean;
}

const SIZE = 72;
const LOOK_AGAIN = 200;

export class Thumbnails {
  private readonly pictures = new Map<string, HTMLCanvasElement>();
  private readonly queue: SeriesSummary[] = [];
  private readonly images: { id: string; series: SeriesSummary; image: Wanted }[] = [];
  private readonly asked = new Set<string>();
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
    this.queue.splice(0, Infinity, ...series.filter((one) => (one.kind === 'images' || one.kind === 'slide') && one.version !== null && this.of(one) === undefined));
    if (!this.running) void this.run();
  }

  /** The picture of one image, at its own window; it is made when it is first asked for. */
  ofImage(series: SeriesSummary, { sop, frame, voi, invert }: Wanted): HTMLCanvasElement | undefined {
    if (series.version === null || series.kind !== 'images') return undefined;
    const id = [series.key, series.version, sop, frame, voi?.lower, voi?.upper, invert].join('/');
    if (!this.asked.has(id)) {
      this.asked.add(id);
      this.images.push({ id, series, image: { sop, frame, voi, invert } });
      if (!this.running) void this.run();
    }
    return this.pictures.get(id);
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let series = this.queue.shift(); series !== undefined; series = this.queue.shift()) {
      const version = series.version as string;
      while (series.kind === 'images' && !this.library.idle && !this.library.hasGlance(series.key, version)) await new Promise((wait) => setTimeout(wait, LOOK_AGAIN));
      try {
        this.pictures.set(`${series.key}/${version}`, await (series.kind === 'slide' ? this.slide(series.key, version) : this.picture(series.key, version)));
        this.drawn();
      } catch {
        // A series without a small picture is still named in the strip, and says why when it is opened.
      }
    }
    for (let next = this.images.shift(); next !== undefined; next = this.images.shift()) {
      const { id, series, image } = next;
      while (!this.library.idle) await new Promise((wait) => setTimeout(wait, LOOK_AGAIN));
      try {
        this.pictures.set(id, await this.picture(series.key, series.version as string, image));
        this.drawn();
      } catch {
        this.asked.delete(id); // it is tried again when it is asked for again
      }
    }
    this.running = false;
    if (this.queue.length > 0) void this.run();
  }

  private async slide(key: string, version: string): Promise<HTMLCanvasElement> {
    const response = await ask(`/imaging/series/${key}/${version}/picture/thumbnail`, { cache: 'no-store' });
    const picture = await createImageBitmap(await response.blob());
    const scale = SIZE / Math.max(picture.width, picture.height);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    (canvas.getContext('2d') as CanvasRenderingContext2D).drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  }

  private async picture(key: string, version: string, image?: Wanted): Promise<HTMLCanvasElement> {
    const { series, frame, decoded } = await this.library.glance(key, version, image);
    const range = windowOf(series, frame);
    const own = frame.samples === 1 && frame.width.length > 0;
    const voi = image?.voi ?? null;
    const width = voi !== null ? voi.upper - voi.lower : own ? (frame.width[0] as number) : range.upper - range.lower;
    const lower = voi !== null ? voi.lower : own ? (frame.centre[0] as number) - width / 2 : range.lower;
    const { rows, columns, samples } = frame;
    const inverted = isInverted(frame) !== (image?.invert ?? false);
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
