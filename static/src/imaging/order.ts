/** Which frames to ask for, and in which order they come: the same words as `mdt/imaging/pixels/outward.py`. */

/** The server refuses more than fits in an address; what is left over is asked for next. */
const MOST_RANGES = 400;

/** Nearest first; of two as near, the one further on. */
export function* outward(count: number, at: number): Generator<number> {
  for (let away = 0; away < count; away++) {
    if (at + away < count) yield at + away;
    if (away > 0 && at - away >= 0) yield at - away;
  }
}

/** Frames as ranges, ascending, e.g. "0-9,12", and how many of them fitted. */
export function ranges(frames: readonly number[]): { text: string; frames: number[] } {
  const parts: string[] = [];
  const told: number[] = [];
  const ascending = [...frames].sort((a, b) => a - b);
  for (let at = 0; at < ascending.length && parts.length < MOST_RANGES; ) {
    const first = ascending[at] as number;
    let last = first;
    for (; at < ascending.length && (ascending[at] as number) <= last + 1; at++) {
      last = ascending[at] as number;
      told.push(last);
    }
    parts.push(first === last ? `${first}` : `${first}-${last}`);
  }
  return { text: parts.join(','), frames: told };
}
