/** Directions of the patient (DICOM's LPS) as the letters a reader expects at the edges of an image. */

import type { Vector } from '../imaging/types';

/** A direction that leans less than this towards an axis does not name it. */
const LEAN = 0.2;

/** E.g. `L`, `PH`, `` for no direction: the strongest axis first. Right and left are the patient's. */
export function letters(direction: Vector): string {
  const length = Math.hypot(...direction);
  if (length === 0) return '';
  const names: [string, string][] = [
    ['L', 'R'],
    ['P', 'A'],
    ['H', 'F'],
  ];
  return direction
    .map((part, axis) => ({ part: part / length, name: names[axis]![part > 0 ? 0 : 1] }))
    .filter(({ part }) => Math.abs(part) > LEAN)
    .sort((a, b) => Math.abs(b.part) - Math.abs(a.part))
    .map(({ name }) => name)
    .join('');
}

export const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const dot = (a: readonly number[], b: readonly number[]): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
export const distance = (a: Vector, b: Vector): number => Math.hypot(...minus(a, b));

/** The direction out of the plane of an image, from its row and column directions. */
export function normal(orientation: readonly number[]): Vector {
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}
