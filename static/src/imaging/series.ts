/** One series' compressed frames, streamed from where somebody looks outward; a look elsewhere turns the stream there. */

import type { Keeper } from './keeper';
import { line } from './line';
import { begun, type Begun } from './opening';
import { outward, ranges } from './order';
import { PieceParser } from './pieces';
import { Prefixes, type Payload } from './prefixes';
import { ask, askJson, isAbort, pause, Refused } from './requests';
import type { FrameInfo, SeriesIndex } from './types';
import { nextWant, type Want } from './wants';

type Waiting = { resolve: () => void; reject: (error: Error) => void; enough: (index: number) => boolean };

const PATIENCE = { first: 250, most: 8000 };
/** Looking at one image so long is looking at it, and no longer passing by. */
const REST = 250;
/** Frames fetched at once from what this machine keeps. */
const KEPT_AT_ONCE = 6;

export class SeriesFrames {
  private readonly here: Prefixes;
  /** What this machine keeps and is still to be taken from there, what is being taken, and what was. */
  private readonly kept = new Set<number>();
  private readonly underway = new Set<number>();
  private readonly wasKept = new Set<number>();
  private readonly waiting = new Map<number, Waiting[]>();
  private readonly listeners = new Set<(index: number) => void>();
  private streaming: AbortController | null = null;
  /** The request under way: what it brings, in order, and how many of it have come. */
  private run: { abort: AbortController; want: Want; order: number[]; came: number } | null = null;
  /** The stream that brought the index, until it is read on. */
  private begun: Begun | null = null;
  private focus = 0;
  private lookedAt = -Infinity;
  private looks = 0;
  private taking = false;
  private settled = false;
  failure: string | null = null;
  /** Only coarse pictures, until somebody opens it. */
  previews = false;
  /** While the first image is drawn, the rest waits: it would only slow that down. */
  breath: Promise<void> | null = null;

  private constructor(
    readonly key: string,
    readonly index: SeriesIndex,
    private readonly address: string,
    private readonly keeper: Keeper,
  ) {
    this.here = new Prefixes(index.frames);
  }

  /** Index and frames in one stream, from the middle. */
  static async stream(key: string, version: string, keeper: Keeper): Promise<SeriesFrames> {
    const address = `/imaging/series/${key}/${version}`;
    const opened = await begun(address);
    const series = new SeriesFrames(key, opened.index, address, keeper);
    series.begun = opened;
    return series;
  }

  /** Its index alone; `ahead` of anybody looking at it, and the server is told when somebody does. */
  static async open(key: string, version: string, keeper: Keeper, ahead: boolean): Promise<SeriesFrames> {
    const address = `/imaging/series/${key}/${version}`;
    const index = await askJson<SeriesIndex>(`${address}/index.json`, ahead ? { headers: { Purpose: 'prefetch' } } : {});
    const series = new SeriesFrames(key, index, address, keeper);
    const there = await keeper.which(index.frames.flatMap(({ hash }) => hash ?? []));
    index.frames.forEach(({ hash }, at) => hash !== undefined && there.has(hash) && series.kept.add(at));
    return series;
  }

  get frames(): readonly FrameInfo[] {
    return this.index.frames;
  }

  /** How many frames are here. */
  get received(): number {
    return this.here.here;
  }

  get bytes(): number {
    return this.here.bytes;
  }

  get complete(): boolean {
    return this.here.complete;
  }

  /** Nothing is on its way that anybody asked for. */
  get quiet(): boolean {
    return this.complete || this.failure !== null || this.streaming === null;
  }

  has(index: number): boolean {
    return this.here.has(index);
  }

  /** Whether anything is still to come: of the whole images, or of coarse pictures of them. */
  lacks(previews: boolean): boolean {
    return previews ? this.frames.some(({ coarse }, at) => coarse?.length && this.factor(at) === null && !this.kept.has(at)) : this.frames.some((_, at) => !this.has(at) && !this.kept.has(at));
  }

  /** How coarse the best picture is that can be shown now; null when there is none. */
  factor(index: number): number | null {
    return this.here.factor(index);
  }

  /** Compressed bytes that give the picture `factor` times coarser. */
  beginning(index: number, factor: number): Payload | undefined {
    return this.here.beginning(index, factor);
  }

  /** Calls `listener` with each frame that comes, or -1 when no more will; returns the way to stop. */
  onFrame(listener: (index: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What an earlier version of the series has brought already is not asked for again. */
  adopt(from: SeriesFrames): void {
    const known = new Map<string, Payload>();
    from.frames.forEach(({ hash }, at) => {
      const payload = from.here.whole(at);
      if (hash !== undefined && payload !== undefined) known.set(hash, payload);
    });
    this.frames.forEach(({ hash }, at) => {
      const payload = hash === undefined ? undefined : known.get(hash);
      if (payload !== undefined) this.here.put(at, payload);
    });
  }

  /** Once somebody looks at what was opened ahead, the server hears of it, as it hears of every look. */
  looked(): void {
    void ask(`${this.address}/index.json`).catch(() => undefined);
  }

  /** The whole frame. `urgent` turns the stream to it unless it comes soon anyway. */
  async payload(index: number, urgent: boolean): Promise<Payload> {
    if (!this.has(index)) await this.until(index, urgent, () => this.has(index));
    return this.here.whole(index) as Payload;
  }

  /** Resolves when there is something of the frame to show: all of it, or on a slow line a finer picture than `than`. */
  async showable(index: number, than: number, urgent: boolean): Promise<number> {
    const good = (): boolean => {
      const factor = this.factor(index);
      return factor !== null && factor < than && (factor === 1 || line.isLong(this.left(index)));
    };
    if (!good()) await this.until(index, urgent, good);
    return this.factor(index) as number;
  }

  /** Streams what is not here yet, beginning at `focus`, and goes on where a broken line left off. */
  async start(focus: number): Promise<void> {
    this.turnTo(focus);
    this.takeKept();
    if (this.streaming !== null || this.complete) return;
    const stop = new AbortController();
    this.streaming = stop;
    this.failure = null;
    let patience = PATIENCE.first;
    while (!stop.signal.aborted) {
      const opened = this.begun;
      this.begun = null;
      const want = opened === null ? this.next() : { frames: [...outward(this.frames.length, this.middle)], have: null, to: 1 };
      if (want === null) break;
      const [before, looks] = [this.here.here, this.looks];
      try {
        await this.read(want, stop.signal, opened);
        patience = PATIENCE.first;
      } catch (error) {
        if (error instanceof Refused) {
          this.fail(error);
          break;
        }
        if (this.here.here > before || this.looks > looks) patience = PATIENCE.first;
        if (!isAbort(error)) {
          await pause(patience, stop.signal).catch(() => undefined);
          patience = Math.min(patience * 2, PATIENCE.most);
        }
      }
    }
    if (this.streaming === stop) this.streaming = null;
    if (this.complete) void this.settle();
  }

  /** Nobody looks any more: the line is for others. What is here stays. */
  stop(): void {
    this.streaming?.abort();
    this.streaming = null;
    this.begun?.abort.abort();
    this.begun = null;
  }

  /** A picture of one frame of a series that nobody has open, as coarse as will do. */
  async glance(index: number): Promise<number> {
    const factor = this.factor(index);
    if (factor !== null) return factor;
    if (this.kept.has(index)) await this.takeOne(index);
    else await this.read({ frames: [index], have: null, to: this.frames[index]?.coarse?.[0]?.[0] ?? 1 }, new AbortController().signal);
    return this.factor(index) ?? Promise.reject(new Error('The frame did not come.'));
  }

  private left(index: number): number {
    const frame = this.frames[index] as FrameInfo;
    const [, bytes] = frame.coarse?.find(([factor]) => factor === this.factor(index)) ?? [0, 0];
    return frame.length - bytes;
  }

  private next(): Want | null {
    const { focus: at } = this;
    const rests = this.here.here === 0 || performance.now() - this.lookedAt > REST;
    const slow = line.isLong((this.frames[at] as FrameInfo).length);
    return nextWant(this.frames, this.here, (index) => this.kept.has(index), { at, rests, slow, previews: this.previews });
  }

  private get middle(): number {
    return Math.floor(this.frames.length / 2);
  }

  private turnTo(index: number): void {
    if (this.focus !== index) {
      this.lookedAt = performance.now();
      if (this.streaming !== null && !this.has(index)) setTimeout(() => this.focus === index && this.insist(), REST + 10);
    }
    this.focus = index;
    const { run } = this;
    if (run === null || this.has(index) || this.kept.has(index)) return;
    const place = run.order.indexOf(index, run.came);
    const before = place < 0 ? Infinity : run.order.slice(run.came, place).reduce((sum, other) => sum + this.left(other), 0);
    if (place < 0 ? this.factor(index) === null || run.want.to === 1 : place > run.came && line.turns(before)) this.redirect(run);
  }

  /** Somebody rests on an image of which only a coarse picture is here. */
  private insist(): void {
    const { run } = this;
    if (run !== null && !this.has(this.focus) && run.order[run.came] !== this.focus && !this.kept.has(this.focus)) this.redirect(run);
  }

  private redirect(run: { abort: AbortController }): void {
    this.looks += 1;
    run.abort.abort(); // the loop goes on at the new focus
  }

  private until(index: number, urgent: boolean, enough: () => boolean): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      const queue = this.waiting.get(index) ?? [];
      queue.push({ resolve, reject, enough });
      this.waiting.set(index, queue);
    });
    if (urgent) this.turnTo(index);
    return promise;
  }

  private async read(want: Want, stop: AbortSignal, opened: Begun | null = null): Promise<void> {
    const abort = opened?.abort ?? new AbortController();
    const end = (): void => abort.abort();
    if (stop.aborted) end();
    stop.addEventListener('abort', end);
    const { text, frames } = ranges(want.frames);
    const at = opened === null ? this.focus : this.middle;
    const asked = new Set(frames);
    const run = { abort, want, order: [...outward(this.frames.length, at)].filter((index) => asked.has(index)), came: 0 };
    this.run = run;
    try {
      if (opened !== null) {
        this.turnTo(this.focus); // it began in the middle
        await this.receive(opened.body, run);
        return;
      }
      const all = frames.length === this.frames.length;
      const query = [...(all ? [] : [`frames=${text}`]), `at=${at}`, ...(want.have === null ? [] : [`have=${want.have}`]), ...(want.to === 1 ? [] : [`to=${want.to}`])];
      const from = performance.now();
      // The browser's own cache would keep a copy in the clear; what is kept, the keeper keeps.
      const response = await ask(`${this.address}/pieces?${query.join('&')}`, { signal: abort.signal, cache: 'no-store' });
      line.answered(performance.now() - from);
      await this.receive(response.body as ReadableStream<Uint8Array>, run);
    } finally {
      stop.removeEventListener('abort', end);
      if (this.run === run) this.run = null;
    }
  }

  private async receive(body: ReadableStream<Uint8Array>, run: { abort: AbortController; want: Want; came: number }): Promise<void> {
    let since = performance.now();
    let bytes = 0;
    const parser = new PieceParser({
      begins: (frame, start, length) => this.here.begins(frame, start, length),
      more: (frame, part) => {
        this.here.more(frame, part);
        bytes += part.length;
        this.came(frame);
      },
      ends: () => {
        run.came += 1;
      },
    });
    const reader = body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parser.push(part.value);
      if (this.breath !== null && this.here.here > 0) {
        await this.breath;
        [since, bytes] = [performance.now(), 0];
        continue;
      }
      const now = performance.now();
      if (now - since < 30) continue;
      line.heard(bytes, now - since);
      [since, bytes] = [now, 0];
      const first = run.want.frames[0] as number;
      // The line is worse than was hoped: first this image, then a coarse picture of each, then the rest.
      if (run.want.to === 1 && run.want.frames.length > 8 && this.has(first) && line.isLong((this.frames[first] as FrameInfo).length) && this.frames[first]?.coarse?.length) this.redirect(run);
    }
  }

  /** More of a frame is here: whoever waits for as much goes on. */
  private came(index: number): void {
    const queue = this.waiting.get(index);
    if (queue !== undefined) {
      const still = queue.filter(({ resolve, enough }) => {
        const done = enough(index);
        if (done) resolve();
        return !done;
      });
      if (still.length > 0) this.waiting.set(index, still);
      else this.waiting.delete(index);
    }
    if (this.has(index)) for (const listener of this.listeners) listener(index);
  }

  /** What this machine keeps comes from there, nearest to where somebody looks first. */
  private takeKept(): void {
    if (this.taking || this.kept.size === 0) return;
    this.taking = true;
    const one = async (): Promise<void> => {
      for (let next = this.nearestKept(); next !== undefined; next = this.nearestKept()) await this.takeOne(next);
    };
    void Promise.all(Array.from({ length: KEPT_AT_ONCE }, one)).then(() => {
      this.taking = false;
      if (this.complete) void this.settle();
      else if (this.streaming === null) void this.start(this.focus); // some of it was gone
    });
  }

  private nearestKept(): number | undefined {
    for (const index of outward(this.frames.length, this.focus)) if (this.kept.has(index) && !this.underway.has(index)) return index;
    return undefined;
  }

  private async takeOne(index: number): Promise<void> {
    this.underway.add(index);
    const payload = await this.keeper.get((this.frames[index] as FrameInfo).hash as string);
    this.underway.delete(index);
    this.kept.delete(index);
    if (payload === undefined) return;
    this.wasKept.add(index);
    this.here.put(index, payload);
    this.came(index);
  }

  /** All of it is here: it is kept for the next visit, a little at a time. */
  private async settle(): Promise<void> {
    if (this.settled) return;
    this.settled = true;
    for (const [at, { hash }] of this.frames.entries()) {
      const payload = this.here.whole(at);
      if (hash === undefined || payload === undefined || this.wasKept.has(at)) continue;
      this.keeper.put(this.key, hash, payload);
      if (at % KEPT_AT_ONCE === 0) await new Promise((wait) => setTimeout(wait, 20));
    }
  }

  private fail(error: Error): void {
    this.failure = error.message;
    for (const queue of this.waiting.values()) for (const { reject } of queue) reject(error);
    this.waiting.clear();
    for (const listener of this.listeners) listener(-1);
  }
}
