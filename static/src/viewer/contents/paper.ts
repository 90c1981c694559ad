/** What is read rather than looked at: a document in a frame of its own, without scripts, and the images it refers to. */

import type { DocumentImage, DocumentSummary } from '../../imaging/types';
import type { Pane as PaneView } from '../../room/protocol';
import type { Hung } from '../hanging';
import { whenLines, whoLines } from '../overlay';
import { viewOfPaper } from '../view';
import type { Anchor, Content, Holder, Plane } from './content';

export class PaperContent implements Content {
  readonly kind = 'paper';
  readonly element = document.createElement('div');
  readonly busy = false;
  readonly ready = false;
  readonly playing = false;
  readonly speed = null;
  hung: Hung | null = null;

  constructor(private readonly holder: Holder) {
    this.element.className = 'pane-document';
    this.clear();
  }

  async show(hung: Hung): Promise<void> {
    this.clear();
    const { holder } = this;
    this.hung = hung;
    const [first] = hung.series.documents;
    if (first === undefined) {
      holder.say(['This document cannot be shown.']);
      return;
    }
    const painted = (): void => holder.painted();
    if (first.type.startsWith('video/')) this.element.replaceChildren(film(first, painted));
    else this.element.replaceChildren(...linksTo(first.images ?? [], (image) => holder.around.show(image)), framed(first, painted));
    this.element.hidden = false;
    const { meetingDay, trustName } = holder.around;
    const patient = holder.around.patient();
    // In one line each, above the document.
    if (patient !== null) holder.overlay.say('who', [whoLines(patient, meetingDay).join(', ')]);
    holder.overlay.say('when', [whenLines(hung, meetingDay, trustName).join(', ')]);
    holder.element.classList.add('reading');
    holder.changed();
  }

  clear(): void {
    this.hung = null;
    this.element.hidden = true;
    this.element.replaceChildren();
    this.holder.element.classList.remove('reading');
  }

  view(): PaneView | null {
    return this.hung === null ? null : viewOfPaper(this.hung);
  }

  async follow(_view: PaneView, hung: Hung): Promise<void> {
    if (this.hung?.series.key === hung.series.key && this.hung.series.version === hung.series.version) this.rename(hung);
    else await this.show(hung);
  }

  rename(hung: Hung): void {
    this.hung = hung;
  }

  // A document scrolls, turns and plays by itself, and nothing of it is in the patient.
  scroll(): void {}
  goTo(): void {}
  adjust(): void {}
  play(): void {}
  pace(): void {}
  progress(): void {}
  seek(): void {}
  resizing = (): (() => void) => () => undefined;
  plane = (): Plane | null => null;
  pointAt = (): null => null;
  placeOf = (): null => null;
  pointerAt = (): null => null;
  placeOfPointer = (): null => null;
  anchor = (): Anchor | null => null;
}

function framed({ key, title }: DocumentSummary, painted: () => void): HTMLElement {
  const frame = document.createElement('iframe');
  frame.src = `/imaging/documents/${key}#view=FitH`;
  frame.title = title || 'Document';
  frame.addEventListener('load', painted);
  return frame;
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
