/** What to ask the server for next, by what is here, where somebody looks, and how good the line is. Pure. */

import { outward } from './order';
import type { Prefixes } from './prefixes';
import type { FrameInfo } from './types';

export interface Want {
  frames: number[];
  /** The coarse picture that is here of each of them; null when nothing is. */
  have: number | null;
  /** How coarse they are wanted; 1 is whole. */
  to: number;
}

export interface Seen {
  at: number;
  /** Somebody has been looking at this frame for a moment, or it is the first. */
  rests: boolean;
  /** A whole frame would be a wait on this line. */
  slow: boolean;
  /** Only coarse pictures, for a case that may come next. */
  previews: boolean;
}

/** On a slow line whole images are asked for a few at a time, so that a look elsewhere is soon served. */
const FEW = 3;

/** Null when nothing is missing. `elsewhere` tells the frames that come another way. */
export function nextWant(frames: readonly FrameInfo[], here: Prefixes, elsewhere: (index: number) => boolean, { at, rests, slow, previews }: Seen): Want | null {
  const missing = [...outward(frames.length, at)].filter((index) => !here.has(index) && !elsewhere(index));
  const [nearest] = missing;
  if (nearest === undefined) return null;
  const to = frames[nearest]?.coarse?.[0]?.[0] ?? 1;
  const bare = missing.filter((index) => here.factor(index) === null);
  if (previews) return bare.length === 0 || to === 1 ? null : { frames: bare, have: null, to };
  if (!slow || to === 1) return alike(missing, here, Infinity);
  if (nearest === at && rests) return alike([at], here, 1);
  if (bare.length > 0) return { frames: bare, have: null, to };
  return alike(missing, here, FEW);
}

/** The nearest of them of which as much is here as of the very nearest. */
function alike(missing: readonly number[], here: Prefixes, most: number): Want {
  const have = here.factor(missing[0] as number);
  return { frames: missing.filter((index) => here.factor(index) === have).slice(0, most), have, to: 1 };
}
