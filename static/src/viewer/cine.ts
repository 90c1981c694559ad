/** A cine: the images of a stack one after the other, at their own speed, and none before it is here. */

import type { StackViewport } from '@cornerstonejs/core';
import type { SeriesFrames } from '../imaging/series';

const QUICKEST = 20;

export class Cine {
  private timer: ReturnType<typeof setInterval> | null = null;

  get playing(): boolean {
    return this.timer !== null;
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  start(stack: StackViewport, frames: SeriesFrames, seconds: number | null): void {
    this.stop();
    if (seconds === null || seconds <= 0) return;
    this.timer = setInterval(() => {
      const next = (stack.getCurrentImageIdIndex() + 1) % stack.getImageIds().length;
      if (frames.has(next)) void stack.setImageIdIndex(next);
    }, Math.max(seconds * 1000, QUICKEST));
  }
}
