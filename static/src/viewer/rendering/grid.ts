/** The voxels that are rendered: whole numbers of 16 bits, on a grid made coarser where the volume is very fine. Pure. */

import type { Vector } from '../../imaging/types';
import { plus, times, type Geometry } from '../volume/geometry';
import type { Voxels } from '../volume/rays';
import { LEAST, type Scale } from './transfer';

export interface Grid {
  /** Slice by slice, row by row; what has not come is the least there is. */
  values: Int16Array<ArrayBuffer>;
  /** Columns, rows, slices. */
  size: Vector;
}

/** So many voxels are rendered at the most: a second copy of the volume is made for it. */
const MOST = 24_000_000;

/** Pixels along a row and a column, and slices, whose mean is one voxel. */
export interface Pooling {
  across: number;
  along: number;
}

const reduced = (size: Vector, { across, along }: Pooling): Vector => [Math.max(1, Math.floor(size[0] / across)), Math.max(1, Math.floor(size[1] / across)), Math.max(1, Math.floor(size[2] / along))];

/** As little as is needed, where the voxels are finest first. */
export function poolingOf({ size, spacing }: Pick<Geometry, 'size' | 'spacing'>, most = MOST): Pooling {
  const pooling = { across: 1, along: 1 };
  const voxels = (): number => reduced(size, pooling).reduce((product, count) => product * count, 1);
  while (voxels() > most) {
    if (Math.min(spacing[0], spacing[1]) * pooling.across <= spacing[2] * pooling.along) pooling.across += 1;
    else pooling.along += 1;
  }
  return pooling;
}

export function pooledGeometry(geometry: Geometry, pooling: Pooling): Geometry {
  const by: Vector = [pooling.across, pooling.across, pooling.along];
  const origin = by.reduce((at, count, n) => plus(at, times(geometry.axes[n]!, ((count - 1) / 2) * geometry.spacing[n]!)), geometry.origin);
  return { ...geometry, origin, size: reduced(geometry.size, pooling), spacing: geometry.spacing.map((mm, n) => mm * by[n]!) as Vector };
}

/** Whole numbers that fit stay themselves; others are told in 64,000 steps. */
export function scaleOf(whole: boolean, [least, most]: readonly [number, number]): Scale {
  if (whole && least >= LEAST && most < -LEAST) return { offset: 0, per: 1 };
  return { offset: (least + most) / 2, per: Math.max(most - least, 1e-6) / 64_000 };
}

/** One slice of the grid: the means of squares of pixels of some slices. */
export function pooledSlice(slices: readonly Voxels[], [columns, rows]: Vector, { across }: Pooling, { offset, per }: Scale): Int16Array<ArrayBuffer> {
  const [wide, high] = [Math.max(1, Math.floor(columns / across)), Math.max(1, Math.floor(rows / across))];
  const out = new Int16Array(wide * high);
  const of = slices.length * across * across;
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      let sum = 0;
      for (const slice of slices) {
        for (let y = row * across; y < (row + 1) * across; y++) for (let x = column * across; x < (column + 1) * across; x++) sum += slice[y * columns + x] as number;
      }
      out[row * wide + column] = Math.round((sum / of - offset) / per);
    }
  }
  return out;
}
