/** The mark that a hand here is making or moving, told to the others while it moves: seldom, and never of a private one. */

import type { Drawing } from '../room/protocol';

/** A hand may rest: others hear that it still holds the mark. */
const AGAIN_EVERY = 1000;

export interface InHandAsk {
  /** Whether others may see what is drawn now. */
  isShown(id: string): boolean;
  send(drawing: Drawing | null): void;
}

export class InHand {
  private held: Drawing | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly ask: InHandAsk) {}

  hold(drawing: Drawing): void {
    if (!this.ask.isShown(drawing.id)) return;
    clearInterval(this.timer);
    this.held = drawing;
    this.timer = setInterval(() => this.ask.send(this.held), AGAIN_EVERY);
    this.ask.send(drawing);
  }

  letGo(): void {
    if (this.held === null) return;
    clearInterval(this.timer);
    this.held = null;
    this.ask.send(null);
  }
}
