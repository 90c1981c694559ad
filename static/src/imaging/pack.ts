/** The pack of a series' frames: `MDTPACK1`, then index, length and payload of each frame. */

const MAGIC = new TextEncoder().encode('MDTPACK1');
const HEADER = 8;

/** Before each payload: its index and its length, both uint32 little-endian. */
export const FRAME_HEADER = HEADER;

export class BrokenPack extends Error {}

/** Takes a pack's bytes in pieces of any size and delivers each frame's payload once it is whole. */
export class PackParser {
  private readonly header = new Uint8Array(HEADER);
  private filled = 0;
  private awaitsMagic: boolean;
  private index = 0;
  private payload: Uint8Array<ArrayBuffer> | null = null;

  /**
   * `lengthOf` tells the length the series' index gives for a frame: a pack that disagrees is refused at once.
   * `fromStart` is false when reading resumes at a frame's header.
   */
  constructor(
    private readonly lengthOf: (index: number) => number | undefined,
    private readonly deliver: (index: number, payload: Uint8Array<ArrayBuffer>) => void,
    fromStart = true,
  ) {
    this.awaitsMagic = fromStart;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.payload === null) {
        const take = Math.min(HEADER - this.filled, chunk.length - at);
        this.header.set(chunk.subarray(at, at + take), this.filled);
        this.filled += take;
        at += take;
        if (this.filled === HEADER) this.readHeader();
      } else {
        const take = Math.min(this.payload.length - this.filled, chunk.length - at);
        this.payload.set(chunk.subarray(at, at + take), this.filled);
        this.filled += take;
        at += take;
        if (this.filled === this.payload.length) this.finishFrame(this.payload);
      }
    }
  }

  private readHeader(): void {
    this.filled = 0;
    if (this.awaitsMagic) {
      if (!MAGIC.every((byte, at) => this.header[at] === byte)) throw new BrokenPack('This is not a pack of frames.');
      this.awaitsMagic = false;
      return;
    }
    const numbers = new DataView(this.header.buffer);
    this.index = numbers.getUint32(0, true);
    const length = numbers.getUint32(4, true);
    if (length === 0 || length !== this.lengthOf(this.index)) {
      throw new BrokenPack(`Frame ${this.index + 1} of the pack is not the one its index promises.`);
    }
    this.payload = new Uint8Array(length);
  }

  private finishFrame(payload: Uint8Array<ArrayBuffer>): void {
    this.payload = null;
    this.filled = 0;
    this.deliver(this.index, payload);
  }
}
