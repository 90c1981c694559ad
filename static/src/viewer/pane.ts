/** One viewport: whatever it holds, and the words over it. */

import type { PresentationState } from '../imaging/states';
import type { FrameInfo, SeriesIndex } from '../imaging/types';
import type { Pane as PaneView } from '../room/protocol';
import type { Content, Holder, Kind, Start } from './contents/content';
import { kindOf, kindOfView, make } from './contents/kinds';
import { StackContent } from './contents/stack';
import type { Hung, Placed } from './hanging';
import { Overlay, seriesName } from './overlay';
import type { Surroundings } from './surroundings';

export class Pane implements Holder {
  readonly element = document.createElement('section');
  readonly overlay: Overlay;
  readonly id: string;
  private readonly contents = new Map<Kind, Content>();
  private readonly images: StackContent;
  /** What it holds, or held last. */
  content: Content;

  constructor(
    readonly number: number,
    readonly around: Surroundings,
  ) {
    this.id = `pane${number}`;
    this.element.className = 'pane';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.overlay = new Overlay(this.element);
    this.images = this.of('image') as StackContent;
    this.content = this.images;
    this.hold(this.images);
    this.named();
  }

  private of(kind: Kind): Content {
    const here = this.contents.get(kind);
    if (here !== undefined) return here;
    const made = make(kind, this);
    made.element.classList.add('pane-content');
    this.element.insertBefore(made.element, this.element.querySelector(':scope > .pane-lines, :scope > .over')); // under the lines and the words
    this.contents.set(kind, made);
    return made;
  }

  /** One content is seen; nothing of another stays. */
  private hold(content: Content): Content {
    if (this.content !== content) this.clear();
    this.content = content;
    for (const other of this.contents.values()) other.element.classList.toggle('away', other !== content);
    return content;
  }

  /** The series shown, or that is about to be. */
  get hung(): Hung | null {
    return this.content.hung;
  }

  get seriesKey(): string | null {
    return this.hung?.series.key ?? null;
  }

  get busy(): boolean {
    return this.content.busy;
  }

  get behind(): boolean {
    return this.content.behind ?? false;
  }

  // --- what is only known of a series of images -------------------------------------------------------------------

  private get seen(): StackContent | null {
    return this.content === this.images ? this.images : null;
  }

  /** Where Cornerstone draws images. */
  get image(): HTMLDivElement {
    return this.images.image;
  }

  get stack(): StackContent['stack'] {
    return this.seen?.stack ?? null;
  }

  get index(): SeriesIndex | null {
    return this.seen?.index ?? null;
  }

  /** The series whose layers are, or could be, drawn here. */
  get layered(): SeriesIndex | null {
    return this.index ?? this.content.layered ?? null;
  }

  get at(): number | null {
    return this.seen?.at ?? null;
  }

  get frame(): FrameInfo | null {
    return this.seen?.frame ?? null;
  }

  get uptake(): number | null {
    return this.content.uptake ?? null;
  }

  get coarseness(): number {
    return this.seen?.coarseness ?? 1;
  }

  /** Whether all that is seen is there at full quality. */
  get sharp(): boolean {
    return this.content.sharp ?? (this.at === null || this.coarseness === 1);
  }

  get state(): PresentationState | null {
    return this.seen?.state ?? null;
  }

  imageIdOf(sop: string, frame: number): string | null {
    return this.seen?.imageIdOf(sop, frame) ?? null;
  }

  async present(state: PresentationState | null): Promise<void> {
    await this.seen?.present(state);
  }

  /** What is drawn over its images has changed. */
  relay(): void {
    this.content.relay?.();
  }

  warm(): Promise<void> {
    return this.images.warm();
  }

  // --- what it holds ----------------------------------------------------------------------------------------------

  /** Shows a series from where it is best begun, or from where `start` says. */
  async show(hung: Hung, start?: Start): Promise<void> {
    if (this.seriesKey !== hung.series.key) this.clear();
    const shown = this.hold(this.of(kindOf(hung.series))).show(hung, start);
    this.named();
    await shown;
  }

  /** Shows what a hanging protocol puts here, the way it wants it. */
  async place({ begin, wall, view, ...hung }: Placed): Promise<void> {
    await (view === undefined ? this.show(hung, begin) : this.follow(view, hung));
    if (wall !== undefined && this.seriesKey === hung.series.key) this.content.adjust({ wall });
  }

  /** Nothing of what was shown stays to be seen. */
  clear(): void {
    this.content.clear();
    this.overlay.clear();
    this.named();
  }

  view(): PaneView | null {
    return this.content.view();
  }

  async follow(view: PaneView, hung: Hung): Promise<void> {
    if (this.seriesKey !== hung.series.key) this.clear();
    const followed = this.hold(this.of(kindOfView(view, hung.series))).follow(view, hung);
    this.named();
    await followed;
  }

  // --- as a holder ------------------------------------------------------------------------------------------------

  say(lines: string[]): void {
    this.overlay.say('message', lines);
  }

  changed(): void {
    this.around.changed(this);
  }

  painted(): void {
    this.around.painted(this);
  }

  named(): void {
    const { hung } = this;
    const what = hung === null ? 'empty' : seriesName(hung.study, hung.series);
    this.element.setAttribute('aria-label', `Viewport ${this.number + 1}: ${what}`);
  }

  /** Says why there is nothing to see, when there is nothing. */
  idle(lines: string[]): void {
    if (this.hung === null) this.say(lines);
  }
}
