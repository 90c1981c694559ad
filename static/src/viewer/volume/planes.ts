/** The planes a volume is looked at in: along the patient's own axes, a step of the source apart. Pure. */

import type { Vector } from '../../imaging/types';
import { dot } from '../orientation';
import { bounds, corners, directionToIndex, isAligned, leading, middle, plus, times, toIndex, type Geometry } from './geometry';
import type { Rays } from './rays';
import { leaning, type Tilt } from './tilt';

export const PLANES = ['axial', 'coronal', 'sagittal'] as const;
export type PlaneName = (typeof PLANES)[number];

/** As they are hung: axial from the feet, coronal from the front, sagittal from the left. */
const HUNG: Record<PlaneName, { right: Vector; down: Vector; out: Vector }> = {
  axial: { right: [1, 0, 0], down: [0, 1, 0], out: [0, 0, 1] },
  coronal: { right: [1, 0, 0], down: [0, 0, -1], out: [0, 1, 0] },
  sagittal: { right: [0, 1, 0], down: [0, 0, -1], out: [-1, 0, 0] },
};

/** A pile of parallel pictures. */
export interface Pile {
  right: Vector;
  down: Vector;
  /** From one picture to the next. */
  onwards: Vector;
  /** The middle of the first picture's top left pixel. */
  corner: Vector;
  columns: number;
  rows: number;
  count: number;
  /** Between columns, between rows, and between pictures. */
  spacing: Vector;
}

/**
 * Where the volume lies along the patient's axes its own grid is kept and no value is interpolated; an oblique one is
 * sampled as finely as its finest spacing, over the box that holds it. Axial pictures follow each other as the slices do.
 */
export function pile(geometry: Geometry, plane: PlaneName): Pile {
  const { right, down, out } = HUNG[plane];
  const [from, to] = bounds(geometry);
  const aligned = isAligned(geometry);
  const finest = Math.min(...geometry.spacing);
  const axisOf = (direction: Vector): number => direction.findIndex((part) => part !== 0);
  const native = (direction: Vector): number => geometry.spacing[leading(geometry, axisOf(direction))]!;
  const spacing: Vector = [aligned ? native(right) : finest, aligned ? native(down) : finest, native(out)];
  const onwards = times(out, backwards(geometry, out) ? -1 : 1);
  const directions = [right, down, onwards];
  const counts = directions.map((direction, n) => Math.floor((to[axisOf(direction)]! - from[axisOf(direction)]!) / spacing[n]! + 1.001)) as Vector;
  const corner: Vector = [0, 0, 0];
  directions.forEach((direction, n) => {
    const axis = axisOf(direction);
    const slack = to[axis]! - from[axis]! - (counts[n]! - 1) * spacing[n]!; // of an oblique box: half at either end
    corner[axis] = direction[axis]! > 0 ? from[axis]! + slack / 2 : to[axis]! - slack / 2;
  });
  return { right, down, onwards, corner, columns: counts[0]!, rows: counts[1]!, count: counts[2]!, spacing };
}

/**
 * The same pile leaning: sampled as finely as the volume's finest spacing over the box that holds it, and so placed that
 * one picture goes through a patient point.
 */
export function leaningPile(geometry: Geometry, plane: PlaneName, tilt: Tilt, through: Vector): Pile {
  const { right, down, out } = HUNG[plane];
  const directions = [right, down, times(out, backwards(geometry, out) ? -1 : 1)].map((direction) => leaning(tilt, direction));
  const finest = Math.min(...geometry.spacing);
  const all = corners(geometry);
  const counts: number[] = [];
  let corner: Vector = [0, 0, 0];
  directions.forEach((direction, n) => {
    const along = all.map((point) => dot(point, direction));
    const [from, to] = [Math.min(...along), Math.max(...along)];
    const room = to - from - Math.floor((to - from) / finest + 1e-6) * finest;
    const first = n < 2 ? from + room / 2 : from + ((((dot(through, direction) - from) % finest) + finest) % finest);
    counts.push(Math.max(1, Math.floor((to - first) / finest + 1e-6) + 1));
    corner = plus(corner, times(direction, first));
  });
  return { right: directions[0]!, down: directions[1]!, onwards: directions[2]!, corner, columns: counts[0]!, rows: counts[1]!, count: counts[2]!, spacing: [finest, finest, finest] };
}

const ON = 0.005; // mm: points travel with three decimals

/** Whether one of the pictures goes through a point of the patient. */
export function goesThrough(pile: Pile, point: Vector): boolean {
  const { corner, onwards, spacing } = pile;
  const far = dot([point[0] - corner[0], point[1] - corner[1], point[2] - corner[2]], onwards) / spacing[2];
  return Math.abs(far - Math.round(far)) * spacing[2] < ON;
}

/** Along the way the series' own slices run, a plane runs as they do. */
const backwards = ({ axes }: Geometry, out: Vector): boolean => Math.abs(dot(axes[2], out)) > Math.SQRT1_2 && dot(axes[2], out) < 0;

/** Where a picture of the pile lies. */
export const cornerOf = ({ corner, onwards, spacing }: Pile, at: number): Vector => plus(corner, times(onwards, at * spacing[2]));

/** The picture nearest to a patient point. */
export function nearest({ corner, onwards, spacing, count }: Pile, point: Vector): number {
  const at = Math.round(dot([point[0] - corner[0], point[1] - corner[1], point[2] - corner[2]], onwards) / spacing[2]);
  return Math.max(0, Math.min(count - 1, at));
}

/** How many pictures a slab takes: those whose middles lie in it. */
export const slices = ({ spacing }: Pile, slab: number): number => 2 * Math.floor(slab / 2 / spacing[2] + 1e-6) + 1;

/** The rays that give a picture of the pile, `slab` millimetres thick. */
export function raysOf(geometry: Geometry, pile: Pile, at: number, slab: number): Rays {
  const { right, down, onwards, spacing, columns, rows } = pile;
  const samples = slices(pile, slab);
  const start = plus(cornerOf(pile, at), times(onwards, (-(samples - 1) / 2) * spacing[2]));
  const step = (direction: Vector, mm: number): Vector => directionToIndex(geometry, times(direction, mm));
  return { from: toIndex(geometry, start), right: step(right, spacing[0]), down: step(down, spacing[1]), along: step(onwards, spacing[2]), columns, rows, samples };
}

/** How many pictures go around the patient. */
export const TURNS = 36;
export const degreesOf = (at: number): number => (at * 360) / TURNS;
export const turnOf = (degrees: number): number => ((Math.round((degrees * TURNS) / 360) % TURNS) + TURNS) % TURNS;

/**
 * The patient as seen from around: turn 0 from the front, 9 from the left, 18 from the back. Each is the whole volume
 * along its rays. All have the same pixels, so that nothing jumps as it turns; from the front they are the volume's own.
 */
export function around(geometry: Geometry, turn: number): { pile: Pile; rays: Rays } {
  const [from, to] = bounds(geometry);
  const angle = (degreesOf(turn) * Math.PI) / 180;
  const [x, y] = [Math.cos(angle), Math.sin(angle)].map((part) => (Math.abs(part) < 1e-12 ? 0 : part)) as [number, number];
  const [right, into, down]: Vector[] = [[x, y, 0], [-y, x, 0], [0, 0, -1]];
  const across = Math.min(geometry.spacing[leading(geometry, 0)]!, geometry.spacing[leading(geometry, 1)]!);
  const high = geometry.spacing[leading(geometry, 2)]!;
  const [wide, deep] = [to[0] - from[0], to[1] - from[1]];
  const reach = Math.hypot(wide, deep);
  const evenly = (mm: number): number => Math.floor(mm / across + 1.001) + 2 * Math.ceil((reach - mm) / 2 / across);
  const [columns, samples] = [evenly(wide), evenly(deep)];
  const rows = Math.floor((to[2] - from[2]) / high + 1.001);
  const centre = middle(geometry);
  const corner = plus([centre[0], centre[1], to[2]], times(right!, (-(columns - 1) / 2) * across));
  const start = plus(corner, times(into!, (-(samples - 1) / 2) * across));
  const step = (direction: Vector, mm: number): Vector => directionToIndex(geometry, times(direction, mm));
  return {
    pile: { right: right!, down: down!, onwards: into!, corner, columns, rows, count: TURNS, spacing: [across, high, across] },
    rays: { from: toIndex(geometry, start), right: step(right!, across), down: step(down!, high), along: step(into!, across), columns, rows, samples },
  };
}
