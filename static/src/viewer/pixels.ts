/** From an image's columns and rows to the patient: the corner of the first pixel is 0, its middle 0.5. */

import type { FrameInfo, Vector } from '../imaging/types';

/** Without a place, a plane or a spacing, the defaults that the image is drawn with. */
export function pixelToPatient({ position, orientation, spacing }: Pick<FrameInfo, 'position' | 'orientation' | 'spacing'>, [column, row]: readonly [number, number]): Vector {
  const from = position ?? [0, 0, 0];
  const plane = orientation ?? [1, 0, 0, 0, 1, 0];
  const [down, right] = spacing ?? [1, 1];
  return [0, 1, 2].map((axis) => from[axis]! + plane[axis]! * (column - 0.5) * right + plane[axis + 3]! * (row - 0.5) * down) as Vector;
}
