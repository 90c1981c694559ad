/** Which frames to ask for next: what somebody looks at, then onwards from there, then back towards the start. */

export interface Run {
  from: number;
  /** The last frame, included. */
  to: number;
}

/** Going back, so many at once: they come in ascending order, and the nearest is the last of them. */
const BACKWARDS = 8;

/** The frames of one request; null when none is missing. */
export function nextRun(has: (index: number) => boolean, count: number, focus: number): Run | null {
  let ahead = focus;
  while (ahead < count && has(ahead)) ahead += 1;
  let behind = focus - 1;
  while (behind >= 0 && has(behind)) behind -= 1;
  if (ahead >= count && behind < 0) return null;
  // A reader goes on more often than back, but not when what is behind is much nearer.
  if (ahead < count && (behind < 0 || ahead - focus <= (focus - behind) * 4)) {
    let to = ahead;
    while (to + 1 < count && !has(to + 1)) to += 1;
    return { from: ahead, to };
  }
  let from = behind;
  while (from > 0 && behind - from + 1 < BACKWARDS && !has(from - 1)) from -= 1;
  return { from, to: behind };
}
