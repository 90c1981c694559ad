/** How an image is shown: its window, the right way round, or not. What a hand asks for, and how a stack of images does it. */

import type { StackViewport } from '@cornerstonejs/core';
import { isInverted } from '../imaging/nature';
import type { FrameInfo } from '../imaging/types';
import { range, type Preset } from './presets';
import { putAgainst, shift } from './wall';

/**
 * What a hand or a key asks of whatever is in a viewport. `fit` shows all of it, `true size` one of its pixels on one of the
 * screen's; `wall` puts the patient's back, or a breast's chest wall, against that edge of the viewport. Steps are shares
 * of what is seen: `zoom` above 1 is nearer, `pan` moves the image, `window` widens and raises.
 */
export type Change =
  | 'invert' | 'flip' | 'flip down' | 'turn' | 'turn back' | 'reset' | 'fit' | 'true size'
  | { preset: Preset }
  | { wall: 'left' | 'right' }
  | { zoom: number }
  | { pan: [number, number] }
  | { window: [number, number] };

/** `factor` makes SUV of the values, where anything does. The caller draws. */
export function adjustStack(stack: StackViewport, change: Change, frame: FrameInfo | null, factor: number | null): void {
  if (typeof change === 'string') PLAIN[change](stack, frame);
  else if ('preset' in change) windowed(stack, change.preset, factor);
  else if ('wall' in change) against(stack, frame, change.wall);
  else if ('zoom' in change) stack.setCamera({ parallelScale: (stack.getCamera().parallelScale as number) / change.zoom });
  else if ('pan' in change) shift(stack, change.pan);
  else stepped(stack, change.window);
}

type Plain = Extract<Change, string>;

const PLAIN: Record<Plain, (stack: StackViewport, frame: FrameInfo | null) => void> = {
  invert: (stack) => stack.setProperties({ invert: !(stack.getProperties().invert ?? false) }),
  flip: (stack) => stack.setCamera({ flipHorizontal: !(stack.getCamera().flipHorizontal ?? false) }),
  'flip down': (stack) => stack.setCamera({ flipVertical: !(stack.getCamera().flipVertical ?? false) }),
  turn: (stack) => turned(stack, 90),
  'turn back': (stack) => turned(stack, 270),
  reset: (stack, frame) => asItCame(stack, frame),
  fit: (stack) => {
    const { rotation = 0 } = stack.getViewPresentation();
    const { flipHorizontal = false, flipVertical = false } = stack.getCamera();
    stack.resetCamera();
    stack.setCamera({ flipHorizontal, flipVertical });
    stack.setViewPresentation({ rotation });
  },
  'true size': (stack, frame) => stack.setCamera({ parallelScale: (stack.canvas.height * (frame?.spacing?.[0] ?? 1)) / 2 }),
};

const turned = (stack: StackViewport, by: number): void => stack.setViewPresentation({ rotation: ((stack.getViewPresentation().rotation ?? 0) + by) % 360 });

function windowed(stack: StackViewport, { window }: Preset, factor: number | null): void {
  if (window === null) {
    const invert = stack.getProperties().invert ?? false;
    stack.resetProperties();
    stack.setProperties({ invert });
  } else if (window === 'full') {
    const { minPixelValue, maxPixelValue } = stack.getCornerstoneImage();
    stack.setProperties({ voiRange: { lower: minPixelValue, upper: Math.max(maxPixelValue, minPixelValue + 1) } });
  } else if ('uptake' in window) {
    if (factor !== null) stack.setProperties({ voiRange: { lower: 0, upper: window.uptake / factor } });
  } else if ('centre' in window) stack.setProperties({ voiRange: range(window.centre, window.width) });
}

/** Wider by a share of the width, and higher by a share of it. */
function stepped(stack: StackViewport, [wider, higher]: [number, number]): void {
  const { voiRange } = stack.getProperties();
  if (voiRange === undefined) return;
  const width = voiRange.upper - voiRange.lower;
  const middle = (voiRange.upper + voiRange.lower) / 2 + width * higher;
  const half = Math.max((width * (1 + wider)) / 2, 0.0005);
  stack.setProperties({ voiRange: { lower: middle - half, upper: middle + half } });
}

/** An image that does not say where its rows lead stays as it came. */
function against(stack: StackViewport, frame: FrameInfo | null, wall: 'left' | 'right'): void {
  const leads = frame?.directions?.[0][0];
  if (frame === null || (leads !== 'A' && leads !== 'P')) return;
  stack.resetCamera();
  if ((leads === 'P') !== (wall === 'right')) stack.setCamera({ flipHorizontal: true });
  const { clientWidth, clientHeight } = stack.element;
  const height = 2 * (stack.getCamera().parallelScale as number);
  if ((height * clientWidth) / clientHeight > frame.columns * (frame.spacing?.[1] ?? 1)) putAgainst(stack, wall);
}

export function asItCame(stack: StackViewport, frame: FrameInfo | null): void {
  stack.resetCamera();
  stack.resetProperties();
  if (frame !== null && frame.samples === 1) stack.setProperties({ invert: isInverted(frame) }); // not as the first of its stack
  stack.setViewPresentation({ rotation: 0 });
}
