/** Which decoded frames to let go of when memory is full: what nobody shows, then what is furthest from any eye. */

const GIB = 2 ** 30;
/** Chrome says at most 8; other browsers say nothing. */
const memory = ((globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory ?? 4) * GIB;
/** Bytes that decoded images may take, and compressed ones that nobody looks at. */
export const DECODED = Math.min(memory / 5, 1.5 * GIB);
export const COMPRESSED = memory / 10;

export interface Shelf {
  /** Whether a viewport shows the series. */
  held: boolean;
  /** When it was last shown. */
  used: number;
  /** The frame somebody looks at. */
  at: number;
  decoded: ReadonlySet<number>;
}

/** The frame to drop so that one `away` frames from where somebody looks may be decoded; null when all others are nearer. */
export function dropped<S extends Shelf>(shelves: Iterable<S>, away: number): { shelf: S; index: number } | null {
  let found: { shelf: S; index: number; rank: [number, number] } | null = null;
  for (const shelf of shelves) {
    for (const index of shelf.decoded) {
      const distance = Math.abs(index - shelf.at);
      const rank: [number, number] = shelf.held ? [0, distance] : [1, -shelf.used];
      if (shelf.held && distance <= away) continue;
      if (found === null || rank[0] > found.rank[0] || (rank[0] === found.rank[0] && rank[1] > found.rank[1])) found = { shelf, index, rank };
    }
  }
  return found;
}

/** A volume stays whole while it is looked at; so much of the memory for images may go to volumes. */
const VOLUMES = 0.7;

/** Why a volume of so many bytes does not fit beside the others that are open, in a sentence; null when it does. */
export function tooLarge(bytes: number, others: number, capacity: number): string | null {
  if (others + bytes <= capacity * VOLUMES) return null;
  const mb = (value: number): string => `${Math.ceil(value / 2 ** 20)} MB`;
  const beside = others > 0 && bytes <= capacity * VOLUMES ? ` beside the ${mb(others)} of other volumes` : '';
  return `Too large: it needs ${mb(bytes)} of memory, and this computer has ${mb(capacity * VOLUMES)} for volumes${beside}.`;
}
