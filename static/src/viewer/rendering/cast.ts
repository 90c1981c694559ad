/** Pictures of a whole volume: light through what is dense and coloured, or the largest value along each ray. Pure. */

import { POWER, type Cells } from './cells';
import type { Grid } from './grid';
import type { Sight } from './sight';
import { LEAST, type Table } from './transfer';

export interface Picture {
  /** RGBA. */
  pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Steps from the middle's plane to what is seen there; NaN where nothing is. */
  depth: Float32Array<ArrayBuffer>;
}

export const AMBIENT = 0.25;
export const DIFFUSE = 0.75;
export const SHINE = 30;
const SHINE_POWER = 16;
/** What lies behind so much is not looked for. */
const DARK = 0.02;
const NEARLY = 1e-9;

/** Where along a ray all eight voxels around a sample are in the grid: first and last step. */
function span(size: readonly number[], at: readonly number[], along: readonly number[]): readonly [number, number] {
  let [first, last] = [-Infinity, Infinity];
  for (let axis = 0; axis < 3; axis++) {
    const [position, step, end] = [at[axis]!, along[axis]!, size[axis]! - 1];
    if (Math.abs(step) < NEARLY) {
      if (position < -NEARLY || position > end + NEARLY) return [1, 0];
      continue;
    }
    const [a, b] = [-position / step, (end - position) / step];
    first = Math.max(first, Math.min(a, b));
    last = Math.min(last, Math.max(a, b));
  }
  return [Math.ceil(first - NEARLY), Math.floor(last + NEARLY)];
}

/** Steps until a ray has left the cell that it is in, at least one. */
function leap(x: number, y: number, z: number, [dx, dy, dz]: readonly [number, number, number]): number {
  const until = (at: number, step: number): number => {
    if (Math.abs(step) < NEARLY) return Infinity;
    const cell = at >> POWER;
    return ((step > 0 ? (cell + 1) << POWER : cell << POWER) - at) / step;
  };
  return Math.max(1, Math.ceil(Math.min(until(x, dx), until(y, dy), until(z, dz))));
}

/** The value between eight voxels; coordinates beyond the grid are those at its edge. */
function reader({ values, size }: Grid): (x: number, y: number, z: number) => number {
  const [columns, rows, slices] = size;
  const plane = columns * rows;
  const [endX, endY, endZ] = [columns - 1, rows - 1, slices - 1];
  return (x, y, z) => {
    const i = x <= 0 ? 0 : x >= endX ? endX : x;
    const j = y <= 0 ? 0 : y >= endY ? endY : y;
    const k = z <= 0 ? 0 : z >= endZ ? endZ : z;
    const i0 = i | 0;
    const j0 = j | 0;
    const k0 = k | 0;
    const fx = i - i0;
    const fy = j - j0;
    const fz = k - k0;
    const at = k0 * plane + j0 * columns + i0;
    const right = i0 < endX ? 1 : 0;
    const below = j0 < endY ? columns : 0;
    const behind = k0 < endZ ? plane : 0;
    const a = values[at]! + (values[at + right]! - values[at]!) * fx;
    const b = values[at + below]! + (values[at + below + right]! - values[at + below]!) * fx;
    const c = values[at + behind]! + (values[at + behind + right]! - values[at + behind]!) * fx;
    const d = values[at + behind + below]! + (values[at + behind + below + right]! - values[at + behind + below]!) * fx;
    const near = a + (b - a) * fy;
    return near + (c + (d - c) * fy - near) * fz;
  };
}

/** Composites rows `first` to `last` from front to back, shaded by the slope of the values; `seen` is of the cells. */
export function composite(grid: Grid, cells: Cells, seen: Uint8Array, sight: Sight, table: Table, { pixels, depth }: Picture, first: number, last: number): void {
  const read = reader(grid);
  const { alpha, red, green, blue } = table;
  const { from, right, down, along, columns, spacing, light } = sight;
  const [dx, dy, dz] = along;
  const { wide, high } = cells;
  for (let v = first; v < last; v++) {
    for (let u = 0; u < columns; u++) {
      const x0 = from[0] + u * right[0] + v * down[0];
      const y0 = from[1] + u * right[1] + v * down[1];
      const z0 = from[2] + u * right[2] + v * down[2];
      const [begin, end] = span(grid.size, [x0, y0, z0], along);
      let left = 1;
      let r = 0;
      let g = 0;
      let b = 0;
      let found = NaN;
      for (let n = begin; n <= end; ) {
        const x = x0 + n * dx;
        const y = y0 + n * dy;
        const z = z0 + n * dz;
        if (seen[((z >> POWER) * high + (y >> POWER)) * wide + (x >> POWER)] === 0) {
          n += leap(x, y, z, along);
          continue;
        }
        const at = Math.round(read(x, y, z)) - LEAST;
        const opacity = alpha[at]!;
        if (opacity > 0) {
          const sx = (read(x + 1, y, z) - read(x - 1, y, z)) / spacing[0];
          const sy = (read(x, y + 1, z) - read(x, y - 1, z)) / spacing[1];
          const sz = (read(x, y, z + 1) - read(x, y, z - 1)) / spacing[2];
          const steep = Math.sqrt(sx * sx + sy * sy + sz * sz);
          const facing = steep < NEARLY ? 1 : Math.abs(sx * light[0] + sy * light[1] + sz * light[2]) / steep;
          const weight = left * opacity;
          const lit = weight * (AMBIENT + DIFFUSE * facing);
          const shine = weight * SHINE * facing ** SHINE_POWER;
          r += red[at]! * lit + shine;
          g += green[at]! * lit + shine;
          b += blue[at]! * lit + shine;
          left *= 1 - opacity;
          if (left < 0.5 && found !== found) found = n;
          if (left < DARK) break;
        }
        n += 1;
      }
      const at = v * columns + u;
      pixels[4 * at] = r;
      pixels[4 * at + 1] = g;
      pixels[4 * at + 2] = b;
      pixels[4 * at + 3] = 255;
      depth[at] = found;
    }
  }
}

/** The largest value along each ray as a grey, black at `lower` and white at `upper` (whole numbers of the grid). */
export function project(grid: Grid, cells: Cells, sight: Sight, { lower, upper }: { lower: number; upper: number }, { pixels, depth }: Picture, first: number, last: number): void {
  const read = reader(grid);
  const { from, right, down, along, columns } = sight;
  const [dx, dy, dz] = along;
  const { wide, high, most } = cells;
  for (let v = first; v < last; v++) {
    for (let u = 0; u < columns; u++) {
      const x0 = from[0] + u * right[0] + v * down[0];
      const y0 = from[1] + u * right[1] + v * down[1];
      const z0 = from[2] + u * right[2] + v * down[2];
      const [begin, end] = span(grid.size, [x0, y0, z0], along);
      let largest = LEAST;
      let found = NaN;
      for (let n = begin; n <= end; ) {
        const x = x0 + n * dx;
        const y = y0 + n * dy;
        const z = z0 + n * dz;
        if (most[((z >> POWER) * high + (y >> POWER)) * wide + (x >> POWER)]! <= largest) {
          n += leap(x, y, z, along);
          continue;
        }
        const value = read(x, y, z);
        if (value > largest) {
          largest = value;
          found = n;
        }
        n += 1;
      }
      const at = v * columns + u;
      const grey = found === found ? ((largest - lower) / (upper - lower)) * 255 : 0;
      pixels[4 * at] = pixels[4 * at + 1] = pixels[4 * at + 2] = grey;
      pixels[4 * at + 3] = 255;
      depth[at] = found;
    }
  }
}
