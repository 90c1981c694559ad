/** Shows in a viewport what somebody else shows in theirs. While one view is loading, only the newest after it counts. */

import type { StackViewport } from '@cornerstonejs/core';
import type { FrameInfo } from '../imaging/types';
import type { ImagePane } from '../room/protocol';
import type { Hung } from './hanging';
import type { Start } from './contents/content';

export interface Followed {
  /** Grows with everything that is shown anew: what was begun in an earlier turn is dropped. */
  readonly turn: number;
  readonly busy: boolean;
  readonly hung: Hung | null;
  readonly stack: StackViewport | null;
  readonly frame: FrameInfo | null;
  show(hung: Hung, start: Start): Promise<void>;
  /** The same images, of which more is known. */
  rename(hung: Hung): void;
  indexOf(sop: string, frame: number): number | undefined;
  /** The image is the right one by now. */
  take(view: ImagePane, stack: StackViewport, frame: FrameInfo): void;
  say(lines: string[]): void;
  /** The newest view it was told is there. */
  caughtUp(): void;
}

export class Follower {
  private target: ImagePane | null = null;
  /** The turn in which a view is being applied. */
  private applying = -1;

  constructor(private readonly pane: Followed) {}

  /** What it was last told to show is not there yet. */
  get behind(): boolean {
    return this.applying === this.pane.turn;
  }

  forget(): void {
    this.target = null;
  }

  async follow(view: ImagePane, hung: Hung): Promise<void> {
    const { pane } = this;
    const now = pane.hung?.series;
    if (now?.key !== view.key || now.version !== hung.series.version) {
      const shown = pane.show(hung, view);
      this.target = view;
      await shown;
    } else {
      pane.rename(hung);
      this.target = view;
    }
    await this.goOn();
  }

  /** Shows what was told meanwhile: also while something else was being opened here. */
  async goOn(): Promise<void> {
    const { pane } = this;
    const { turn } = pane;
    if (this.target === null || pane.busy || this.applying === turn) return;
    this.applying = turn;
    try {
      for (let next = this.target as ImagePane | null; next !== null && turn === pane.turn; next = this.target) {
        this.target = null;
        await this.apply(next);
      }
    } finally {
      if (this.applying === turn) {
        this.applying = -1;
        pane.caughtUp();
      }
    }
  }

  private async apply(view: ImagePane): Promise<void> {
    const { pane } = this;
    const { stack, turn } = pane;
    if (stack === null) return;
    const at = pane.indexOf(view.sop, view.frame);
    if (at === undefined) {
      pane.say(['The presenter shows an image that is not here yet.']);
      return;
    }
    await stack.setImageIdIndex(at);
    const { frame } = pane;
    if (turn === pane.turn && frame !== null) pane.take(view, stack, frame);
  }
}
