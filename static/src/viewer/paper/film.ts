/** A video: its own stream as it came, where this browser can play it. */

import type { DocumentSummary } from '../../imaging/types';
import { addressOf } from './reading';

export function film(told: DocumentSummary, painted: () => void): HTMLElement {
  const video = document.createElement('video');
  video.src = addressOf(told);
  video.controls = true;
  video.loop = true;
  video.muted = true;
  video.setAttribute('aria-label', told.title || 'Video');
  video.addEventListener('loadeddata', painted);
  video.addEventListener('error', () => {
    const sentence = document.createElement('p');
    sentence.className = 'paper-problem';
    sentence.setAttribute('role', 'alert');
    sentence.textContent = 'This browser cannot play this video: it does not know how it was compressed.';
    video.replaceWith(sentence);
  });
  return video;
}
