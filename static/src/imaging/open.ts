/** A series that is open: its frames, who looks at them, and how far they are decoded. */

import type { SeriesFrames } from './series';

export interface Open {
  frames: SeriesFrames;
  /** How many viewports show it. */
  holders: number;
  held: boolean;
  /** Some viewport shows it, rather than draws it over another series: it is decoded ahead. */
  shows: boolean;
  used: number;
  decoded: Set<number>;
  /** Every frame that has been decoded at some time, and those that cannot be. */
  done: Set<number>;
  failed: Set<number>;
  /** Where somebody looks: frames near it are decoded first. */
  at: number;
  decoding: number;
  finished: boolean;
  /** Opened for a case that may come next; nobody has looked at it yet. */
  ahead: boolean;
  /** Ends the wait of everything else for the first image; null when that is on the screen. */
  drawn: (() => void) | null;
}
