/** Which series make a volume, and in words why the others do not. Pure. */

import type { FrameInfo, SeriesIndex, Vector } from '../../imaging/types';
import { dot, minus, normal } from '../orientation';
import { times, type Geometry } from './geometry';

/** Fewer slices give a plane that says nothing. */
export const LEAST = 5;
const SAME_DIRECTION = 0.001; // of each component, as slices are ordered by the server
const SAME_PLACE = 0.01; // mm
const SAME_SPACING = 0.001; // mm between pixels
/** Steps between slices may differ by so much of one, or by so many millimetres: headers are rounded. */
const EVEN = { part: 0.05, mm: 0.1 };
/** Slices may slip sideways against each other by this angle. More is a tilted gantry. */
const UPRIGHT = 0.5;

export interface Solid {
  geometry: Geometry;
  /** The frame of the series that each slice is, in the order of the slices. */
  order: number[];
  /** Of 4-byte numbers where values are no whole ones. */
  bytes: number;
  /** Values are whole numbers of 16 bits. */
  whole: boolean;
}

export type Verdict = Solid | { why: string };

interface Placed {
  at: number;
  frame: FrameInfo;
  position: Vector;
  along: number;
}

export function solid({ frames }: Pick<SeriesIndex, 'frames'>): Verdict {
  const refuse = (why: string): Verdict => ({ why: `Not a volume: ${why}` });
  const [first] = frames;
  if (first === undefined || frames.length < LEAST) return refuse(`it has ${frames.length === 1 ? 'one image' : `${frames.length} images`}, and at least ${LEAST} are needed.`);
  if (frames.some(({ samples }) => samples !== 1)) return refuse('its images are in colour.');
  if (frames.some(({ segment }) => segment)) return refuse('its images are masks.');
  const { orientation, spacing } = first;
  if (orientation === null || frames.some((frame) => frame.position === null || frame.orientation === null)) return refuse('its images do not say where in the patient they lie.');
  if (spacing === null) return refuse('its images have no pixel spacing.');
  if (frames.some((frame) => frame.orientation!.some((part, n) => Math.abs(part - orientation[n]!) > SAME_DIRECTION))) return refuse('its images are not parallel.');
  if (frames.some(({ rows, columns, spacing: other }) => rows !== first.rows || columns !== first.columns || other === null || other.some((mm, n) => Math.abs(mm - spacing[n]!) > SAME_SPACING)))
    return refuse('its images differ in size.');
  const out = normal(orientation);
  const slices = frames.map((frame, at): Placed => ({ at, frame, position: frame.position as Vector, along: dot(frame.position as Vector, out) }));
  // In the order of the series, so that a plane along its slices scrolls as the series does.
  const forwards = (slices[slices.length - 1] as Placed).along >= (slices[0] as Placed).along;
  slices.sort((a, b) => (forwards ? a.along - b.along : b.along - a.along));
  const steps = slices.slice(1).map((slice, n) => Math.abs(slice.along - (slices[n] as Placed).along));
  if (steps.some((step) => step < SAME_PLACE)) return refuse('several of its images lie in one place, as in a series of several phases.');
  const step = median(steps);
  const uneven = unevenness(slices, steps, step);
  if (uneven !== null) return refuse(uneven);
  const slipped = slip(slices, out, forwards);
  if (slipped > UPRIGHT) return refuse(`the gantry was tilted by ${slipped.toFixed(0)}°, and planes through it would be sheared.`);
  const length = slices.length - 1;
  const axes = [orientation.slice(0, 3) as Vector, orientation.slice(3, 6) as Vector, forwards ? out : times(out, -1)] as const;
  const [row, column] = spacing;
  const whole = frames.every(isWhole);
  const apart = Math.abs((slices[length] as Placed).along - (slices[0] as Placed).along) / length;
  return {
    geometry: { origin: (slices[0] as Placed).position, axes, spacing: [column, row, apart], size: [first.columns, first.rows, slices.length] },
    order: slices.map(({ at }) => at),
    bytes: slices.length * first.rows * first.columns * (whole ? 2 : 4),
    whole,
  };
}

const isWhole = ({ slope, intercept, float, bits }: FrameInfo): boolean => !float && bits <= 16 && Number.isInteger(slope) && Number.isInteger(intercept);

function unevenness(slices: readonly Placed[], steps: readonly number[], step: number): string | null {
  const within = (value: number, of: number): boolean => Math.abs(value - of) <= Math.max(EVEN.mm, EVEN.part * step);
  const holes = steps.flatMap((value, n) => (within(value, step) ? [] : [{ value, n }]));
  const [hole] = holes;
  if (hole === undefined) return null;
  const missing = Math.round(hole.value / step) - 1;
  const [before, after] = [slices[hole.n] as Placed, slices[hole.n + 1] as Placed];
  if (missing < 1 || !within(hole.value, (missing + 1) * step)) return `its slices lie ${mm(Math.min(...steps))} to ${mm(Math.max(...steps))} mm apart.`;
  const more = holes.length > 1 ? ', and more elsewhere' : '';
  const where = before.frame.number !== null && after.frame.number !== null ? `images ${before.frame.number} and ${after.frame.number}` : `${mm(before.along)} and ${mm(after.along)} mm`;
  return `${missing === 1 ? 'a slice is' : `${missing} slices are`} missing between ${where}${more}.`;
}

/** By how many degrees the way from slice to slice leans out of the direction they face. */
function slip(slices: readonly Placed[], out: Vector, forwards: boolean): number {
  const [first, last] = [slices[0] as Placed, slices[slices.length - 1] as Placed];
  const way = minus(last.position, first.position);
  const along = dot(way, out) * (forwards ? 1 : -1);
  return (Math.atan2(Math.sqrt(Math.max(0, dot(way, way) - along * along)), along) * 180) / Math.PI;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

const mm = (value: number): string => value.toFixed(1).replace('-', '−');
