/** A stream of frames, or parts of frames: index, start and length (uint32 little-endian) before each part's bytes. */

const HEADER = 12;

export class BrokenStream extends Error {}

export interface Parts {
  /** A part begins; false refuses it, and with it the stream. */
  begins(frame: number, start: number, length: number): boolean;
  /** Some more bytes of the part that began last. */
  more(frame: number, bytes: Uint8Array): void;
  ends(frame: number): void;
}

/** Takes a stream's bytes in pieces of any size and hands each part on as it comes. */
export class PieceParser {
  private readonly header = new Uint8Array(HEADER);
  private filled = 0;
  private frame = 0;
  private left = 0;

  constructor(private readonly parts: Parts) {}

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.left === 0) {
        const take = Math.min(HEADER - this.filled, chunk.length - at);
        this.header.set(chunk.subarray(at, at + take), this.filled);
        this.filled += take;
        at += take;
        if (this.filled === HEADER) this.begin();
      } else {
        const take = Math.min(this.left, chunk.length - at);
        this.parts.more(this.frame, chunk.subarray(at, at + take));
        this.left -= take;
        at += take;
        if (this.left === 0) this.parts.ends(this.frame);
      }
    }
  }

  private begin(): void {
    this.filled = 0;
    const numbers = new DataView(this.header.buffer);
    const [frame, start, length] = [0, 4, 8].map((at) => numbers.getUint32(at, true)) as [number, number, number];
    if (length === 0 || !this.parts.begins(frame, start, length)) throw new BrokenStream(`Frame ${frame + 1} did not come as its index promises.`);
    this.frame = frame;
    this.left = length;
  }
}
