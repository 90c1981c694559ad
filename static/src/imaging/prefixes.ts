/** A series' compressed frames as far as they have come: each is a growing beginning of its bytes. */

import type { FrameInfo } from './types';

export type Payload = Uint8Array<ArrayBuffer>;

export class Prefixes {
  private readonly buffers: (Payload | undefined)[];
  private readonly filled: number[];
  /** How many frames are whole. */
  here = 0;
  /** What they take in memory. */
  bytes = 0;

  constructor(private readonly frames: readonly FrameInfo[]) {
    this.buffers = new Array<Payload | undefined>(frames.length);
    this.filled = new Array<number>(frames.length).fill(0);
  }

  get complete(): boolean {
    return this.here === this.frames.length;
  }

  has(index: number): boolean {
    const length = this.frames[index]?.length;
    return length !== undefined && this.filled[index] === length;
  }

  whole(index: number): Payload | undefined {
    return this.has(index) ? this.buffers[index] : undefined;
  }

  /** The finest picture that what is here gives: 1 is the whole image, 4 a quarter of its rows and columns; null is none. */
  factor(index: number): number | null {
    if (this.has(index)) return 1;
    const steps = this.frames[index]?.coarse ?? [];
    return steps.findLast(([, bytes]) => bytes <= (this.filled[index] as number))?.[0] ?? null;
  }

  /** The bytes that give the picture `factor` times coarser. */
  beginning(index: number, factor: number): Payload | undefined {
    const step = this.frames[index]?.coarse?.find(([coarse]) => coarse === factor);
    return factor === 1 ? this.whole(index) : step === undefined ? undefined : this.buffers[index]?.subarray(0, step[1]);
  }

  /** A part of a frame begins to come; false when it does not fit what is here. */
  begins(index: number, start: number, length: number): boolean {
    const frame = this.frames[index];
    if (frame === undefined || start + length > frame.length || start > (this.filled[index] as number)) return false;
    if (this.has(index)) return true;
    if (this.buffers[index] === undefined) {
      this.buffers[index] = new Uint8Array(frame.length);
      this.bytes += frame.length;
    }
    this.filled[index] = start;
    return true;
  }

  more(index: number, bytes: Uint8Array): void {
    if (this.has(index)) return; // it came another way meanwhile
    this.buffers[index]?.set(bytes, this.filled[index]);
    this.filled[index] = (this.filled[index] as number) + bytes.length;
    if (this.has(index)) this.here += 1;
  }

  /** A frame that is whole elsewhere on this machine. */
  put(index: number, payload: Payload): void {
    if (this.has(index) || payload.length !== this.frames[index]?.length) return;
    if (this.buffers[index] === undefined) this.bytes += payload.length;
    this.buffers[index] = payload;
    this.filled[index] = payload.length;
    this.here += 1;
  }
}
