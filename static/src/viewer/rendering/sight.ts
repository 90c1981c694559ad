/** From where a rendered volume is seen: parallel rays, by two angles. Pure; patient millimetres, LPS. */

import type { Vector } from '../../imaging/types';
import { dot } from '../orientation';
import { directionToIndex, plus, times, toIndex, type Geometry } from '../volume/geometry';

/** Degrees around the patient's long axis (0 from the front, 90 from their left), and upwards (90 from above the head). */
export type Turn = readonly [around: number, up: number];

export interface Directions {
  right: Vector;
  down: Vector;
  /** Away from the reader. */
  into: Vector;
}

const tidy = (part: number): number => (Math.abs(part) < 1e-12 ? 0 : part);
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

export function directions([around, up]: Turn): Directions {
  const [x, y] = [tidy(Math.cos(radians(around))), tidy(Math.sin(radians(around)))];
  const [level, tilted] = [tidy(Math.cos(radians(up))), tidy(Math.sin(radians(up)))];
  return { right: [x, y, 0], into: [-y * level, x * level, -tilted], down: [y * tilted, -x * tilted, -level] };
}

/** What is asked for: the middle of the picture in the patient, millimetres of a pixel and of a step along the rays. */
export interface Look {
  turn: Turn;
  centre: Vector;
  perPixel: number;
  columns: number;
  rows: number;
  step: number;
}

/** The same in voxels: the first ray where it passes the middle's plane, the steps to the next right, down, and along it. */
export interface Sight {
  from: Vector;
  right: Vector;
  down: Vector;
  along: Vector;
  columns: number;
  rows: number;
  /** Along the volume's own axes, of length 1: the light comes from where the reader is. */
  light: Vector;
  spacing: Vector;
}

export function sightOf(geometry: Geometry, { turn, centre, perPixel, columns, rows, step }: Look): Sight {
  const { right, down, into } = directions(turn);
  const first = plus(plus(centre, times(right, (-(columns - 1) / 2) * perPixel)), times(down, (-(rows - 1) / 2) * perPixel));
  const voxels = (direction: Vector, mm: number): Vector => directionToIndex(geometry, times(direction, mm));
  return {
    from: toIndex(geometry, first),
    right: voxels(right, perPixel),
    down: voxels(down, perPixel),
    along: voxels(into, step),
    columns,
    rows,
    light: geometry.axes.map((axis) => dot(into, axis)) as Vector,
    spacing: geometry.spacing,
  };
}

/** Angles as they travel: to a tenth of a degree, around from 0 to 360, up from -90 to 90. */
export function turned([around, up]: Turn, by: readonly [number, number]): Turn {
  const round = (degrees: number): number => Math.round(degrees * 10) / 10;
  return [round((((around + by[0]) % 360) + 360) % 360) % 360, Math.max(-90, Math.min(90, round(up + by[1])))];
}
