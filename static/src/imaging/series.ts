/** One series' compressed frames, streamed from where somebody looks; a look elsewhere turns the stream there. */

import { line } from './line';
import { FRAME_HEADER, PackParser } from './pack';
import { ask, askJson, isAbort, pause, Refused } from './requests';
import { nextRun, type Run } from './runs';
import type { FrameInfo, SeriesIndex } from './types';

type Payload = Uint8Array<ArrayBuffer>;
type Waiting = { resolve: (payload: Payload) => void; reject: (error: Error) => void };

/** A frame this near to where the stream is comes sooner by waiting than by asking anew. */
const SOON = 3;
const PATIENCE = { first: 250, most: 8000 };

export class SeriesFrames {
  private readonly payloads: (Payload | undefined)[];
  private readonly waiting = new Map<number, Waiting[]>();
  private readonly listeners = new Set<(index: number) => void>();
  private streaming: AbortController | null = null;
  /** The request under way, and the frame it brings next. */
  private run: { abort: AbortController; next: number; to: number } | null = null;
  private focus = 0;
  private here = 0;
  failure: string | null = null;
  bytes = 0;

  private constructor(
    readonly key: string,
    readonly index: SeriesIndex,
    private readonly address: string,
  ) {
    this.payloads = new Array<Payload | undefined>(index.frames.length);
  }

  static async open(key: string, version: string, signal?: AbortSignal): Promise<SeriesFrames> {
    const address = `/imaging/series/${key}/${version}`;
    const index = await askJson<SeriesIndex>(`${address}/index.json`, signal ? { signal } : {});
    return new SeriesFrames(key, index, address);
  }

  get frames(): readonly FrameInfo[] {
    return this.index.frames;
  }

  /** How many frames are here. */
  get received(): number {
    return this.here;
  }

  get complete(): boolean {
    return this.here === this.payloads.length;
  }

  has(index: number): boolean {
    return this.payloads[index] !== undefined;
  }

  /** Calls `listener` with each frame that comes, or -1 when no more will; returns the way to stop. */
  onFrame(listener: (index: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The frame's compressed bytes. `urgent` turns the stream to it unless it comes soon anyway. */
  payload(index: number, urgent: boolean): Promise<Payload> {
    const here = this.payloads[index];
    if (here !== undefined) return Promise.resolve(here);
    const promise = new Promise<Payload>((resolve, reject) => {
      const queue = this.waiting.get(index) ?? [];
      queue.push({ resolve, reject });
      this.waiting.set(index, queue);
    });
    if (urgent) this.turnTo(index);
    return promise;
  }

  /** Streams what is not here yet, beginning at `focus`, and goes on where a broken line left off. */
  async start(focus: number): Promise<void> {
    this.focus = focus;
    if (this.streaming !== null || this.complete) return;
    const stop = new AbortController();
    this.streaming = stop;
    this.failure = null;
    let patience = PATIENCE.first;
    while (!stop.signal.aborted) {
      const run = nextRun((index) => this.has(index), this.payloads.length, this.focus);
      if (run === null) break;
      const before = this.here;
      try {
        await this.read(run, stop.signal);
        if (this.here === before) await pause(patience, stop.signal); // an answer without a frame: not at once again
      } catch (error) {
        if (error instanceof Refused) {
          this.fail(error);
          break;
        }
        if (!isAbort(error)) {
          await pause(patience, stop.signal).catch(() => undefined);
          patience = Math.min(patience * 2, PATIENCE.most);
        }
      }
      if (this.here > before) patience = PATIENCE.first;
    }
    if (this.streaming === stop) this.streaming = null;
  }

  /** Nobody looks any more: the line is for others. What is here stays. */
  stop(): void {
    this.streaming?.abort();
    this.streaming = null;
  }

  /** One frame by itself, of a series that nobody has open, e.g. for its small picture. */
  async glance(index: number): Promise<Payload> {
    const here = this.payloads[index];
    if (here !== undefined) return here;
    if (this.streaming !== null) return this.payload(index, false);
    await this.read({ from: index, to: index }, new AbortController().signal);
    return this.payloads[index] ?? Promise.reject(new Error('The frame did not come.'));
  }

  private turnTo(index: number): void {
    this.focus = index;
    const { run } = this;
    if (run === null || (index >= run.next && index <= Math.min(run.to, run.next + SOON))) return;
    run.abort.abort(); // the loop goes on at the new focus
  }

  private async read({ from, to }: Run, stop: AbortSignal): Promise<void> {
    const abort = new AbortController();
    const end = (): void => abort.abort();
    if (stop.aborted) end();
    stop.addEventListener('abort', end);
    const run = { abort, next: from, to };
    this.run = run;
    try {
      const first = this.frames[from] as FrameInfo;
      const last = this.frames[to] as FrameInfo;
      const range = `bytes=${first.offset - FRAME_HEADER}-${last.offset + last.length - 1}`;
      const whole = from === 0 && to === this.payloads.length - 1;
      const response = await ask(`${this.address}/frames`, { signal: abort.signal, ...(whole ? {} : { headers: { Range: range } }) });
      let since = performance.now();
      const parser = new PackParser(
        (index) => this.frames[index]?.length,
        (index, payload) => {
          line.heard(payload.length, performance.now() - since);
          since = performance.now();
          run.next = index + 1;
          this.keep(index, payload);
        },
        response.status !== 206,
      );
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) parser.push(part.value);
    } finally {
      stop.removeEventListener('abort', end);
      if (this.run === run) this.run = null;
    }
  }

  private keep(index: number, payload: Payload): void {
    if (this.payloads[index] !== undefined) return;
    this.payloads[index] = payload;
    this.bytes += payload.length;
    this.here += 1;
    for (const { resolve } of this.waiting.get(index) ?? []) resolve(payload);
    this.waiting.delete(index);
    for (const listener of this.listeners) listener(index);
  }

  private fail(error: Error): void {
    this.failure = error.message;
    for (const queue of this.waiting.values()) for (const { reject } of queue) reject(error);
    this.waiting.clear();
    for (const listener of this.listeners) listener(-1);
  }
}
