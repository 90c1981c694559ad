/** What is read rather than looked at: a document in a frame of its own, without scripts, and the images it refers to. */

import type { DocumentImage, DocumentSummary, SeriesSummary } from '../imaging/types';

export class Paper {
  readonly element = document.createElement('div');

  constructor() {
    this.element.className = 'pane-document';
    this.clear();
  }

  /** False when the series has no document. `show` is called with an image of it that somebody wants to see. */
  open({ documents }: SeriesSummary, painted: () => void, show: (image: DocumentImage) => void): boolean {
    const [first] = documents;
    if (first === undefined) return false;
    if (first.type.startsWith('video/')) {
      this.element.replaceChildren(film(first, painted));
      this.element.hidden = false;
      return true;
    }
    const frame = document.createElement('iframe');
    frame.src = `/imaging/documents/${first.key}#view=FitH`;
    frame.title = first.title || 'Document';
    frame.addEventListener('load', painted);
    this.element.replaceChildren(...linksTo(first.images ?? [], show), frame);
    this.element.hidden = false;
    return true;
  }

  clear(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}

/** The stream as it came, where this browser can play it. */
function film({ key, title }: DocumentSummary, painted: () => void): HTMLElement {
  const video = document.createElement('video');
  video.src = `/imaging/documents/${key}`;
  video.controls = true;
  video.loop = true;
  video.muted = true;
  video.setAttribute('aria-label', title || 'Video');
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

/** A report's own page has no links: it may not reach out of its frame. */
function linksTo(images: readonly DocumentImage[], show: (image: DocumentImage) => void): HTMLElement[] {
  if (images.length === 0) return [];
  const row = document.createElement('div');
  row.className = 'paper-images';
  row.setAttribute('role', 'group');
  row.setAttribute('aria-label', 'Images this report refers to');
  const label = document.createElement('span');
  label.textContent = 'Images it refers to:';
  row.append(
    label,
    ...images.map((image, index) => {
      const button = document.createElement('button');
      button.textContent = `${index + 1}`;
      button.setAttribute('aria-label', `Show image ${index + 1} of this report`);
      button.addEventListener('click', () => show(image));
      return button;
    }),
  );
  return [row];
}
