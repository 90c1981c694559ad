/** Where in a series something drawn elsewhere belongs: by the image it names, else by its plane. Pure; millimetres. */

import type { Contour, ContoursLeaf, LayerInfo, ReportMark } from '../../imaging/layers';
import type { FrameInfo, SeriesIndex, Vector } from '../../imaging/types';
import { dot, minus, normal } from '../orientation';

type Placed = Pick<FrameInfo, 'sop' | 'frame' | 'position' | 'orientation' | 'spacing' | 'rows' | 'columns' | 'thickness'>;
type Series = Pick<SeriesIndex, 'series' | 'frame_of_reference'> & { frames: readonly Placed[] };

const PARALLEL = 0.999; // cosine: 2.5 degrees
const LEAST_STEP = 0.5;
const SLACK = 0.01;

export const OTHER_FRAME = 'Its frame of reference is not that of these images, so it is not drawn.';

/** Null when a layer says nothing of a series; else why it is not drawn there, if it is not. */
export function standing(layer: Pick<LayerInfo, 'kind' | 'refers' | 'frame_of_reference' | 'problem'>, { series, frame_of_reference: frame }: Pick<SeriesIndex, 'series' | 'frame_of_reference'>): { problem: string | null } | null {
  if (layer.kind === 'capture') return null;
  const refers = layer.refers.includes(series);
  const known = layer.frame_of_reference !== null && frame !== null;
  const same = known && layer.frame_of_reference === frame;
  if (!refers && !same) return null;
  return { problem: layer.problem ?? (known && !same ? OTHER_FRAME : null) };
}

/** Half the usual distance between neighbouring slices: what lies within it of a slice belongs to that slice. */
export function halfStep(frames: readonly Pick<Placed, 'position' | 'orientation' | 'thickness'>[]): number {
  const first = frames.find(({ position, orientation }) => position !== null && orientation !== null);
  if (first?.orientation == null) return LEAST_STEP;
  const out = normal(first.orientation);
  const places = [...new Set(frames.flatMap(({ position }) => (position === null ? [] : Math.round(dot(position, out) * 1000))))].sort((a, b) => a - b);
  const gaps = places.slice(1).map((place, at) => (place - places[at]!) / 1000);
  gaps.sort((a, b) => a - b);
  const usual = gaps[Math.floor(gaps.length / 2)] ?? first.thickness ?? 2 * LEAST_STEP;
  return usual / 2;
}

/** How far a point lies from an image's plane; null for an image that lies in none. */
function offset({ position, orientation }: Pick<Placed, 'position' | 'orientation'>, point: Vector): number | null {
  return position === null || orientation === null ? null : Math.abs(dot(minus(point, position), normal(orientation)));
}

const parallel = (a: readonly number[] | null, b: readonly number[] | null): boolean => a !== null && b !== null && Math.abs(dot(normal(a), normal(b))) > PARALLEL;

const name = (sop: string, frame: number): string => `${sop}/${frame}`;
const namesOf = (frames: readonly Placed[]): Map<string, number> => new Map(frames.map(({ sop, frame }, at) => [name(sop, frame), at]));

export interface Spread<T> {
  /** What is drawn on an image, by its place in the series. */
  on: Map<number, T[]>;
  /** How many of them lie elsewhere than the image they name, and are drawn nowhere. */
  astray: number;
}

function add<T>(on: Map<number, T[]>, at: number, what: T): void {
  const there = on.get(at);
  if (there === undefined) on.set(at, [what]);
  else there.push(what);
}

type Mask = Placed & Pick<FrameInfo, 'segment'>;

/**
 * Masks, by their places in their own series. An image that no mask names has of each segment the nearest mask in its
 * plane, if that is no farther than half the distance between slices.
 */
export function spreadMasks(masks: readonly (readonly [at: number, frame: Mask])[], series: Series, sameFrame: boolean): Spread<number> {
  const on = new Map<number, number[]>();
  const names = namesOf(series.frames);
  let astray = 0;
  const tolerance = Math.max(halfStep(series.frames), halfStep(masks.map(([, mask]) => mask))) + SLACK;
  const free = new Map<number | null, (readonly [number, Mask])[]>();
  for (const one of masks) {
    const [place, mask] = one;
    const { of = null } = mask.segment ?? {};
    const at = of === null ? undefined : names.get(name(of.sop, of.frame));
    if (at === undefined) {
      if (sameFrame && mask.position !== null && mask.orientation !== null && mask.spacing !== null) {
        const number = mask.segment?.number ?? null;
        free.set(number, [...(free.get(number) ?? []), one]);
      }
      continue;
    }
    const image = series.frames[at] as Placed;
    if (fits(mask, image, tolerance)) add(on, at, place);
    else astray += 1;
  }
  const named = new Set(on.keys());
  for (const group of free.values()) {
    series.frames.forEach((image, at) => {
      if (named.has(at)) return;
      let best: { place: number; far: number } | null = null;
      for (const [place, mask] of group) {
        if (!parallel(mask.orientation, image.orientation)) continue;
        const far = offset(image, mask.position as Vector) ?? Infinity;
        if (far <= tolerance && (best === null || far < best.far)) best = { place, far };
      }
      if (best !== null) add(on, at, best.place);
    });
  }
  return { on, astray };
}

/** A mask on the image it names: in its plane where both have one, else pixel upon pixel. */
function fits(mask: Placed, image: Placed, tolerance: number): boolean {
  if (mask.position === null || mask.orientation === null || image.position === null) return mask.rows === image.rows && mask.columns === image.columns;
  return parallel(mask.orientation, image.orientation) && (offset(image, mask.position) ?? Infinity) <= tolerance;
}

/** A mask that says where it lies is drawn there; one that does not lies pixel upon pixel on its image. */
export const placeOfMask = (mask: Placed, image: Placed): Placed => (mask.position !== null && mask.orientation !== null && mask.spacing !== null && image.position !== null ? mask : image);

export interface Outlined {
  /** The place of its region among the parts of the layer. */
  roi: number;
  contour: Contour;
}

export function spreadContours({ rois }: ContoursLeaf, series: Series): Spread<Outlined> {
  const on = new Map<number, Outlined[]>();
  let astray = 0;
  const names = new Map<string, number[]>();
  series.frames.forEach(({ sop }, at) => names.set(sop, [...(names.get(sop) ?? []), at]));
  const tolerance = halfStep(series.frames) + SLACK;
  rois.forEach(({ frame_of_reference: frame, contours }, roi) => {
    const known = frame !== null && series.frame_of_reference !== null;
    if (known && frame !== series.frame_of_reference) {
      astray += contours.filter(({ sop }) => sop !== null && names.has(sop)).length;
      return;
    }
    for (const contour of contours) {
      const named = contour.sop === null ? undefined : names.get(contour.sop);
      if (named === undefined && !known) continue;
      const at = nearestPlane(contour, series.frames, named, tolerance);
      if (at !== null) add(on, at, { roi, contour });
      else if (named !== undefined) astray += 1;
    }
  });
  return { on, astray };
}

/** The image in whose plane all points of a contour lie, of those it names or of all; null where there is none. */
function nearestPlane({ points }: Contour, frames: readonly Placed[], named: readonly number[] | undefined, tolerance: number): number | null {
  const first = points.slice(0, 3) as Vector;
  let best: { at: number; far: number } | null = null;
  const look = (at: number): void => {
    const far = offset(frames[at] as Placed, first);
    if (far !== null && far <= tolerance && (best === null || far < best.far)) best = { at, far };
  };
  if (named !== undefined) for (const at of named) look(at);
  else for (let at = 0; at < frames.length; at++) look(at);
  const found = best as { at: number; far: number } | null;
  if (found === null) return null;
  const image = frames[found.at] as Placed;
  for (let at = 3; at < points.length; at += 3) if ((offset(image, points.slice(at, at + 3) as Vector) ?? Infinity) > tolerance) return null;
  return found.at;
}

export function spreadMarks(marks: readonly ReportMark[], series: Series): Spread<number> {
  const on = new Map<number, number[]>();
  let astray = 0;
  const tolerance = halfStep(series.frames) + SLACK;
  marks.forEach(({ image, frame_of_reference: frame, points }, mark) => {
    if (points.length === 0) return;
    const solid = (points[0] as readonly number[]).length === 3;
    const otherFrame = solid && frame !== null && series.frame_of_reference !== null && frame !== series.frame_of_reference;
    if (image !== null) {
      series.frames.forEach(({ sop, frame: number }, at) => {
        if (sop !== image.sop || (image.frames.length > 0 && !image.frames.includes(number))) return;
        if (otherFrame) astray += 1;
        else add(on, at, mark);
      });
      return;
    }
    if (!solid || otherFrame || frame === null || series.frame_of_reference === null) return;
    const flat = { kind: 'OPEN_NONPLANAR' as const, sop: null, points: (points as Vector[]).flat() };
    const at = nearestPlane(flat, series.frames, undefined, tolerance);
    if (at !== null) add(on, at, mark);
  });
  return { on, astray };
}
