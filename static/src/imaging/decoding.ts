/** Decoding before anybody asks: what is shown and here, nearest to where somebody looks first, as far as memory goes. */

import { cache, imageLoader } from '@cornerstonejs/core';
import { DECODED, dropped } from './budget';
import { imageId } from './image-id';
import type { Open } from './open';
import { outward } from './order';

export class DecodingAhead {
  /** Images that were asked for here, and not by a viewport. */
  private readonly loading = new Set<string>();

  constructor(
    private readonly all: ReadonlyMap<string, Open>,
    private readonly workers: number,
  ) {}

  asked(id: string): boolean {
    return this.loading.has(id);
  }

  /** Decodes what is here and shown, nearest to where somebody looks first, a little at a time and within the budget. */
  decode(open: Open): void {
    if (open.drawn !== null || !open.shows) return;
    while (open.held && open.decoding < this.workers * 2) {
      const next = this.nearest(open);
      if (next === null || !this.room(open, next)) return;
      const id = imageId(open.frames.key, open.frames.index.version, next);
      open.decoding += 1;
      this.loading.add(id);
      imageLoader
        .loadAndCacheImage(id)
        .catch(() => {
          if (!open.held) return; // it was not wanted any more
          open.failed.add(next); // what cannot be decoded is told when somebody looks at it
          open.done.add(next);
        })
        .finally(() => {
          this.loading.delete(id);
          open.decoding -= 1;
          this.decode(open);
        });
    }
  }

  private nearest(open: Open): number | null {
    const { frames } = open;
    for (const index of outward(frames.frames.length, open.at)) {
      if (open.decoded.has(index) || open.failed.has(index) || !frames.has(index)) continue;
      const id = imageId(frames.key, frames.index.version, index);
      if (!this.loading.has(id) && !cache.getImageLoadObject(id)) return index;
    }
    return null;
  }

  private get full(): boolean {
    return cache.getCacheSize() > DECODED * 0.85;
  }

  /** Makes room for a frame by letting go of what is further away; false when nothing is. */
  private room(open: Open, index: number): boolean {
    while (this.full) {
      const victim = dropped(this.all.values(), Math.abs(index - open.at));
      if (victim === null) return false;
      const { frames } = victim.shelf;
      const id = imageId(frames.key, frames.index.version, victim.index);
      victim.shelf.decoded.delete(victim.index);
      if (cache.isLoaded(id)) cache.removeImageLoadObject(id);
    }
    return true;
  }
}
