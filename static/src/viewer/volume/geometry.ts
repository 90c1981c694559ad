/** Where the voxels of a volume lie in the patient (PS3.3 C.7.6.2). Pure; patient millimetres, LPS. */

import type { Vector } from '../../imaging/types';
import { dot, minus } from '../orientation';

export interface Geometry {
  /** The middle of the first voxel. */
  origin: Vector;
  /** Unit vectors along a row, down a column, and from slice to slice: at right angles to each other. */
  axes: readonly [Vector, Vector, Vector];
  /** Between voxels along each axis. */
  spacing: Vector;
  /** Columns, rows, slices. */
  size: Vector;
}

export const times = (vector: Vector, by: number): Vector => [vector[0] * by, vector[1] * by, vector[2] * by];
export const plus = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

/** A patient point in voxels, from the middle of the first. */
export function toIndex({ origin, axes, spacing }: Geometry, point: Vector): Vector {
  return directionToIndex({ axes, spacing }, minus(point, origin));
}

/** A step in the patient as steps along columns, rows and slices. */
export function directionToIndex({ axes, spacing }: Pick<Geometry, 'axes' | 'spacing'>, step: Vector): Vector {
  return [dot(step, axes[0]) / spacing[0], dot(step, axes[1]) / spacing[1], dot(step, axes[2]) / spacing[2]];
}

export function toPatient({ origin, axes, spacing }: Geometry, index: Vector): Vector {
  return axes.reduce((at, axis, n) => plus(at, times(axis, index[n]! * spacing[n]!)), origin);
}

/** The smallest box along the patient's axes that holds the middles of all voxels: [from, to] along each. */
export function bounds(geometry: Geometry): readonly [Vector, Vector] {
  const from: Vector = [Infinity, Infinity, Infinity];
  const to: Vector = [-Infinity, -Infinity, -Infinity];
  for (const corner of corners(geometry)) {
    corner.forEach((value, axis) => {
      from[axis] = Math.min(from[axis]!, value);
      to[axis] = Math.max(to[axis]!, value);
    });
  }
  return [from, to];
}

/** The middles of the eight outermost voxels. */
export const corners = (geometry: Geometry): Vector[] =>
  Array.from({ length: 8 }, (_, corner) => toPatient(geometry, geometry.size.map((count, n) => ((corner >> n) & 1) * (count - 1)) as Vector));

/** Which axis of the volume leads most along an axis of the patient. */
export const leading = ({ axes }: Geometry, patientAxis: number): number =>
  axes.map((axis) => Math.abs(axis[patientAxis]!)).reduce((best, part, n, all) => (part > all[best]! ? n : best), 0);

/** Whether rows, columns and slices run along the patient's own axes. */
export const isAligned = ({ axes }: Geometry): boolean => axes.every((axis) => Math.max(...axis.map(Math.abs)) > 1 - 1e-6);

export const middle = (geometry: Geometry): Vector => toPatient(geometry, geometry.size.map((count) => (count - 1) / 2) as Vector);
