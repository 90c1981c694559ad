/** The pixels of a region, and what their values are. A pixel is inside when its middle is. */

import type { Spot } from './calibration';

export interface Statistics {
  count: number;
  mean: number;
  /** Of these pixels, not of a sample: the root of the mean square (NumPy's `std`). */
  sd: number;
  min: number;
  max: number;
}

export interface Region {
  contains(spot: Spot): boolean;
  /** Left, top, right, bottom. */
  box: readonly [number, number, number, number];
  /** In pixels. */
  area: number;
}

/** An ellipse by the ends of one axis, then those of the other. */
export function ellipse([a, b, c, d]: readonly [Spot, Spot, Spot, Spot]): Region {
  const centre: Spot = [(a[0] + b[0] + c[0] + d[0]) / 4, (a[1] + b[1] + c[1] + d[1]) / 4];
  const u: Spot = [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2];
  const v: Spot = [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2];
  const across = u[0] * v[1] - u[1] * v[0];
  const [wide, high] = [Math.hypot(u[0], v[0]), Math.hypot(u[1], v[1])];
  return {
    contains: ([x, y]) => {
      const [dx, dy] = [x - centre[0], y - centre[1]];
      return across !== 0 && ((dx * v[1] - dy * v[0]) / across) ** 2 + ((u[0] * dy - u[1] * dx) / across) ** 2 <= 1;
    },
    box: [centre[0] - wide, centre[1] - high, centre[0] + wide, centre[1] + high],
    area: Math.PI * Math.abs(across),
  };
}

/** A closed outline; where it crosses itself, even and odd. */
export function outline(spots: readonly Spot[]): Region {
  const [xs, ys] = [spots.map(([x]) => x), spots.map(([, y]) => y)];
  let twice = 0;
  spots.forEach(([x, y], at) => {
    const [nextX, nextY] = spots[(at + 1) % spots.length]!;
    twice += x * nextY - nextX * y;
  });
  return {
    contains: ([x, y]) => {
      let within = false;
      for (let at = 0, before = spots.length - 1; at < spots.length; before = at++) {
        const [ax, ay] = spots[at]!;
        const [bx, by] = spots[before]!;
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
      }
      return within;
    },
    box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    area: Math.abs(twice) / 2,
  };
}

/** Values outside `counts` (padding) are left out. Null where no pixel is inside. */
export function statistics(values: ArrayLike<number>, { columns, rows }: { columns: number; rows: number }, { box, contains }: Region, counts: (value: number) => boolean = () => true): Statistics | null {
  let [count, mean, squares, min, max] = [0, 0, 0, Infinity, -Infinity];
  const [left, top, right, bottom] = [Math.max(0, Math.ceil(box[0])), Math.max(0, Math.ceil(box[1])), Math.min(columns - 1, Math.floor(box[2])), Math.min(rows - 1, Math.floor(box[3]))];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      if (!contains([column, row])) continue;
      const value = values[row * columns + column] as number;
      if (!counts(value)) continue;
      count += 1;
      const away = value - mean;
      mean += away / count;
      squares += away * (value - mean);
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return count === 0 ? null : { count, mean, sd: Math.sqrt(squares / count), min, max };
}
