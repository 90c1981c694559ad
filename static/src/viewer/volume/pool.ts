/** A very fine volume made coarser for projection: maxima of squares of pixels, so that nothing small and hot is lost. Pure. */

import type { Vector } from '../../imaging/types';
import { plus, times, type Geometry } from './geometry';
import type { Block, Voxels } from './rays';

/** Pixels in a row or a column of what is projected. */
const FINE_ENOUGH = 220;

export const poolOf = ([columns, rows]: Vector): number => Math.ceil(Math.max(columns, rows) / FINE_ENOUGH);

export function pooled(volume: Block & { geometry: Geometry }): { block: Block; geometry: Geometry } {
  const by = poolOf(volume.size);
  const { geometry } = volume;
  if (by === 1) return { block: volume, geometry };
  const [columns, rows, deep] = volume.size;
  const [wide, high] = [Math.ceil(columns / by), Math.ceil(rows / by)];
  const size: Vector = [wide, high, deep];
  const [right, down] = geometry.axes;
  const shift = (by - 1) / 2;
  const origin = plus(plus(geometry.origin, times(right, shift * geometry.spacing[0])), times(down, shift * geometry.spacing[1]));
  return {
    block: { size, slices: volume.slices.map((slice) => (slice === null ? null : maxima(slice, columns, rows, by))) },
    geometry: { ...geometry, origin, size, spacing: [geometry.spacing[0] * by, geometry.spacing[1] * by, geometry.spacing[2]] },
  };
}

function maxima(slice: Voxels, columns: number, rows: number, by: number): Voxels {
  const wide = Math.ceil(columns / by);
  const out = new (slice.constructor as new (length: number) => Voxels)(wide * Math.ceil(rows / by));
  out.fill(out instanceof Float32Array ? -Infinity : out instanceof Int16Array ? -32768 : 0);
  for (let row = 0; row < rows; row++) {
    const line = Math.floor(row / by) * wide;
    for (let column = 0; column < columns; column++) {
      const at = line + Math.floor(column / by);
      const value = slice[row * columns + column] as number;
      if (value > (out[at] as number)) out[at] = value;
    }
  }
  return out;
}
