/** The value under the pointer, in the words of its kind: Hounsfield units, uptake, the name of a segment. */

import type { StackViewport } from '@cornerstonejs/core';
import { utilities } from '@cornerstonejs/core';
import type { FrameInfo } from '../imaging/types';
import { worded } from './values';

/** Null outside the image, and while a coarser picture stands for it. */
export function valueAt(stack: StackViewport, frame: FrameInfo, at: readonly [number, number]): string | null {
  const image = stack.getCornerstoneImage();
  const data = stack.getImageData();
  if (image === undefined || data === undefined || image.columns !== frame.columns || image.rows !== frame.rows) return null;
  const [column, row] = utilities.transformWorldToIndex(data.imageData, stack.canvasToWorld([at[0], at[1]])).map(Math.round) as [number, number, number];
  if (column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return null;
  const place = (row * frame.columns + column) * frame.samples;
  const values = image.getPixelData();
  return frame.samples === 3 ? `RGB ${values[place]}, ${values[place + 1]}, ${values[place + 2]}` : worded(values[place] as number, frame);
}
