/** What is read rather than looked at: a document that scrolls, at the same place for all who follow, and the images it refers to. */

import type { DocumentImage, DocumentSummary } from '../../imaging/types';
import { isAbort } from '../../imaging/requests';
import type { Pane as PaneView } from '../../room/protocol';
import type { Change } from '../adjust';
import type { Hung } from '../hanging';
import { whenLines, whoLines } from '../overlay';
import { film } from '../paper/film';
import { placeAt, scrolledTo } from '../paper/places';
import { addressOf, type Place, type Reading } from '../paper/reading';
import { viewOfPaper } from '../view';
import type { Anchor, Content, Holder, Plane } from './content';

/** One press of an arrow key, in pixels. */
const LINE = 60;
const ZOOM_MOST = 4;

export class PaperContent implements Content {
  readonly kind = 'paper';
  readonly element = document.createElement('div');
  readonly ready = false;
  readonly playing = false;
  readonly speed = null;
  hung: Hung | null = null;
  busy = false;
  private readonly scroller = document.createElement('div');
  private readonly page = document.createElement('span');
  private reading: Reading | null = null;
  private place = 0;
  private magnified = 1;
  private ended = new AbortController();

  constructor(private readonly holder: Holder) {
    this.element.className = 'pane-document';
    this.scroller.className = 'paper-scroller';
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute('role', 'document');
    this.scroller.addEventListener('scroll', () => this.scrolled());
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
    this.sayWhose(hung);
    holder.element.classList.add('reading');
    this.element.hidden = false;
    if (first.type.startsWith('video/')) this.element.replaceChildren(film(first, () => holder.painted()));
    else await this.read(first);
    holder.changed();
  }

  private async read(told: DocumentSummary): Promise<void> {
    const { holder, scroller } = this;
    const { signal } = this.ended;
    scroller.setAttribute('aria-label', told.title || 'Document');
    this.element.replaceChildren(this.bar(told), ...linksTo(told.images ?? [], (image) => holder.around.show(image)), scroller);
    const place: Place = { scroller, document: told, signal, resized: () => this.restore(), painted: () => holder.painted() };
    this.busy = true;
    try {
      const reader = told.type === 'application/pdf' ? (await import('../paper/pdf')).readPdf : (await import('../paper/report')).readReport;
      const reading = await reader(place);
      if (signal.aborted) return reading.close();
      this.reading = reading;
      this.restore();
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) holder.say([error instanceof Error ? error.message : 'This document cannot be shown.']);
    } finally {
      if (!signal.aborted) this.busy = false;
    }
  }

  clear(): void {
    this.ended.abort();
    this.ended = new AbortController();
    this.reading?.close();
    this.reading = null;
    this.hung = null;
    this.busy = false;
    this.place = 0;
    this.magnified = 1;
    this.scroller.replaceChildren();
    this.element.hidden = true;
    this.element.replaceChildren();
    this.holder.element.classList.remove('reading');
  }

  view(): PaneView | null {
    return this.hung === null ? null : viewOfPaper(this.hung, this.place);
  }

  async follow(view: PaneView, hung: Hung): Promise<void> {
    const isOpen = this.hung?.series.key === hung.series.key && this.hung.series.version === hung.series.version;
    const shown = isOpen ? null : this.show(hung);
    this.hung = hung;
    this.place = (view.kind === undefined ? view.place : 0) ?? 0;
    this.restore();
    await shown;
  }

  rename(hung: Hung): void {
    this.hung = hung;
  }

  // --- where somebody reads ---------------------------------------------------------------------------------------

  /** By a hand, unless it is where we put it ourselves. */
  private scrolled(): void {
    const { reading, scroller } = this;
    if (reading === null || Math.abs(scroller.scrollTop - this.wanted(reading)) < 2) return;
    this.holder.around.byHand();
    this.place = Math.round(placeAt(reading.parts(), scroller.scrollTop) * 1000) / 1000;
    this.sayPage();
    this.holder.changed();
  }

  /** As far down as this screen can be scrolled to the place. */
  private wanted(reading: Reading): number {
    const { scrollHeight, clientHeight } = this.scroller;
    return Math.max(0, Math.min(scrolledTo(reading.parts(), this.place), scrollHeight - clientHeight));
  }

  private restore(): void {
    if (this.reading === null) return;
    this.scroller.scrollTop = this.wanted(this.reading);
    this.sayPage();
  }

  private sayPage(): void {
    const { pages = null } = this.reading ?? {};
    this.page.textContent = pages === null ? '' : `Page ${Math.min(pages, Math.floor(this.place) + 1)} of ${pages}`;
  }

  scroll(by: number): void {
    this.scroller.scrollBy({ top: by * LINE });
  }

  goTo(at: number): void {
    this.scroller.scrollTop = at === 0 ? 0 : this.scroller.scrollHeight;
  }

  zoom(by: number): void {
    this.magnified = Math.max(1, Math.min(ZOOM_MOST, this.magnified * by));
    this.reading?.zoom(this.magnified);
  }

  adjust(change: Change): void {
    if (change === 'reset' || change === 'fit') this.zoom(1 / this.magnified);
    else if (typeof change === 'object' && 'zoom' in change) this.zoom(change.zoom);
  }

  // --- what stands around it --------------------------------------------------------------------------------------

  /** In one line each, above the document. */
  private sayWhose(hung: Hung): void {
    const { overlay, around } = this.holder;
    const patient = around.patient();
    if (patient !== null) overlay.say('who', [whoLines(patient, around.meetingDay).join(', ')]);
    overlay.say('when', [whenLines(hung, around.meetingDay, around.trustName).join(', ')]);
  }

  private bar(told: DocumentSummary): HTMLElement {
    const bar = document.createElement('div');
    bar.className = 'paper-bar';
    const alone = document.createElement('a');
    Object.assign(alone, { href: addressOf(told), target: '_blank', rel: 'noopener noreferrer', textContent: 'Open in a window of its own' });
    bar.append(this.page, ...(told.type === 'application/pdf' ? [this.button('−', 'Smaller', 1 / 1.25), this.button('+', 'Larger', 1.25)] : []), alone);
    return bar;
  }

  private button(sign: string, name: string, by: number): HTMLElement {
    const button = document.createElement('button');
    button.textContent = sign;
    button.setAttribute('aria-label', name);
    button.addEventListener('click', () => this.zoom(by));
    return button;
  }

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
