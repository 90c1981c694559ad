/** One series' compressed frames: the pack as one streamed response, and a ranged read for a frame that cannot wait. */

import { FRAME_HEADER, PackParser } from './pack';
import { ask, askJson, isAbort, pause, Refused } from './requests';
import type { FrameInfo, SeriesIndex } from './types';

type Payload = Uint8Array<ArrayBuffer>;
type Waiting = { resolve: (payload: Payload) => void; reject: (error: Error) => void };

/** A frame this near to where the stream is comes sooner by waiting than by asking. */
const SOON = 2;

export class SeriesFrames {
  private readonly payloads: (Payload | undefined)[];
  private readonly waiting = new Map<number, Waiting[]>();
  private readonly ranged = new Map<number, Promise<void>>();
  private readonly listeners = new Set<(index: number) => void>();
  private stream: AbortController | null = null;
  private position = 0;
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

  /** Calls `listener` with each frame that comes; returns the way to stop. */
  onFrame(listener: (index: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The frame's compressed bytes. `urgent` asks for it by itself unless the stream is about to bring it. */
  payload(index: number, urgent: boolean): Promise<Payload> {
    const here = this.payloads[index];
    if (here !== undefined) return Promise.resolve(here);
    const promise = new Promise<Payload>((resolve, reject) => {
      const queue = this.waiting.get(index) ?? [];
      queue.push({ resolve, reject });
      this.waiting.set(index, queue);
    });
    const about = this.stream !== null && index >= this.position && index - this.position <= SOON;
    if (urgent && !about) void this.fetchOne(index);
    return promise;
  }

  /** Streams what is not here yet, from the start, going on where a broken line left off. `first` is read alone before it. */
  async start(first: number): Promise<void> {
    if (this.stream !== null || this.complete) return;
    const stop = new AbortController();
    this.stream = stop;
    this.failure = null;
    let patience = 250;
    await this.fetchOne(first);
    while (!this.complete && !stop.signal.aborted) {
      try {
        const before = this.here;
        await this.read(this.firstMissing(), stop.signal);
        patience = this.here > before ? 250 : Math.min(patience * 2, 8000);
        if (!this.complete) await pause(patience, stop.signal);
      } catch (error) {
        if (isAbort(error)) break;
        if (error instanceof Refused) {
          this.fail(error);
          break;
        }
        await pause(patience, stop.signal).catch(() => undefined);
        patience = Math.min(patience * 2, 8000);
      }
    }
    if (this.stream === stop) this.stream = null;
  }

  /** Nobody looks any more: the line is for others. What is here stays. */
  stop(): void {
    this.stream?.abort();
    this.stream = null;
  }

  private async read(from: number, signal: AbortSignal): Promise<void> {
    const whole = from === 0;
    const start = (this.frames[from] as FrameInfo).offset - FRAME_HEADER;
    const response = await ask(`${this.address}/frames`, whole ? { signal } : { signal, headers: { Range: `bytes=${start}-` } });
    const resumed = response.status === 206;
    this.position = resumed ? from : 0;
    const parser = new PackParser(
      (index) => this.frames[index]?.length,
      (index, payload) => {
        this.position = index + 1;
        this.keep(index, payload);
      },
      !resumed,
    );
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(value);
    }
  }

  private firstMissing(): number {
    const missing = this.payloads.findIndex((payload) => payload === undefined);
    return missing < 0 ? 0 : missing;
  }

  private fetchOne(index: number): Promise<void> {
    if (this.has(index)) return Promise.resolve();
    const asked = this.ranged.get(index);
    if (asked !== undefined) return asked;
    const promise = this.readOne(index).finally(() => this.ranged.delete(index));
    this.ranged.set(index, promise);
    return promise;
  }

  private async readOne(index: number): Promise<void> {
    const { offset, length } = this.frames[index] as FrameInfo;
    for (let patience = 250; !this.has(index); patience = Math.min(patience * 2, 8000)) {
      try {
        const response = await ask(`${this.address}/frames`, { headers: { Range: `bytes=${offset}-${offset + length - 1}` } });
        if (response.status !== 206) {
          void response.body?.cancel();
          throw new Refused(response.status, 'The server gives no single frames.');
        }
        const payload = new Uint8Array(await response.arrayBuffer());
        if (payload.length !== length) throw new Error('The frame came in part.');
        this.keep(index, payload);
      } catch (error) {
        if (error instanceof Refused) {
          if (this.stream === null || error.status !== 200) this.fail(error);
          return; // the stream still brings it
        }
        await new Promise((resolve) => setTimeout(resolve, patience));
        if (!this.waiting.has(index) && this.stream === null) return;
      }
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
