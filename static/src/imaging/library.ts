/** The series that are open: their frames, what Cornerstone may hold of them decoded, and which of them are wanted now. */

import { cache, imageLoader, metaData, utilities, type Types } from '@cornerstonejs/core';
import { imageId, parseImageId } from './image-id';
import { line } from './line';
import { metadataFrom } from './metadata';
import { isInverted } from './nature';
import { DecodePool } from './pool';
import { SeriesFrames } from './series';
import type { FrameInfo, SeriesIndex } from './types';
import type { Decoded } from './pixels';

const GIB = 2 ** 30;
/** Chrome says at most 8; other browsers say nothing. */
const memory = ((navigator as { deviceMemory?: number }).deviceMemory ?? 4) * GIB;
const DECODED = Math.min(memory / 5, 1.5 * GIB);
const COMPRESSED = memory / 10;

interface Open {
  frames: SeriesFrames;
  /** How many viewports show it. */
  holders: number;
  used: number;
  decoded: Set<number>;
  /** Where somebody looks: frames near it are decoded first. */
  at: number;
  decoding: number;
  finished: boolean;
  /** For images that bring no window of their own. */
  window: Promise<Decoded['window']> | null;
}

/** A frame that cannot be shown; the viewport that wants it says so. */
class NotShown extends Error {}

// Cornerstone's cache drops the promise of a failed image, which browsers then report as an error nobody handled.
window.addEventListener('unhandledrejection', (event) => {
  if (event.reason instanceof NotShown) event.preventDefault();
});

export type LibraryEvent = { kind: 'received' | 'decoded' | 'finished' | 'failed'; key: string };

export class Library {
  private readonly open = new Map<string, Open>();
  private readonly opening = new Map<string, Promise<Open>>();
  private readonly pool = new DecodePool(Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)));
  private readonly listeners = new Set<(event: LibraryEvent) => void>();
  private readonly loading = new Set<string>();

  constructor() {
    cache.setMaxCacheSize(DECODED);
    metaData.addProvider(metadataFrom((key, version) => this.index(key, version)), 10_000);
    imageLoader.registerImageLoader('mdt', ((id: string) => ({ promise: this.load(id) })) as unknown as Types.ImageLoaderFn);
  }

  on(listener: (event: LibraryEvent) => void): void {
    this.listeners.add(listener);
  }

  index(key: string, version: string): SeriesIndex | undefined {
    return this.open.get(`${key}/${version}`)?.frames.index;
  }

  /** Opens a series for a viewport and starts to stream it; every `hold` has its `release`. */
  async hold(key: string, version: string, at: number | 'middle' | ((index: SeriesIndex) => number)): Promise<SeriesFrames> {
    const open = await this.find(key, version);
    open.holders += 1;
    const count = open.frames.frames.length;
    open.at = at === 'middle' ? Math.floor(count / 2) : typeof at === 'number' ? at : at(open.frames.index);
    void open.frames.start(open.at);
    this.decodeMore(open);
    return open.frames;
  }

  release(key: string, version: string): void {
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) return;
    open.holders = Math.max(0, open.holders - 1);
    open.used = performance.now();
    if (open.holders === 0) open.frames.stop();
    this.forget();
  }

  /** Somebody looks here now: this frame and then its neighbours go first. */
  lookAt(id: string): void {
    const { key, version, index } = parseImageId(id);
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) return;
    open.at = index;
    if (!open.frames.has(index)) {
      if (!line.fast) for (const other of this.held) if (other !== open) other.frames.stop();
      void open.frames.start(index);
      void open.frames
        .payload(index, true)
        .catch(() => undefined)
        .finally(() => this.goOn());
    }
    this.decodeMore(open);
  }

  /** Nothing that is shown is still coming, or the line has room for more. */
  get idle(): boolean {
    return line.fast || this.held.every(({ frames }) => frames.complete || frames.failure !== null);
  }

  private get held(): Open[] {
    return [...this.open.values()].filter(({ holders }) => holders > 0);
  }

  private goOn(): void {
    for (const { frames, at } of this.held) if (!frames.complete && frames.failure === null) void frames.start(at);
  }

  progress(key: string, version: string): { frames: number; received: number; decoded: number; failure: string | null } | null {
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) return null;
    return { frames: open.frames.frames.length, received: open.frames.received, decoded: open.decoded.size, failure: open.frames.failure };
  }

  /** One frame decoded for a small picture of the series; nothing of it is held. */
  async glance(key: string, version: string): Promise<{ frame: FrameInfo; decoded: Decoded }> {
    const open = await this.find(key, version);
    const at = Math.floor(open.frames.frames.length / 2);
    const frame = open.frames.frames[at] as FrameInfo;
    return { frame, decoded: await this.pool.decode(await open.frames.glance(at), frame.encoding, frame, 'later') };
  }

  private find(key: string, version: string): Promise<Open> {
    const name = `${key}/${version}`;
    const here = this.open.get(name);
    if (here !== undefined) return Promise.resolve(here);
    const opening = this.opening.get(name) ?? this.begin(key, version).finally(() => this.opening.delete(name));
    this.opening.set(name, opening);
    return opening;
  }

  private async begin(key: string, version: string): Promise<Open> {
    const frames = await SeriesFrames.open(key, version);
    const open: Open = { frames, holders: 0, used: performance.now(), decoded: new Set(), at: 0, decoding: 0, finished: false, window: null };
    frames.onFrame((index) => {
      this.tell(index < 0 ? 'failed' : 'received', key);
      this.decodeMore(open);
    });
    this.open.set(`${key}/${version}`, open);
    return open;
  }

  /** Cornerstone asks for an image because a viewport wants to show it, or because we decode ahead. */
  private async load(id: string): Promise<Types.IImage> {
    const { key, version, index } = parseImageId(id);
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) throw new Error('This series is not open.');
    const ahead = this.loading.has(id);
    const frame = open.frames.frames[index] as FrameInfo;
    const decoded = await open.frames
      .payload(index, !ahead)
      .then((payload) => this.pool.decode(payload, frame.encoding, frame, ahead ? 'later' : 'now'))
      .catch((error: Error) => {
        throw new NotShown(error.message);
      });
    open.decoded.add(index);
    this.tell('decoded', key);
    if (!open.finished && open.decoded.size === open.frames.frames.length) {
      open.finished = true;
      this.tell('finished', key);
    }
    return image(id, open.frames.index, frame, hasWindow(frame) ? decoded : { ...decoded, window: await this.windowOf(open, decoded) });
  }

  /** One window for a whole series, that of its middle image: grey must not jump from slice to slice, nor differ between screens. */
  private windowOf(open: Open, decoded: Decoded): Promise<Decoded['window']> {
    const { frames } = open.frames;
    const middle = Math.floor(frames.length / 2);
    open.window ??=
      frames.length === 1
        ? Promise.resolve(decoded.window)
        : open.frames
            .payload(middle, true)
            .then((payload) => this.pool.decode(payload, (frames[middle] as FrameInfo).encoding, frames[middle] as FrameInfo, 'now'))
            .then(({ window }) => window)
            .catch(() => decoded.window);
    return open.window;
  }

  /** Decodes what is here and shown, nearest to where somebody looks first, a little at a time and within the budget. */
  private decodeMore(open: Open): void {
    while (open.holders > 0 && open.decoding < this.pool.size * 2) {
      const next = this.nearest(open);
      if (next === null || cache.getCacheSize() > DECODED * 0.85) return;
      const id = imageId(open.frames.key, open.frames.index.version, next);
      open.decoding += 1;
      this.loading.add(id);
      imageLoader
        .loadAndCacheImage(id)
        .catch(() => open.decoded.add(next)) // what cannot be decoded is told when somebody looks at it
        .finally(() => {
          this.loading.delete(id);
          open.decoding -= 1;
          this.decodeMore(open);
        });
    }
  }

  private nearest(open: Open): number | null {
    const count = open.frames.frames.length;
    for (let away = 0; away < count; away++) {
      for (const index of away === 0 ? [open.at] : [open.at + away, open.at - away]) {
        if (index < 0 || index >= count || open.decoded.has(index) || !open.frames.has(index)) continue;
        if (!this.loading.has(imageId(open.frames.key, open.frames.index.version, index))) return index;
      }
    }
    return null;
  }

  /** Compressed frames of series that nobody shows are let go, the longest unseen first. */
  private forget(): void {
    let bytes = [...this.open.values()].reduce((sum, { frames }) => sum + frames.bytes, 0);
    const unseen = [...this.open].filter(([, open]) => open.holders === 0).sort(([, a], [, b]) => a.used - b.used);
    for (const [name, open] of unseen) {
      if (bytes <= COMPRESSED) return;
      bytes -= open.frames.bytes;
      this.open.delete(name);
      const { key, index } = open.frames;
      index.frames.forEach((_, at) => {
        const id = imageId(key, index.version, at);
        if (cache.isLoaded(id)) cache.removeImageLoadObject(id);
      });
    }
  }

  private tell(kind: LibraryEvent['kind'], key: string): void {
    for (const listener of this.listeners) listener({ kind, key });
  }
}

const hasWindow = ({ samples, width, centre }: FrameInfo): boolean => samples === 3 || (width.length > 0 && centre.length > 0);

/** Cornerstone's image of one decoded frame. Values are rescaled already, so its slope is 1 and its intercept 0. */
function image(id: string, series: SeriesIndex, frame: FrameInfo, { values, min, max, window }: Decoded): Types.IImage {
  const colour = frame.samples === 3;
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width: frame.columns,
    height: frame.rows,
    scalarData: values,
    numberOfComponents: frame.samples,
  });
  const own = !colour && hasWindow(frame);
  const [rowSpacing, columnSpacing] = frame.spacing ?? [1, 1];
  return {
    imageId: id,
    minPixelValue: min,
    maxPixelValue: max,
    slope: 1,
    intercept: 0,
    windowCenter: colour ? 128 : own ? (frame.centre[0] as number) : (window.lower + window.upper + 1) / 2,
    windowWidth: colour ? 256 : own ? (frame.width[0] as number) : window.upper - window.lower + 1,
    voiLUTFunction: (own ? frame.voi_function : 'LINEAR') as Types.IImage['voiLUTFunction'],
    color: colour,
    rgba: false,
    numberOfComponents: frame.samples,
    rows: frame.rows,
    columns: frame.columns,
    height: frame.rows,
    width: frame.columns,
    rowPixelSpacing: rowSpacing,
    columnPixelSpacing: columnSpacing,
    ...(frame.thickness === null ? {} : { sliceThickness: frame.thickness }),
    invert: isInverted(frame),
    photometricInterpretation: frame.photometric,
    sizeInBytes: values.byteLength,
    dataType: values.constructor.name as Types.PixelDataTypedArrayString,
    FrameOfReferenceUID: series.frame_of_reference ?? series.series,
    voxelManager,
    getPixelData: () => voxelManager.getScalarData(),
    getCanvas: () => {
      throw new Error('Images are drawn by WebGL.');
    },
  } as Types.IImage;
}
