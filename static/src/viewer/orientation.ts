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

const OPPOSITE: Record<string, string> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' };

/**
 * The letters towards a screen direction, for an image that knows only where its rows and columns lead (a radiograph).
 * Its own plane is x to the right and y downwards; half-way between two of its edges nothing is claimed.
 */
export function projected(direction: Vector, [right, down]: readonly [string, string]): string {
  const [x, y] = direction;
  const [most, least] = [Math.max(Math.abs(x), Math.abs(y)), Math.min(Math.abs(x), Math.abs(y))];
  if (most === 0 || least / most > LEAN) return '';
  const along = Math.abs(x) > Math.abs(y);
  const said = along ? right : down;
  return (along ? x : y) > 0 ? said : [...said].map((letter) => OPPOSITE[letter] ?? '').join('');
}

export const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const dot = (a: readonly number[], b: readonly number[]): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
export const distance = (a: Vector, b: Vector): number => Math.hypot(...minus(a, b));

/** The direction out of the plane of an image, from its row and column directions. */
export function normal(orientation: readonly number[]): Vector {
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}
