/** The planes of images in the patient: where each lies, which is nearest to a point, where two cross. Pure, in millimetres. */

import type { FrameInfo, SeriesIndex, Vector } from '../imaging/types';
import type { Plane } from './contents/content';
import { dot, minus, normal } from './orientation';
import { pixelToPatient } from './pixels';

type Placed = Pick<FrameInfo, 'position' | 'orientation' | 'spacing' | 'rows' | 'columns'>;

/** Null for an image that does not say where in the patient it lies, or in which frame of reference. */
export function planeOf({ frame_of_reference: frameOfReference }: Pick<SeriesIndex, 'frame_of_reference'>, frame: Placed): Plane | null {
  if (frameOfReference === null || frame.position === null || frame.orientation === null || frame.spacing === null) return null;
  const { columns, rows } = frame;
  return {
    frameOfReference,
    at: pixelToPatient(frame, [columns / 2, rows / 2]),
    normal: normal(frame.orientation),
    corners: [pixelToPatient(frame, [0, 0]), pixelToPatient(frame, [columns, 0]), pixelToPatient(frame, [columns, rows]), pixelToPatient(frame, [0, rows])],
  };
}

/** The place in the series of the image whose plane is nearest to a patient point; null where none lies in the patient. */
export function nearest({ frames }: { frames: readonly Placed[] }, point: Vector): number | null {
  let best: { at: number; far: number } | null = null;
  frames.forEach(({ position, orientation }, at) => {
    if (position === null || orientation === null) return;
    const far = Math.abs(dot(minus(point, position), normal(orientation)));
    if (best === null || far < best.far) best = { at, far };
  });
  return (best as { at: number; far: number } | null)?.at ?? null;
}

/** Planes that lean less than this towards each other cross too far away to be of use. */
const CROSSES = 0.94;

/** Where the image in one plane crosses another plane; null when they are nearly parallel, or it does not reach it. */
export function crossing(image: Plane, other: Plane): [Vector, Vector] | null {
  if (image.frameOfReference !== other.frameOfReference || Math.abs(dot(image.normal, other.normal)) > CROSSES) return null;
  const far = image.corners.map((corner) => dot(minus(corner, other.at), other.normal));
  const points = image.corners.flatMap((corner, at) => {
    const next = image.corners[(at + 1) % 4] as Vector;
    const [from, to] = [far[at] as number, far[(at + 1) % 4] as number];
    if (from > 0 === to > 0) return [];
    const share = from / (from - to);
    return [corner.map((part, axis) => part + share * (next[axis]! - part)) as Vector];
  });
  return points.length === 2 ? (points as [Vector, Vector]) : null;
}
