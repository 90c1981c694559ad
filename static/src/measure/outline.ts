/** An outline drawn by hand has a point for every twitch: fewer say the same. */

import type { Vector } from '../imaging/types';

/** At most so many of the points, those that matter most to the shape (Douglas and Peucker); as it is, where it has no more. */
export function thinned(points: readonly Vector[], most: number): readonly Vector[] {
  if (points.length <= most) return points;
  const weights = new Float64Array(points.length);
  weights.fill(Infinity, 0, 1).fill(Infinity, points.length - 1);
  const parts: { from: number; to: number; most: number }[] = [{ from: 0, to: points.length - 1, most: Infinity }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { from, to } = part;
    let [farthest, at] = [-1, -1];
    for (let one = from + 1; one < to; one++) {
      const off = away(points[one]!, points[from]!, points[to]!);
      if (off > farthest) [farthest, at] = [off, one];
    }
    if (at < 0) continue;
    const weight = Math.min(farthest, part.most); // never more than what it divides, so that no part outlives its whole
    weights[at] = weight;
    parts.push({ from, to: at, most: weight }, { from: at, to, most: weight });
  }
  const kept = new Set(Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b).slice(0, most));
  return points.filter((_, at) => kept.has(at));
}

/** How far a point lies from the line between two others. */
function away(point: Vector, from: Vector, to: Vector): number {
  const along = to.map((value, axis) => value - from[axis]!);
  const there = point.map((value, axis) => value - from[axis]!);
  const length = along.reduce((sum, part) => sum + part * part, 0);
  const part = length === 0 ? 0 : Math.max(0, Math.min(1, along.reduce((sum, value, axis) => sum + value * there[axis]!, 0) / length));
  return Math.hypot(...there.map((value, axis) => value - along[axis]! * part));
}
