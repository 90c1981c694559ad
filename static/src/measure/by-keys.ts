/** A mark drawn without a mouse: the cross that is moved by keys, and what its points make. */

import type { MarkTool } from './tools';
import { infoOf } from './tools';

export type Place = readonly [x: number, y: number];

/** Presses so near together are one key held down. */
const HELD_MS = 120;
const FASTEST = 16;

/** A tap is a pixel of the screen; the longer a key is held, the further each step of it goes. */
export function paceOf(before: { at: number; pace: number } | null, now: number): number {
  return before === null || now - before.at > HELD_MS ? 1 : Math.min(FASTEST, before.pace + 0.5);
}

/** How many points the tool wants of a hand at the keys: of an ellipse the corners it lies between. */
export const wanted = (tool: MarkTool): number => (tool === 'EllipticalROI' ? 2 : infoOf(tool).most);

/** The places of the viewport that the mark is made of; null while some are to come. A region ends where a point is placed twice. */
export function madeOf(tool: MarkTool, places: readonly Place[]): Place[] | null {
  const { least, most } = infoOf(tool);
  if (tool === 'EllipticalROI') return places.length < 2 ? null : ellipse(places[0]!, places[1]!);
  if (least === most) return places.length < most ? null : [...places];
  const [last, before] = [places.at(-1), places.at(-2)];
  const closed = last !== undefined && before !== undefined && last[0] === before[0] && last[1] === before[1];
  if (closed && places.length > least) return places.slice(0, -1);
  return places.length < most ? null : [...places];
}

/** As Cornerstone has its handles: bottom, top, left, right. */
function ellipse([x1, y1]: Place, [x2, y2]: Place): Place[] {
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return [[x, Math.max(y1, y2)], [x, Math.min(y1, y2)], [Math.min(x1, x2), y], [Math.max(x1, x2), y]];
}

/** What comes next, in a sentence. */
export function nextWords(tool: MarkTool, placed: number): string {
  const { noun, least, most } = infoOf(tool);
  if (least !== most) return `${noun}: ${placed} points. X places the next; twice at one place closes it.`;
  return `${noun}: point ${placed} of ${wanted(tool)}. Move with Shift and arrows; X places the next.`;
}
