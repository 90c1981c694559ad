/** Masks and outlines where a plane cuts them that is not theirs: what is drawn on a reformatted plane. Pure; millimetres. */

import type { Contour } from '../../imaging/layers';
import type { FrameInfo, Vector } from '../../imaging/types';
import { dot, minus, normal } from '../orientation';

type Placed = Pick<FrameInfo, 'position' | 'orientation' | 'spacing' | 'rows' | 'columns'>;

/** One mask that knows where it lies, cut down to what is in it: `left` and `top` are the first column and row kept. */
export interface Sheet {
  place: Pick<FrameInfo, 'position' | 'orientation' | 'spacing'>;
  left: number;
  top: number;
  columns: number;
  rows: number;
  values: ArrayLike<number>;
}

const PARALLEL = 0.999; // cosine: 2.5 degrees
const SLACK = 0.01;
const LEAST_STEP = 0.5;

const unit = (v: Vector): Vector => {
  const length = Math.hypot(...v);
  return length === 0 ? v : [v[0] / length, v[1] / length, v[2] / length];
};
const along = (from: Vector, direction: Vector, by: number): Vector => [from[0] + direction[0] * by, from[1] + direction[1] * by, from[2] + direction[2] * by];
const cross = (a: Vector, b: Vector): Vector => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

/** The usual distance between neighbours, of two the smaller; null where there are none. */
function step(places: readonly number[]): number | null {
  const sorted = [...new Set(places.map((place) => Math.round(place * 100) / 100))].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((place, at) => place - sorted[at]!).sort((a, b) => a - b);
  return gaps[(gaps.length - 1) >> 1] ?? null;
}

/**
 * The values of parallel masks on the pixels of a plane, row by row: of each pixel that of the nearest mask, and of the
 * pixel of it that the point lies in. Null where no mask reaches the plane.
 */
export function resampled(sheets: readonly Sheet[], plane: Placed, thickness: number | null): Uint16Array | null {
  const first = sheets.find(({ place }) => place.orientation !== null)?.place.orientation;
  if (first == null || plane.position === null || plane.orientation === null || plane.spacing === null) return null;
  const out = normal(first);
  const placed = sheets
    .flatMap((sheet) => {
      const { position, orientation, spacing } = sheet.place;
      return position === null || orientation === null || spacing === null || Math.abs(dot(normal(orientation), out)) < PARALLEL ? [] : [{ ...sheet, position, orientation, spacing, at: dot(position, out) }];
    })
    .sort((a, b) => a.at - b.at);
  if (placed.length === 0) return null;
  const reach = (step(placed.map(({ at }) => at)) ?? thickness ?? 2 * LEAST_STEP) / 2 + SLACK;
  const { rows, columns } = plane;
  const [right, down] = [plane.orientation.slice(0, 3) as Vector, plane.orientation.slice(3, 6) as Vector];
  const values = new Uint16Array(rows * columns);
  let something = false;
  let near = 0;
  for (let y = 0; y < rows; y++) {
    const start = along(plane.position, down, y * plane.spacing[0]);
    for (let x = 0; x < columns; x++) {
      const point = along(start, right, x * plane.spacing[1]);
      const depth = dot(point, out);
      while (near + 1 < placed.length && Math.abs(placed[near + 1]!.at - depth) <= Math.abs(placed[near]!.at - depth)) near += 1;
      while (near > 0 && Math.abs(placed[near - 1]!.at - depth) < Math.abs(placed[near]!.at - depth)) near -= 1;
      const sheet = placed[near]!;
      if (Math.abs(sheet.at - depth) > reach) continue;
      const from = minus(point, sheet.position);
      const column = Math.round(dot(from, sheet.orientation.slice(0, 3)) / sheet.spacing[1]) - sheet.left;
      const row = Math.round(dot(from, sheet.orientation.slice(3, 6)) / sheet.spacing[0]) - sheet.top;
      if (column < 0 || row < 0 || column >= sheet.columns || row >= sheet.rows) continue;
      const value = sheet.values[row * sheet.columns + column]!;
      if (value === 0) continue;
      values[y * columns + x] = value;
      something = true;
    }
  }
  return something ? values : null;
}

/** Straight pieces, x, y, z of one end and then of the other. */
export type Pieces = number[];

export interface Cut {
  /** Outlines in whose own plane the plane lies: as they were drawn. */
  whole: Contour[];
  /** The edge of what the plane cuts out of the others. */
  pieces: Pieces;
}

type Interval = readonly [number, number];

/**
 * One region's outlines where a plane cuts them. Each outline stands for its slice, half the distance between slices to
 * either side, and for nothing between; where several of one slice lie within each other, the inner is a hole.
 */
export function cutContours(contours: readonly Contour[], plane: Placed, thickness: number): Cut {
  const cut: Cut = { whole: [], pieces: [] };
  if (plane.position === null || plane.orientation === null) return cut;
  const [through, facing] = [plane.position, unit(normal(plane.orientation))];
  const closed = contours.filter(({ kind, points }) => kind.startsWith('CLOSED') && points.length >= 9);
  for (const contour of contours) if (!closed.includes(contour) && lies(contour, through, facing, thickness / 2 + SLACK)) cut.whole.push(contour);
  const out = closed.map(facingOf).find((found) => found !== null);
  if (out == null) return cut;
  const slices = new Map<number, Contour[]>();
  for (const contour of closed) {
    if (Math.abs(dot(facingOf(contour) ?? [0, 0, 0], out)) < PARALLEL) continue;
    const at = Math.round(dot(contour.points.slice(0, 3), out) * 100) / 100;
    slices.set(at, [...(slices.get(at) ?? []), contour]);
  }
  const depths = [...slices.keys()].sort((a, b) => a - b);
  const between = step(depths) ?? Math.max(thickness, 2 * LEAST_STEP);
  const line = cross(out, facing);
  if (Math.hypot(...line) < Math.sqrt(1 - PARALLEL ** 2)) {
    const here = dot(through, out);
    const nearest = depths.reduce<number | null>((best, depth) => (best === null || Math.abs(depth - here) < Math.abs(best - here) ? depth : best), null);
    if (nearest !== null && Math.abs(nearest - here) <= between / 2 + SLACK) cut.whole.push(...(slices.get(nearest) as Contour[]));
    return cut;
  }
  const direction = unit(line);
  const across = cross(facing, direction); // in the plane, from slice to slice
  const climb = dot(across, out);
  const origin = along(through, direction, -dot(through, direction)); // where `direction` counts from
  const at = (u: number, depth: number): Vector => along(along(origin, direction, u), across, (depth - dot(origin, out)) / climb);
  const put = (u0: number, d0: number, u1: number, d1: number): void => {
    cut.pieces.push(...at(u0, d0), ...at(u1, d1));
  };
  const inside = new Map(depths.map((depth) => [depth, crossings(slices.get(depth) as Contour[], through, facing, direction)]));
  depths.forEach((depth, place) => {
    const own = inside.get(depth) as Interval[];
    const next = depths[place + 1];
    const joined = next !== undefined && next - depth <= 1.5 * between;
    const before = depths[place - 1];
    const [low, high] = [before !== undefined && depth - before <= 1.5 * between ? (before + depth) / 2 : depth - between / 2, joined ? (depth + next) / 2 : depth + between / 2];
    for (const [from, to] of own) {
      put(from, low, from, high);
      put(to, low, to, high);
    }
    for (const [from, to] of differing(own, joined ? (inside.get(next) as Interval[]) : [])) put(from, high, to, high);
    if (before === undefined || depth - before > 1.5 * between) for (const [from, to] of own) put(from, low, to, low);
  });
  return cut;
}

/** Out of the plane of a closed outline, always to the same side; null for one that encloses nothing. */
function facingOf({ points }: Contour): Vector | null {
  let sum: Vector = [0, 0, 0];
  const first = points.slice(0, 3) as Vector;
  for (let at = 3; at + 5 < points.length; at += 3) {
    const part = cross(minus(points.slice(at, at + 3) as Vector, first), minus(points.slice(at + 3, at + 6) as Vector, first));
    sum = [sum[0] + part[0], sum[1] + part[1], sum[2] + part[2]];
  }
  if (Math.hypot(...sum) < 1e-6) return null;
  const found = unit(sum);
  const most = found.reduce((best, part) => (Math.abs(part) > Math.abs(best) + 1e-6 ? part : best), 0);
  return most < 0 ? [-found[0], -found[1], -found[2]] : found;
}

function lies({ points }: Contour, through: Vector, facing: Vector, within: number): boolean {
  for (let at = 0; at < points.length; at += 3) if (Math.abs(dot(minus(points.slice(at, at + 3) as Vector, through), facing)) > within) return false;
  return points.length > 0;
}

/** Where, along the line in which the plane cuts their slice, one is inside the outlines. */
function crossings(contours: readonly Contour[], through: Vector, facing: Vector, direction: Vector): Interval[] {
  const found: number[] = [];
  for (const { points } of contours) {
    const count = points.length / 3;
    for (let at = 0; at < count; at++) {
      const next = (at + 1) % count;
      const [a, b] = [points.slice(at * 3, at * 3 + 3) as Vector, points.slice(next * 3, next * 3 + 3) as Vector];
      const [s, t] = [dot(minus(a, through), facing), dot(minus(b, through), facing)];
      if (s >= 0 !== t >= 0) found.push(dot(along(a, minus(b, a), s / (s - t)), direction));
    }
  }
  found.sort((a, b) => a - b);
  return found.flatMap((from, at) => (at % 2 === 0 && at + 1 < found.length ? [[from, found[at + 1] as number] as const] : []));
}

/** What lies in one of two sets of intervals and not in the other. */
function differing(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  const ends = [...one, ...other].flat().sort((a, b) => a - b);
  return ends.flatMap((from, at) => (at % 2 === 0 && at + 1 < ends.length && ends[at + 1]! - from > 1e-6 ? [[from, ends[at + 1] as number] as const] : []));
}
