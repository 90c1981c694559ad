/** Makes a viewport show an image as a presentation state says (PS3.3 A.33). Its graphics are drawn by `layer.ts`. */

import type { StackViewport } from '@cornerstonejs/core';
import { isFor, type PresentationState } from '../imaging/states';
import type { FrameInfo } from '../imaging/types';
import { setArea, type Area } from './camera';
import { pixelToPatient } from './pixels';
import { range } from './presets';

export function applyState(stack: StackViewport, frame: FrameInfo, state: PresentationState): void {
  applyWindow(stack, frame, state);
  if (state.invert !== null && frame.samples === 1) stack.setProperties({ invert: state.invert });
  stack.resetCamera();
  setArea(stack, areaIn(frame, state));
}

/** Each image of a state may have a window of its own. */
export function applyWindow(stack: StackViewport, frame: FrameInfo, { windows }: PresentationState): void {
  const window = windows.find(({ images }) => isFor(images, frame));
  if (window === undefined || frame.samples === 3) return;
  const { centre, width } = window;
  stack.setProperties({ voiRange: window.function === 'LINEAR_EXACT' ? { lower: centre - width / 2, upper: centre + width / 2 } : range(centre, width) }); // of a sigmoid or a table, the ends that `tone.ts` draws it between
}

/** Rotation comes before the flip (C.10.6); the displayed area is turned with it. */
export function areaIn(frame: FrameInfo, { areas, rotation, flip }: Pick<PresentationState, 'areas' | 'rotation' | 'flip'>): Area {
  const turned = { rotation: flip ? (360 - rotation) % 360 : rotation, flip_h: flip, flip_v: false };
  const area = areas.find(({ images }) => isFor(images, frame));
  if (area === undefined) return { centre: null, height: null, width: null, ...turned };
  const [row, column] = frame.spacing ?? [1, 1];
  const wide = (area.last[0] - area.first[0] + 1) * column;
  const high = (area.last[1] - area.first[1] + 1) * row;
  const middle = pixelToPatient(frame, [(area.first[0] - 1 + area.last[0]) / 2, (area.first[1] - 1 + area.last[1]) / 2]);
  const lies = rotation % 180 !== 0;
  return { centre: middle, height: lies ? wide : high, width: lies ? high : wide, ...turned };
}
