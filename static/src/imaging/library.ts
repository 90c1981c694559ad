/** The series that are open: their frames, what Cornerstone may hold of them decoded, and which of them are wanted now. */

import { cache, eventTarget, Enums, getRenderingEngines, imageLoader, metaData, type Types } from '@cornerstonejs/core';
import { COMPRESSED, DECODED } from './budget';
import { DecodingAhead } from './decoding';
import { image } from './image';
import { imageId, parseImageId } from './image-id';
import type { Keeper } from './keeper';
import { line } from './line';
import { metadataFrom } from './metadata';
import type { Open } from './open';
import type { Decoded } from './pixels';
import { DecodePool, type Urgency } from './pool';
import type { Payload } from './prefixes';
import { SeriesFrames } from './series';
import type { FrameInfo, SeriesIndex } from './types';

const LOOK_AGAIN = 200;
/** How long the rest of a series waits for its first image, at the most; nothing is drawn in a hidden tab. */
const BREATH = 500;

/** To look at from the middle, to look at some of it, or for a case that may come next. */
type How = 'stream' | 'look' | 'ahead';

/** A frame that cannot be shown; the viewport that wants it says so. */
class NotShown extends Error {}

// Cornerstone's cache drops the promise of a failed image, which browsers then report as an error nobody handled.
window.addEventListener('unhandledrejection', (event) => {
  if (event.reason instanceof NotShown) event.preventDefault();
});

export type LibraryEvent = { kind: 'received' | 'decoded' | 'refined' | 'finished' | 'failed'; key: string };

export class Library {
  private readonly open = new Map<string, Open>();
  private readonly opening = new Map<string, Promise<Open>>();
  private readonly pool = new DecodePool(Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)));
  private readonly ahead = new DecodingAhead(this.open, this.pool.size);
  private readonly listeners = new Set<(event: LibraryEvent) => void>();
  /** Images shown coarser than they are, by how much, until all of them is here. */
  private readonly coarse = new Map<string, number>();
  /** A finer image that takes the place of the coarse one in Cornerstone's cache. */
  private readonly finer = new Map<string, Types.IImage>();

  constructor(private readonly keeper: Keeper) {
    cache.setMaxCacheSize(DECODED);
    metaData.addProvider(metadataFrom((key, version) => this.index(key, version)), 10_000);
    imageLoader.registerImageLoader('mdt', ((id: string) => ({ promise: this.load(id) })) as unknown as Types.ImageLoaderFn);
    eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, ((event: CustomEvent<{ imageId: string }>) => this.gone(event.detail.imageId)) as EventListener);
  }

  /** Bytes that decoded images may take on this machine. */
  readonly capacity = DECODED;

  on(listener: (event: LibraryEvent) => void): void {
    this.listeners.add(listener);
  }

  index(key: string, version: string): SeriesIndex | undefined {
    return this.open.get(`${key}/${version}`)?.frames.index;
  }

  /** How much coarser an image is shown than it is; 1 when at full quality. */
  coarseness(id: string): number {
    return this.coarse.get(id) ?? 1;
  }

  /** Opens a series for a viewport and starts to stream it; every `hold` has its `release`. */
  async hold(key: string, version: string, at: number | 'middle' | ((index: SeriesIndex) => number)): Promise<SeriesFrames> {
    this.wait();
    const open = await this.find(key, version, at === 'middle' ? 'stream' : 'look');
    open.holders += 1;
    open.held = open.shows = true;
    if (open.ahead) {
      open.frames.looked();
      open.frames.stop(); // it was fetched as nobody looked at it
    }
    open.ahead = open.frames.previews = false;
    const count = open.frames.frames.length;
    open.at = at === 'middle' ? Math.floor(count / 2) : typeof at === 'number' ? at : at(open.frames.index);
    if (open.holders === 1) this.holdBreath(open);
    void open.frames.start(open.at);
    this.ahead.decode(open);
    return open.frames;
  }

  /** Opens a series that is drawn over another one: it streams, and `values` decodes a frame of it. Ends with `release`. */
  async lend(key: string, version: string): Promise<SeriesFrames> {
    const open = await this.find(key, version);
    open.holders += 1;
    open.held = true;
    if (open.ahead) open.frames.looked();
    open.ahead = open.frames.previews = false;
    void open.frames.start(open.at);
    return open.frames;
  }

  /** One frame of a series that was lent, decoded; nothing of it is held. */
  async values(frames: SeriesFrames, at: number): Promise<Decoded> {
    return this.pool.decode(await frames.payload(at, true), frames.frames[at] as FrameInfo, 1, 'later');
  }

  private holdBreath(open: Open): void {
    const { frames } = open;
    frames.breath = new Promise((resolve) => {
      const drawn = (): void => {
        frames.breath = open.drawn = null;
        resolve();
        this.ahead.decode(open);
      };
      open.drawn = drawn;
      setTimeout(() => open.drawn === drawn && drawn(), BREATH);
    });
  }

  /** An image of the series is on the screen. */
  painted(key: string): void {
    for (const { frames, drawn } of this.open.values()) if (frames.key === key) drawn?.();
  }

  release(key: string, version: string): void {
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) return;
    open.holders = Math.max(0, open.holders - 1);
    open.held = open.holders > 0;
    open.shows &&= open.held;
    open.used = performance.now();
    if (!open.held) open.frames.stop();
    this.forget();
  }

  /** Somebody looks here now: this frame and then its neighbours go first. */
  lookAt(id: string): void {
    const { key, version, index } = parseImageId(id);
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) return;
    open.at = index;
    if (!open.frames.has(index)) {
      this.wait();
      if (!line.fast) for (const other of this.held) if (other !== open) other.frames.stop();
      void open.frames.start(index);
      void open.frames
        .payload(index, true)
        .catch(() => undefined)
        .finally(() => this.goOn());
    }
    this.ahead.decode(open);
  }

  /** Nothing that is shown is still coming, or the line has room for more. */
  get idle(): boolean {
    return line.fast || this.settled;
  }

  /** Everything that is shown has come and is decoded, as far as memory goes. */
  get settled(): boolean {
    return this.opening.size === 0 && this.held.every(({ frames, decoding }) => (frames.complete && decoding === 0) || frames.failure !== null);
  }

  progress(key: string, version: string): { frames: number; received: number; decoded: number; failure: string | null } | null {
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) return null;
    return { frames: open.frames.frames.length, received: open.frames.received, decoded: open.done.size, failure: open.frames.failure };
  }

  /** Whether a small picture of the series costs nothing of the line. */
  hasGlance(key: string, version: string): boolean {
    const frames = this.open.get(`${key}/${version}`)?.frames;
    return frames !== undefined && frames.factor(Math.floor(frames.frames.length / 2)) !== null;
  }

  /** One frame, or the middle one, decoded for a small picture of the series; nothing of it is held. */
  async glance(key: string, version: string, image?: { sop: string; frame: number }): Promise<{ series: SeriesIndex; frame: FrameInfo; decoded: Decoded }> {
    const open = await this.find(key, version);
    const { frames } = open;
    if (open.ahead) frames.looked();
    open.ahead = false;
    const at = image === undefined ? Math.floor(frames.frames.length / 2) : frames.frames.findIndex(({ sop, frame }) => sop === image.sop && frame === image.frame);
    const frame = frames.frames[at];
    if (frame === undefined) throw new Error('That image is not in the series.');
    const factor = await frames.glance(at);
    return { series: frames.index, frame, decoded: await this.pool.decode(frames.beginning(at, factor) as Payload, frame, factor, 'later') };
  }

  /** Brings a series that may be opened next, while nothing else is to be done: all coarse pictures, or all of it. */
  async bring(key: string, version: string, { previews, signal }: { previews: boolean; signal: AbortSignal }): Promise<void> {
    const quiet = async (): Promise<void> => {
      while (!this.settled && !signal.aborted) await new Promise((wait) => setTimeout(wait, LOOK_AGAIN));
    };
    await quiet();
    if (signal.aborted) return;
    const open = await this.find(key, version, 'ahead');
    const { frames } = open;
    const stop = (): void => {
      if (!open.held) frames.stop();
    };
    signal.addEventListener('abort', stop);
    frames.previews = previews && !open.held;
    do {
      await quiet();
      if (signal.aborted || open.held || frames.failure !== null) break;
      await frames.start(Math.floor(frames.frames.length / 2));
      await new Promise((wait) => setTimeout(wait, 50));
    } while (frames.lacks(previews));
    signal.removeEventListener('abort', stop);
    open.used = performance.now();
  }

  /** Whether all of a series' images are on this computer. */
  isHere(key: string, version: string): boolean {
    return this.open.get(`${key}/${version}`)?.frames.lacks(false) === false;
  }

  private get held(): Open[] {
    return [...this.open.values()].filter(({ held }) => held);
  }

  /** What nobody shows yet waits: the line is for what is looked at. */
  private wait(): void {
    for (const { frames, held } of this.open.values()) if (!held) frames.stop();
  }

  private goOn(): void {
    for (const { frames, at } of this.held) if (!frames.complete && frames.failure === null) void frames.start(at);
  }

  private find(key: string, version: string, how: How = 'look'): Promise<Open> {
    const name = `${key}/${version}`;
    const here = this.open.get(name);
    if (here !== undefined) return Promise.resolve(here);
    const opening = this.opening.get(name) ?? this.begin(key, version, how).finally(() => this.opening.delete(name));
    this.opening.set(name, opening);
    return opening;
  }

  private async begin(key: string, version: string, how: How): Promise<Open> {
    const others = [...this.open.values()].filter(({ frames: other }) => other.key === key);
    // Where some of it may be here already, its index comes first: what is here is not asked for again.
    const anew = how === 'stream' && others.length === 0 && !(await this.keeper.knows(key));
    const frames = anew ? await SeriesFrames.stream(key, version, this.keeper) : await SeriesFrames.open(key, version, this.keeper, how === 'ahead');
    for (const { frames: other } of others) frames.adopt(other);
    const open: Open = { frames, holders: 0, held: false, shows: false, used: performance.now(), decoded: new Set(), done: new Set(), failed: new Set(), at: 0, decoding: 0, finished: false, ahead: how === 'ahead', drawn: null };
    frames.onFrame((index) => {
      this.tell(index < 0 ? 'failed' : 'received', key);
      this.ahead.decode(open);
    });
    this.open.set(`${key}/${version}`, open);
    return open;
  }

  /** Cornerstone asks for an image because a viewport wants to show it, or because we decode ahead. */
  private async load(id: string): Promise<Types.IImage> {
    const finer = this.finer.get(id);
    if (finer !== undefined) return finer;
    const { key, version, index } = parseImageId(id);
    const open = this.open.get(`${key}/${version}`);
    if (open === undefined) throw new Error('This series is not open.');
    const ahead = this.ahead.asked(id);
    try {
      const factor = ahead ? 1 : await open.frames.showable(index, Infinity, true);
      const made = await this.decode(open, id, index, factor, ahead ? 'later' : 'now');
      if (factor > 1) {
        this.coarse.set(id, factor);
        void this.refine(open, id, index, factor).catch(() => undefined); // told where it is shown
      }
      return made;
    } catch (error) {
      throw new NotShown((error as Error).message);
    }
  }

  private async decode(open: Open, id: string, index: number, factor: number, urgency: Urgency): Promise<Types.IImage> {
    const { frames } = open;
    const frame = frames.frames[index] as FrameInfo;
    const bytes = frames.beginning(index, factor) ?? (await frames.payload(index, urgency === 'now'));
    const decoded = await this.pool.decode(bytes, frame, factor, urgency, () => urgency === 'now' || open.held);
    if (factor === 1) this.whole(open, index);
    return image(id, frames.index, frame, decoded);
  }

  private whole(open: Open, index: number): void {
    open.decoded.add(index);
    open.done.add(index);
    this.tell('decoded', open.frames.key);
    if (open.finished || open.done.size < open.frames.frames.length) return;
    open.finished = true;
    this.tell('finished', open.frames.key);
  }

  /** A coarse image is replaced, wherever it is shown, as soon as there is a finer one. */
  private async refine(open: Open, id: string, index: number, from: number): Promise<void> {
    for (let factor = from; factor > 1; ) {
      factor = await open.frames.showable(index, factor, false);
      const made = await this.decode(open, id, index, factor, 'now');
      if (!cache.isLoaded(id)) return; // let go of meanwhile
      this.finer.set(id, made);
      cache.removeImageLoadObject(id);
      await imageLoader.loadAndCacheImage(id);
      this.finer.delete(id);
      if (factor === 1) {
        this.coarse.delete(id);
        open.decoded.add(index);
      } else this.coarse.set(id, factor);
      for (const viewport of getRenderingEngines()?.flatMap((engine) => engine.getViewports()) ?? []) {
        const stack = viewport as Types.IStackViewport & { successCallback(id: string, image: Types.IImage): void };
        if (stack.getCurrentImageId?.() === id) stack.successCallback(id, made); // what a stack does with an image that has come
      }
      this.tell('refined', open.frames.key);
    }
  }

  /** Cornerstone let go of an image. */
  private gone(id: string): void {
    if (!id.startsWith('mdt:') || this.finer.has(id)) return;
    const { key, version, index } = parseImageId(id);
    this.open.get(`${key}/${version}`)?.decoded.delete(index);
    this.coarse.delete(id);
  }

  /** Compressed frames of series that nobody shows are let go, the longest unseen first. */
  private forget(): void {
    let bytes = [...this.open.values()].reduce((sum, { frames }) => sum + frames.bytes, 0);
    const unseen = [...this.open].filter(([, open]) => !open.held).sort(([, a], [, b]) => a.used - b.used);
    for (const [name, open] of unseen) {
      if (bytes <= COMPRESSED) return;
      bytes -= open.frames.bytes;
      open.frames.stop();
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
