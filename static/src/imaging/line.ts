/** How fast images come over the line: on a slow one what somebody looks at has it to itself, and comes coarse at first. */

const FAST = 2_000_000; // bytes a second: a CT slice in a tenth of one
const LONG = 250; // milliseconds that nobody should wait for a whole image when a coarse one can be had
const ROUND_TRIP = 150; // what an answer is taken to need before anything is known

export class Line {
  /** Bytes a second; 0 until something has come. */
  private speed = 0;
  private trip = ROUND_TRIP;

  /** So many bytes came in so long, once they had begun to come. */
  heard(bytes: number, milliseconds: number): void {
    if (bytes < 2000) return;
    const now = (bytes / Math.max(milliseconds, 0.5)) * 1000;
    this.speed = this.speed === 0 ? now : this.speed * 0.7 + now * 0.3;
  }

  /** An answer began so long after it was asked for. */
  answered(milliseconds: number): void {
    this.trip = this.trip * 0.5 + milliseconds * 0.5;
  }

  get fast(): boolean {
    return this.speed > FAST;
  }

  /** Whether so many bytes are a wait; unknown lines are hoped to be good. */
  isLong(bytes: number): boolean {
    return this.speed > 0 && (bytes / this.speed) * 1000 > LONG;
  }

  /** Whether `bytes` are sooner here by asking anew than by waiting until `before` other bytes have come. */
  turns(before: number): boolean {
    return this.speed === 0 ? before > 0 : (before / this.speed) * 1000 > this.trip * 1.5 + 20;
  }
}

export const line = new Line();
