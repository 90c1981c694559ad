/** What is read rather than looked at: a document in a frame of its own, without scripts. */

import type { SeriesSummary } from '../imaging/types';

export class Paper {
  readonly element = document.createElement('div');

  constructor() {
    this.element.className = 'pane-document';
    this.clear();
  }

  /** False when the series has no document. */
  open({ documents }: SeriesSummary, painted: () => void): boolean {
    const [first] = documents;
    if (first === undefined) return false;
    const frame = document.createElement('iframe');
    frame.src = `/imaging/documents/${first.key}#view=FitH`;
    frame.title = first.title || 'Document';
    frame.addEventListener('load', painted);
    this.element.replaceChildren(frame);
    this.element.hidden = false;
    return true;
  }

  clear(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}
