/** A cine: the images of a stack one after the other, at their own speed or another, and none before it is here. */

import type { StackViewport } from '@cornerstonejs/core';

/** Images a second, for a series that does not say how fast it was taken. */
const USUAL = 10;
/** What is played, whose images may still be coming. */
export interface Film {
  count: number;
  /** Of one image, as the series says. */
  seconds: number | null;
  /** Whether an image could be shown at once. */
  has(at: number): boolean;
}

export const SPEEDS = [1, 2, 5, 10, 15, 20, 30, 50] as const;

export class Cine {
  private timer: ReturnType<typeof setInterval> | null = null;
  private run: { stack: StackViewport; film: Film; own: number } | null = null;
  /** Images a second; null is the series' own. */
  private chosen: number | null = null;

  get playing(): boolean {
    return this.timer !== null;
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Another series begins at its own speed. */
  forget(): void {
    this.stop();
    this.run = null;
    this.chosen = null;
  }

  speedOf(seconds: number | null): number {
    return this.chosen ?? (seconds !== null && seconds > 0 ? Math.min(1 / seconds, SPEEDS.at(-1) as number) : USUAL);
  }

  start(stack: StackViewport, film: Film): void {
    this.stop();
    if (film.count < 2) return;
    this.run = { stack, film, own: this.speedOf(film.seconds) };
    this.tick();
  }

  choose(speed: number): void {
    this.chosen = speed;
    if (this.playing) this.tick();
  }

  private tick(): void {
    const { run } = this;
    if (run === null) return;
    this.stop();
    this.timer = setInterval(() => {
      const next = (run.stack.getCurrentImageIdIndex() + 1) % run.stack.getImageIds().length;
      if (run.film.has(next)) void run.stack.setImageIdIndex(next);
    }, 1000 / (this.chosen ?? run.own));
  }
}

/** The speed after or before one, among those that can be chosen. */
export const nextSpeed = (now: number, by: 1 | -1): number =>
  (by > 0 ? SPEEDS.find((speed) => speed > now + 0.01) : SPEEDS.findLast((speed) => speed < now - 0.01)) ?? (by > 0 ? (SPEEDS.at(-1) as number) : SPEEDS[0]);
