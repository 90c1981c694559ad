/** How an image is shown: its window, the right way round, or not. What a hand asks for, and how a stack of images does it. */

import type { StackViewport } from '@cornerstonejs/core';
import { range, type Preset } from './presets';

/** What a hand or a key asks of whatever is in a viewport. */
export type Change = 'invert' | 'flip' | 'turn' | 'reset' | { preset: Preset };

/** `factor` makes SUV of the values, where anything does. The caller draws. */
export function adjustStack(stack: StackViewport, change: Change, factor: number | null): void {
  if (change === 'invert') stack.setProperties({ invert: !(stack.getProperties().invert ?? false) });
  else if (change === 'flip') stack.setCamera({ flipHorizontal: !(stack.getCamera().flipHorizontal ?? false) });
  else if (change === 'turn') stack.setViewPresentation({ rotation: ((stack.getViewPresentation().rotation ?? 0) + 90) % 360 });
  else if (change === 'reset') asItCame(stack);
  else windowed(stack, change.preset, factor);
}

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

export function asItCame(stack: StackViewport): void {
  stack.resetCamera();
  stack.resetProperties();
  stack.setViewPresentation({ rotation: 0 });
}
