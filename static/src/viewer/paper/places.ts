/**
 * Where in a document somebody reads, on any screen: which part of it (a page, or a paragraph of a report) the upper edge
 * of what is seen lies in, from 0, and how far down that part, as its fraction. Pure.
 */

export interface Part {
  /** Pixels from the beginning of the document. */
  top: number;
  height: number;
}

export function placeAt(parts: readonly Part[], scrolled: number): number {
  const at = parts.findIndex(({ top, height }) => top + height > scrolled);
  if (at < 0) return parts.length;
  const { top, height } = parts[at] as Part;
  return at + Math.max(0, (scrolled - top) / height);
}

export function scrolledTo(parts: readonly Part[], place: number): number {
  const part = parts[Math.floor(place)];
  if (part === undefined) return (parts.at(-1)?.top ?? 0) + (parts.at(-1)?.height ?? 0);
  return part.top + (place - Math.floor(place)) * part.height;
}
