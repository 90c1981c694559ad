/** Values along a bundle of rays through a volume: one sample is a plane, several a slab, all of them a projection. Pure. */

import type { Vector } from '../../imaging/types';

export type Voxels = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
export type Blend = 'average' | 'mip' | 'minip';

export interface Block {
  /** One for each slice, row by row; null while it has not come. */
  slices: readonly (Voxels | null)[];
  /** Columns, rows, slices. */
  size: Vector;
}

/** In voxels of the block: the first sample of the first ray, and the steps to the next ray right, down, and along it. */
export interface Rays {
  from: Vector;
  right: Vector;
  down: Vector;
  along: Vector;
  columns: number;
  rows: number;
  samples: number;
}

const WHOLE = 1e-5;
const isWhole = (vector: Vector): boolean => vector.every((part) => Math.abs(part - Math.round(part)) < WHOLE);

/**
 * Fills rows `first` to `last` of `out`. Samples outside the block, or in a slice that has not come, do not count; where
 * none counts the value is `outside`. Between voxels values are interpolated in three directions.
 */
export function cast(block: Block, rays: Rays, blend: Blend, outside: number, out: Voxels, first = 0, last = rays.rows): void {
  const straight = isWhole(rays.from) && isWhole(rays.right) && isWhole(rays.down) && isWhole(rays.along);
  const round = out instanceof Float32Array ? (value: number): number => value : Math.round;
  const { from, right, down, along, columns, samples } = rays;
  const [i0, j0, k0] = from;
  for (let v = first; v < last; v++) {
    for (let u = 0; u < columns; u++) {
      const i = i0 + u * right[0] + v * down[0];
      const j = j0 + u * right[1] + v * down[1];
      const k = k0 + u * right[2] + v * down[2];
      let found = NaN;
      let sum = 0;
      let counted = 0;
      const [begin, end] = samples === 1 ? [0, 1] : within(block.size, i, j, k, along, samples);
      for (let n = begin; n < end; n++) {
        const value = straight
          ? voxel(block, Math.round(i + n * along[0]), Math.round(j + n * along[1]), Math.round(k + n * along[2]))
          : sample(block, i + n * along[0], j + n * along[1], k + n * along[2]);
        if (value !== value) continue;
        counted += 1;
        if (blend === 'average') sum += value;
        else if (!(found === found) || (blend === 'mip' ? value > found : value < found)) found = value;
      }
      const value = counted === 0 ? outside : blend === 'average' ? sum / counted : found;
      out[v * columns + u] = round(value);
    }
  }
}

/** Which samples of a ray can lie in the block at all. */
function within(size: Vector, i: number, j: number, k: number, along: Vector, samples: number): readonly [number, number] {
  let begin = 0;
  let end = samples - 1;
  for (let axis = 0; axis < 3; axis++) {
    const at = axis === 0 ? i : axis === 1 ? j : k;
    const step = along[axis]!;
    const [low, high] = [-0.5, size[axis]! - 0.5];
    if (Math.abs(step) < WHOLE) {
      if (at < low - WHOLE || at > high + WHOLE) return [0, 0];
      continue;
    }
    const [a, b] = [(low - at) / step, (high - at) / step];
    begin = Math.max(begin, Math.ceil(Math.min(a, b) - WHOLE));
    end = Math.min(end, Math.floor(Math.max(a, b) + WHOLE));
  }
  return [begin, end + 1];
}

function voxel({ slices, size }: Block, i: number, j: number, k: number): number {
  if (i < 0 || j < 0 || k < 0 || i >= size[0] || j >= size[1] || k >= size[2]) return NaN;
  const slice = slices[k];
  return slice === null || slice === undefined ? NaN : (slice[j * size[0] + i] as number);
}

/** A voxel reaches half its size to every side; there its own value holds. NaN outside. */
export function sample({ slices, size }: Block, i: number, j: number, k: number): number {
  const [wide, high, deep] = size;
  if (!(i >= -0.5 - WHOLE && j >= -0.5 - WHOLE && k >= -0.5 - WHOLE && i <= wide - 0.5 + WHOLE && j <= high - 0.5 + WHOLE && k <= deep - 0.5 + WHOLE)) return NaN;
  const x = i < 0 ? 0 : i > wide - 1 ? wide - 1 : i;
  const y = j < 0 ? 0 : j > high - 1 ? high - 1 : j;
  const z = k < 0 ? 0 : k > deep - 1 ? deep - 1 : k;
  const [i0, j0, k0] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const [fx, fy, fz] = [x - i0, y - j0, z - k0];
  const near = slices[k0];
  const far = fz < WHOLE ? near : slices[k0 + 1];
  if (near === null || near === undefined || far === null || far === undefined) return NaN;
  const at = j0 * wide + i0;
  const across = i0 + 1 < wide ? 1 : 0;
  const below = j0 + 1 < high ? wide : 0;
  const a = (near[at] as number) * (1 - fx) + (near[at + across] as number) * fx;
  const b = (near[at + below] as number) * (1 - fx) + (near[at + below + across] as number) * fx;
  const upper = a * (1 - fy) + b * fy;
  if (far === near) return upper;
  const c = (far[at] as number) * (1 - fx) + (far[at + across] as number) * fx;
  const d = (far[at + below] as number) * (1 - fx) + (far[at + below + across] as number) * fx;
  return upper * (1 - fz) + (c * (1 - fy) + d * fy) * fz;
}
