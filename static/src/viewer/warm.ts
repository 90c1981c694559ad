/** An image of no meaning, drawn out of sight while the page waits, so that the first real one need not wake the graphics. */

import { cache, imageLoader } from '@cornerstonejs/core';

const ID = 'mdt:warm/0/0';
const SIDE = 512; // as most images: what is set aside for it serves them too

export function warmImage(): string {
  if (!cache.isLoaded(ID)) {
    imageLoader.createAndCacheLocalImage(ID, {
      scalarData: Int16Array.from({ length: SIDE * SIDE }, (_, at) => (at % 4096) - 1024), // a CT's range: it decides how it is drawn
      dimensions: [SIDE, SIDE],
      spacing: [1, 1],
      origin: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      frameOfReferenceUID: ID,
    });
  }
  return ID;
}
