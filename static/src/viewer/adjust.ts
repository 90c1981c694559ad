/** How an image is shown: its window, the right way round, or not. Each takes the viewport and leaves drawing to the caller. */

import type { StackViewport } from '@cornerstonejs/core';
import { range, type Preset } from './presets';

export type Adjust = (stack: StackViewport) => void;

export const windowed =
  ({ window }: Preset, factor: number | null = null): Adjust =>
  (stack) => {
    if (window === null) {
      const invert = stack.getProperties().invert ?? false;
      stack.resetProperties();
      stack.setProperties({ invert });
    } else if (window === 'full') {
      const { minPixelValue, maxPixelValue } = stack.getCornerstoneImage();
      stack.setProperties({ voiRange: { lower: minPixelValue, upper: Math.max(maxPixelValue, minPixelValue + 1) } });
    } else if ('uptake' in window) {
      if (factor !== null) stack.setProperties({ voiRange: { lower: 0, upper: window.uptake / factor } });
    } else stack.setProperties({ voiRange: range(window.centre, window.width) });
  };

export const inverted: Adjust = (stack) => stack.setProperties({ invert: !(stack.getProperties().invert ?? false) });

export const flipped: Adjust = (stack) => stack.setCamera({ flipHorizontal: !(stack.getCamera().flipHorizontal ?? false) });

export const turned: Adjust = (stack) => stack.setViewPresentation({ rotation: ((stack.getViewPresentation().rotation ?? 0) + 90) % 360 });

export const asItCame: Adjust = (stack) => {
  stack.resetCamera();
  stack.resetProperties();
  stack.setViewPresentation({ rotation: 0 });
};
