/** Putting scenes in order. Pure. */

/** The ids with the one at `from` put to `to`; null when that changes nothing. */
export function moved(ids: readonly string[], from: number, to: number): string[] | null {
  const end = Math.min(Math.max(to, 0), ids.length - 1);
  if (from < 0 || from >= ids.length || from === end) return null;
  const rest = ids.toSpliced(from, 1);
  return rest.toSpliced(end, 0, ids[from] as string);
}

/** The place `by` after the current one; the first when there is none yet; null beyond either end. */
export function beside(ids: readonly string[], current: string | null, by: 1 | -1): number | null {
  const at = current === null ? -1 : ids.indexOf(current);
  if (at < 0) return ids.length === 0 ? null : by > 0 ? 0 : ids.length - 1;
  const next = at + by;
  return next < 0 || next >= ids.length ? null : next;
}
