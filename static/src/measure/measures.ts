/** What a mark measures, as numbers: lengths and areas in what its scale justifies, angles in degrees, values in the image's own unit. */

import { scaleOf as unitOf } from '../imaging/nature';
import type { FrameInfo, Vector } from '../imaging/types';
import { scaleOf, spotOf, type Measured, type Scale, type Spot } from './calibration';
import { ellipse, outline, statistics, type Statistics } from './statistics';
import { infoOf, type MarkTool } from './tools';

export interface Drawn {
  tool: MarkTool;
  points: readonly Vector[];
}

/** Where a mark lies: an image with its values, once they are all here; or null, for a plane in patient millimetres. */
export interface Ground {
  frame: Measured & Pick<FrameInfo, 'columns' | 'rows' | 'samples' | 'slope' | 'intercept' | 'units' | 'suv' | 'segment' | 'padding'>;
  modality: string;
  values: ArrayLike<number> | null;
}

export interface Measure {
  unit: 'mm' | 'px';
  notes: string[];
  /** Of a length; of two axes the longer. */
  length?: number;
  /** Of two axes the shorter. */
  across?: number;
  /** Degrees. */
  angle?: number;
  /** In squares of `unit`. */
  area?: number;
  /** In rescaled values times `factor`. */
  statistics?: Statistics | null;
  /** The rescaled value at the point; undefined where there is none. */
  value?: number;
  /** What a rescaled value is multiplied with to be in `valueUnit`. */
  factor: number;
  valueUnit: string;
}

const PLANE: Scale = { unit: 'mm', perPixel: [1, 1], notes: [] };

export function measure({ tool, points }: Drawn, ground: Ground | null): Measure {
  const spots = points.map((point) => (ground === null ? ([0, 0] as Spot) : spotOf(point, ground.frame)));
  const scale = ground === null ? PLANE : scaleOf(spots, ground.frame, ground.modality);
  // In a plane of its own a mark is as it lies in the patient; on an image, as its pixels are scaled.
  const places: Vector[] = ground === null ? points.map((point) => [...point] as Vector) : spots.map(([x, y]) => [x * scale.perPixel[1], y * scale.perPixel[0], 0]);
  const { factor, unit } = ground === null ? { factor: 1, unit: '' } : unitOf(ground.frame);
  const found: Measure = { unit: scale.unit, notes: scale.notes, factor, valueUnit: unit };
  switch (infoOf(tool).measures) {
    case 'length':
      return { ...found, length: apart(places[0]!, places[1]!) };
    case 'axes': {
      const axes = [apart(places[0]!, places[1]!), apart(places[2]!, places[3]!)] as const;
      return { ...found, length: Math.max(...axes), across: Math.min(...axes) };
    }
    case 'angle':
      return { ...found, notes: [], angle: tool === 'Angle' ? corner(places as [Vector, Vector, Vector]) : between(places as [Vector, Vector, Vector, Vector]) };
    case 'region':
      return { ...found, area: areaOf(tool, places), ...(ground === null ? {} : { statistics: valuesIn(tool, spots, ground, factor) }) };
    case 'value': {
      const value = ground === null ? undefined : valueAt(spots[0]!, ground);
      return { ...found, notes: [], ...(value === undefined ? {} : { value }) };
    }
    case null:
      return { ...found, notes: [] };
  }
}

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const apart = (a: Vector, b: Vector): number => Math.hypot(...minus(a, b));
const degrees = (radians: number): number => (radians * 180) / Math.PI;

function turn(a: Vector, b: Vector): number {
  const [x, y, z] = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  return degrees(Math.atan2(Math.hypot(x, y, z), a[0] * b[0] + a[1] * b[1] + a[2] * b[2]));
}

const corner = ([a, b, c]: [Vector, Vector, Vector]): number => turn(minus(a, b), minus(c, b));

/** Between two lines, whichever way each was drawn. */
function between([a, b, c, d]: [Vector, Vector, Vector, Vector]): number {
  const angle = turn(minus(b, a), minus(d, c));
  return Math.min(angle, 180 - angle);
}

/** Newell's: half the length of the sum of cross products, so that it holds in any plane. */
function areaOf(tool: MarkTool, places: readonly Vector[]): number {
  if (tool === 'EllipticalROI') {
    const [a, b, c, d] = places as [Vector, Vector, Vector, Vector];
    const [u, v] = [minus(b, a), minus(d, c)];
    return (Math.PI / 4) * Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
  }
  const sum: Vector = [0, 0, 0];
  const from = places[0]!;
  for (let at = 1; at + 1 < places.length; at++) {
    const [a, b] = [minus(places[at]!, from), minus(places[at + 1]!, from)];
    sum[0] += a[1] * b[2] - a[2] * b[1];
    sum[1] += a[2] * b[0] - a[0] * b[2];
    sum[2] += a[0] * b[1] - a[1] * b[0];
  }
  return Math.hypot(...sum) / 2;
}

/** Null where the values are not all here, are colours, or are names of a mask. */
function valuesIn(tool: MarkTool, spots: readonly Spot[], { frame, values }: Ground, factor: number): Statistics | null {
  if (values === null || frame.samples === 3 || frame.segment) return null;
  const region = tool === 'EllipticalROI' ? ellipse(spots as [Spot, Spot, Spot, Spot]) : outline(spots);
  const found = statistics(values, frame, region, counted(frame));
  return found === null ? null : { count: found.count, mean: found.mean * factor, sd: found.sd * factor, min: found.min * factor, max: found.max * factor };
}

/** Padding is no value. */
function counted({ padding, slope, intercept }: Ground['frame']): (value: number) => boolean {
  if (!padding) return () => true;
  const ends = padding.map((stored) => stored * slope + intercept);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return (value) => value < low || value > high;
}

function valueAt(spot: Spot, { frame, values }: Ground): number | undefined {
  const [column, row] = [Math.round(spot[0]), Math.round(spot[1])];
  if (values === null || frame.samples === 3 || column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return undefined;
  return values[row * frame.columns + column];
}
