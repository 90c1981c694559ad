/** The window an image is first shown with, where it says nothing of that itself. Pure. */

import type { FrameInfo, SeriesIndex } from './types';

export interface Window {
  lower: number;
  upper: number;
}

export const hasWindow = ({ samples, width, centre }: FrameInfo): boolean => samples === 3 || (width.length > 0 && centre.length > 0);

/**
 * In rescaled values, for an image that brings no window. One for a whole series, that of its middle image: grey must
 * not jump from slice to slice, nor differ between screens.
 */
export function windowOf({ frames }: SeriesIndex, frame: FrameInfo): Window {
  const middle = frames[Math.floor(frames.length / 2)] as FrameInfo;
  const { slope, intercept, range, smallest = 0, largest = 255 } = hasWindow(middle) ? frame : middle;
  const [from, to] = (range ?? [smallest, largest]).map((value) => value * slope + intercept) as [number, number];
  const [lower, upper] = [Math.min(from, to), Math.max(from, to)];
  return { lower, upper: upper > lower ? upper : lower + 1 };
}
