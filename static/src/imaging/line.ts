/** How fast images come over the line, so that on a slow one what somebody looks at has it to itself. */

const FAST = 2_000_000; // bytes a second: a CT slice in a tenth of one

class Line {
  /** Bytes a second; until something has come, the line is taken to be slow. */
  private speed = 0;

  heard(bytes: number, milliseconds: number): void {
    const now = (bytes / Math.max(milliseconds, 1)) * 1000;
    this.speed = this.speed === 0 ? now : this.speed * 0.7 + now * 0.3;
  }

  get fast(): boolean {
    return this.speed > FAST;
  }
}

export const line = new Line();
