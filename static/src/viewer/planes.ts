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
