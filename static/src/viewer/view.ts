/** The view of one image as it travels to others (`docs/wire.md`, section 2), and how a viewport is made to show it. */

import type { StackViewport } from '@cornerstonejs/core';
import { isInverted } from '../imaging/nature';
import type { FrameInfo } from '../imaging/types';
import type { ImagePane, Seen } from '../room/protocol';
import { areaOf, setArea, type Area } from './camera';
import type { Hung } from './hanging';
import { putAgainst, wallIn } from './wall';

type Which = Pick<ImagePane, 'study' | 'series' | 'key'>;

const which = ({ study, series }: Hung): Which => ({ study: study.study, series: series.series, key: series.key });

/** A series as it comes: its own window, all of it, the right way round. */
export const plainly = (hung: Hung): Seen => ({
  ...which(hung),
  voi: null,
  invert: false,
  centre: null,
  height: null,
  width: null,
  rotation: 0,
  flip_h: false,
  flip_v: false,
});

/** A document has neither window nor area, but a place where it is read. */
export const viewOfPaper = (hung: Hung, place: number): ImagePane => ({
  ...plainly(hung),
  sop: hung.series.documents[0]?.key ?? hung.series.key,
  frame: 1,
  ...(place === 0 ? {} : { place }),
});

/** How whatever a stack viewport shows is seen: window, inversion and area. */
export type How = Pick<ImagePane, 'voi' | 'invert'> & Area;

export function howSeen(stack: StackViewport, frame: FrameInfo): How {
  const { voiRange, isComputedVOI } = stack.getProperties();
  return {
    voi: isComputedVOI || voiRange === undefined ? null : { lower: voiRange.lower, upper: voiRange.upper },
    invert: inverted(stack, frame),
    ...areaOf(stack),
  };
}

export const viewOfImage = (hung: Hung, stack: StackViewport, frame: FrameInfo, state: string | null): ImagePane => ({
  ...which(hung),
  sop: frame.sop,
  frame: frame.frame,
  ...howSeen(stack, frame),
  ...(state === null ? {} : { state }),
});

/** Against the image's own presentation: a MONOCHROME1 image is white on black without being inverted. */
export const inverted = (stack: StackViewport, frame: FrameInfo): boolean => (stack.getProperties().invert ?? false) !== isInverted(frame);

/** The image must be the right one already. */
export function applyView(stack: StackViewport, frame: FrameInfo, view: How): void {
  const { voiRange, isComputedVOI } = stack.getProperties();
  if (view.voi === null) {
    if (!isComputedVOI) stack.resetProperties();
  } else if (voiRange?.lower !== view.voi.lower || voiRange.upper !== view.voi.upper) stack.setProperties({ voiRange: view.voi });
  if (inverted(stack, frame) !== view.invert) stack.setProperties({ invert: view.invert !== isInverted(frame) });
  setArea(stack, view);
  if (view.width === null) return;
  const wall = wallIn(stack, view.width);
  if (wall !== null) putAgainst(stack, wall);
}
