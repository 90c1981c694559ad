/** Planes that lean: turned about the patient's own axes, as they travel, and about any axis by a hand. Pure. */

import type { Vector } from '../../imaging/types';
import { dot, minus } from '../orientation';
import { plus, times } from './geometry';

/** Degrees about the patient's x, then y, then z (LPS), to three decimals: what every screen works out the plane from. */
export type Tilt = readonly [x: number, y: number, z: number];

type Matrix = readonly [Vector, Vector, Vector];

const round = (degrees: number): number => Math.round(degrees * 1000) / 1000 + 0;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;
/** Looking straight along an axis, the two other turns are one. */
const STRAIGHT = 1 - 1e-9;

const applied = (rows: Matrix, vector: Vector): Vector => [dot(rows[0], vector), dot(rows[1], vector), dot(rows[2], vector)];

function rowsOf([x, y, z]: Tilt): Matrix {
  const [cx, sx, cy, sy, cz, sz] = [x, y, z].flatMap((turn) => [Math.cos(radians(turn)), Math.sin(radians(turn))]) as [number, number, number, number, number, number];
  return [
    [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
    [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
    [-sy, cy * sx, cy * cx],
  ];
}

function tiltOf([first, second, third]: Matrix): Tilt {
  const y = Math.asin(Math.max(-1, Math.min(1, -third[0])));
  const straight = Math.abs(third[0]) > STRAIGHT;
  const x = straight ? 0 : Math.atan2(third[1], third[2]);
  const z = straight ? Math.atan2(-first[1], second[1]) : Math.atan2(second[0], first[0]);
  return [round(degrees(x)), round(degrees(y)), round(degrees(z))];
}

export const isUpright = (tilt: Tilt | undefined): boolean => tilt === undefined || tilt.every((turn) => turn === 0);
export const leaning = (tilt: Tilt | undefined, direction: Vector): Vector => (tilt === undefined ? direction : applied(rowsOf(tilt), direction));

/** A point turned about an axis (of length 1) through `pivot`. */
export function about(point: Vector, axis: Vector, turn: number, pivot: Vector = [0, 0, 0]): Vector {
  const away = minus(point, pivot);
  const [c, s] = [Math.cos(radians(turn)), Math.sin(radians(turn))];
  const across: Vector = [axis[1] * away[2] - axis[2] * away[1], axis[2] * away[0] - axis[0] * away[2], axis[0] * away[1] - axis[1] * away[0]];
  return plus(pivot, plus(plus(times(away, c), times(across, s)), times(axis, dot(axis, away) * (1 - c))));
}

/** The same plane turned on by so many degrees about an axis of the patient's. */
export function tiltedOn(tilt: Tilt | undefined, axis: Vector, turn: number): Tilt {
  const columns = ([[1, 0, 0], [0, 1, 0], [0, 0, 1]] as Vector[]).map((direction) => about(leaning(tilt, direction), axis, turn));
  return tiltOf([0, 1, 2].map((row) => columns.map((column) => column[row]!) as Vector) as unknown as Matrix);
}
