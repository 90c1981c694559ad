/** One viewport: a series (or a document), the words over it, and the view of it that others can be shown. */

import { Enums, eventTarget, type StackViewport } from '@cornerstonejs/core';
import { parseImageId } from '../imaging/image-id';
import { speaksOf, type PresentationState } from '../imaging/states';
import type { FrameInfo, SeriesIndex } from '../imaging/types';
import type { Pane as PaneView } from '../room/protocol';
import { asItCame } from './adjust';
import { caption } from './caption';
import { Cine } from './cine';
import { Follower, type Followed } from './follower';
import type { Hung } from './hanging';
import { Layer } from './layer';
import { Overlay, seriesName, stateLines, whenLines, whoLines } from './overlay';
import { Paper } from './paper';
import { valueAt } from './probe';
import { Showing, type Start } from './showing';
import { applyState, applyWindow } from './state';
import type { Surroundings } from './surroundings';
import { warmImage } from './warm';
import { applyView, inverted, viewOfImage, viewOfPaper } from './view';

const { Events } = Enums;

export class Pane implements Followed {
  readonly element = document.createElement('section');
  readonly image = document.createElement('div');
  readonly overlay: Overlay;
  readonly id: string;
  private readonly paper = new Paper();
  private readonly cine = new Cine();
  private readonly layer = new Layer();
  private readonly follower = new Follower(this);
  /** How somebody chose that these images be seen; null is as they are stored. */
  state: PresentationState | null = null;
  private viewport: StackViewport | null = null;
  private showing: Showing | null = null;
  /** What was asked for last: an answer to an earlier question is dropped. */
  turn = 0;
  private wanted: Hung | null = null;
  /** From asking for a series until its first image is there, or will not come. */
  busy = false;
  /** Set while a view is applied from outside. */
  private told = false;

  constructor(
    readonly number: number,
    private readonly around: Surroundings,
  ) {
    this.id = `pane${number}`;
    this.element.className = 'pane';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.image.className = 'pane-image';
    this.element.append(this.image, this.layer.element, this.paper.element);
    this.overlay = new Overlay(this.element);
    this.label();
    const on = (name: string, act: (detail: { imageId: string; imageIdIndex: number }) => void): void =>
      this.image.addEventListener(name, ((event: CustomEvent) => act(event.detail)) as EventListener);
    on(Events.PRE_STACK_NEW_IMAGE, (detail) => this.soon(detail));
    on(Events.STACK_NEW_IMAGE, () => this.came());
    on(Events.CAMERA_MODIFIED, () => this.moved());
    on(Events.VOI_MODIFIED, () => this.moved());
    on(Events.IMAGE_RENDERED, () => this.rendered());
    this.image.addEventListener('pointermove', ({ offsetX, offsetY }) => this.probe([offsetX, offsetY]));
    this.image.addEventListener('pointerleave', () => this.probe(null));
    eventTarget.addEventListener(Events.IMAGE_LOAD_ERROR, ((event: CustomEvent) => this.failed(event.detail)) as EventListener);
  }

  /** The series shown, or that is about to be. */
  get hung(): Hung | null {
    return this.wanted;
  }

  get index(): SeriesIndex | null {
    return this.showing?.frames.index ?? null;
  }

  get seriesKey(): string | null {
    return this.wanted?.series.key ?? null;
  }

  /** The place, in the series, of the image on the screen: not of one that is still to come. */
  get at(): number | null {
    const shown = this.viewport?.getCornerstoneImage() as { imageId: string } | undefined;
    return this.showing?.placeOf(shown?.imageId) ?? null;
  }

  get frame(): FrameInfo | null {
    const at = this.at;
    return at === null ? null : (this.showing?.frames.frames[at] ?? null);
  }

  /** What makes SUV of the values shown, where anything does. */
  get uptake(): number | null {
    return this.frame?.suv?.factor ?? null;
  }

  /** How much coarser than it is the image on the screen is shown, until all of it has come. */
  get coarseness(): number {
    const at = this.at;
    return at === null || this.showing === null ? 1 : this.around.library.coarseness(this.showing.imageId(at));
  }

  get stack(): StackViewport | null {
    return this.showing === null ? null : this.viewport;
  }

  get playing(): boolean {
    return this.cine.playing;
  }

  indexOf(sop: string, frame: number): number | undefined {
    return this.showing?.indexOf({ sop, frame });
  }

  imageIdOf(sop: string, frame: number): string | null {
    const at = this.indexOf(sop, frame);
    return at === undefined ? null : (this.showing?.imageId(at) ?? null);
  }

  /**
   * Shows a series from its middle, or from where `start` says. The images before are gone at once, unless they are of
   * the same series, which has grown.
   */
  async show(hung: Hung, start?: Start): Promise<void> {
    const grown = this.at !== null && this.seriesKey === hung.series.key;
    this.clear(grown);
    const turn = this.turn;
    const { series } = hung;
    this.wanted = hung;
    this.label();
    if (series.kind === 'document') {
      this.open(hung);
      return;
    }
    if (series.version === null) {
      this.say(['These images are not ready to look at yet.']);
      return;
    }
    if (!grown) this.say(['Opening…']);
    this.busy = true;
    try {
      const frames = await this.around.library.hold(series.key, series.version, start === undefined ? 'middle' : (index) => {
        const found = index.frames.findIndex(({ sop, frame }) => sop === start.sop && frame === start.frame);
        return found >= 0 ? found : Math.floor(index.frames.length / 2);
      });
      if (turn !== this.turn) {
        this.around.library.release(series.key, series.version);
        return;
      }
      await this.mount(new Showing(hung, frames, series.version), start);
    } catch (error) {
      if (turn === this.turn) this.say([error instanceof Error ? error.message : 'This series cannot be shown.']);
    } finally {
      if (turn === this.turn) {
        this.busy = false;
        this.around.changed(this);
      }
    }
  }

  private async mount(showing: Showing, start?: Start): Promise<void> {
    const turn = this.turn;
    this.showing = showing;
    const viewport = this.enable();
    await viewport.setStack(showing.imageIds, showing.begin(start));
    if (turn === this.turn) viewport.render();
  }

  private enable(): StackViewport {
    if (this.viewport === null) {
      const { rendering } = this.around.engine;
      rendering.enableElement({ viewportId: this.id, type: Enums.ViewportType.STACK, element: this.image, defaultOptions: { background: [0, 0, 0] } });
      this.around.engine.add(this.id);
      this.viewport = rendering.getViewport(this.id) as StackViewport;
      this.around.engine.fit(true); // the others share its canvas: left unmeasured, they would be drawn squeezed
    }
    return this.viewport;
  }

  /** Before anything is shown: the graphics take their time over the first image ever drawn. */
  async warm(): Promise<void> {
    if (this.wanted !== null) return;
    const viewport = this.enable();
    await viewport.setStack([warmImage()], 0);
    viewport.render();
  }

  /** Nothing of what was shown stays to be seen, unless more of the same is about to be. */
  clear(grown = false): void {
    this.turn += 1;
    this.follower.forget();
    this.play(false);
    if (this.showing !== null) this.around.library.release(this.showing.key, this.showing.version);
    this.showing = null;
    this.wanted = null;
    this.busy = false;
    if (!grown) this.image.classList.remove('painted');
    this.element.classList.remove('reading');
    this.paper.clear();
    this.layer.clear();
    this.state = null;
    if (!grown) this.overlay.clear();
    this.label();
  }

  private open(hung: Hung): void {
    if (!this.paper.open(hung.series, () => this.around.painted(this), (image) => this.around.show(image))) {
      this.say(['This document cannot be shown.']);
      return;
    }
    const patient = this.around.patient();
    // In one line each, above the document.
    if (patient !== null) this.overlay.say('who', [whoLines(patient, this.around.meetingDay).join(', ')]);
    this.overlay.say('when', [whenLines(hung, this.around.meetingDay, this.around.trustName).join(', ')]);
    this.element.classList.add('reading');
    this.around.changed(this);
  }

  // --- what hands and keys do -------------------------------------------------------------------------------------

  scroll(by: number): void {
    this.stack?.scroll(by, false);
  }

  goTo(at: number): void {
    const stack = this.stack;
    if (stack !== null) this.scroll(Math.max(0, Math.min(stack.getImageIds().length - 1, at)) - stack.getTargetImageIdIndex());
  }

  /** Changes how the image is shown (see `adjust.ts`). */
  adjust(how: (stack: StackViewport) => void): void {
    const { stack } = this;
    if (stack === null) return;
    how(stack);
    stack.render();
    this.moved();
  }

  play(on: boolean): void {
    const { stack, showing, frame } = this;
    if (!on || stack === null || showing === null) this.cine.stop();
    else this.cine.start(stack, showing.frames, frame?.seconds ?? null);
  }

  /** Shows the images as a presentation state says, or again as they are stored. */
  async present(state: PresentationState | null): Promise<void> {
    const { stack, showing, turn } = this;
    if (stack === null || showing === null) return;
    const now = this.frame;
    if (state !== null && (now === null || !speaksOf(state.images, now))) {
      const first = showing.frames.frames.findIndex((frame) => speaksOf(state.images, frame));
      if (first < 0) return;
      await stack.setImageIdIndex(first);
    }
    const frame = this.frame;
    if (turn !== this.turn || frame === null) return;
    this.state = state;
    asItCame(stack);
    if (state !== null) applyState(stack, frame, state);
    stack.render();
    this.moved();
  }

  private came(): void {
    this.say([]);
    const { stack, frame, state } = this;
    if (stack !== null && frame !== null && state !== null && !this.told && speaksOf(state.images, frame)) applyWindow(stack, frame, state);
  }

  private probe(at: [number, number] | null): void {
    const { stack, frame } = this;
    const value = at === null || stack === null || frame === null || this.coarseness > 1 ? null : valueAt(stack, frame, at);
    this.overlay.say('value', value === null ? [] : [value]);
  }

  // --- the view, to others and from others ------------------------------------------------------------------------

  view(): PaneView | null {
    const { hung, stack, frame } = this;
    if (hung === null) return null;
    if (hung.series.kind === 'document') return viewOfPaper(hung);
    return stack === null || frame === null ? null : viewOfImage(hung, stack, frame, this.state?.key ?? null);
  }

  follow(view: PaneView, hung: Hung): Promise<void> {
    return this.follower.follow(view, hung);
  }

  rename(hung: Hung): void {
    this.wanted = hung;
    if (this.showing !== null) this.showing.hung = hung;
  }

  take(view: PaneView, stack: StackViewport, frame: FrameInfo): void {
    this.told = true;
    try {
      this.state = view.state === undefined ? null : this.around.state(view.state);
      applyView(stack, frame, view);
    } finally {
      this.told = false;
    }
    stack.render();
  }

  // --- what Cornerstone tells ---------------------------------------------------------------------------------------

  private soon({ imageId: id, imageIdIndex }: { imageId: string; imageIdIndex: number }): void {
    this.around.library.lookAt(id);
    if (this.showing !== null && !this.showing.frames.has(imageIdIndex)) this.say([`Loading image ${imageIdIndex + 1}…`]);
  }

  private failed({ imageId: id, error }: { imageId?: string; error?: Error }): void {
    if (id === undefined || this.showing === null) return;
    const { key, index } = parseImageId(id);
    if (key !== this.showing.key || index !== this.viewport?.getCurrentImageIdIndex()) return;
    this.image.classList.remove('painted'); // the image before must not pass for this one
    this.say([`Image ${index + 1} cannot be shown. ${error?.message ?? ''}`]);
  }

  private moved(): void {
    if (!this.told) this.around.changed(this);
  }

  private rendered(): void {
    const stack = this.stack;
    if (stack === null || this.at === null) return;
    const first = !this.image.classList.contains('painted');
    this.image.classList.add('painted');
    this.annotate(stack);
    this.outline(stack);
    if (first) this.label();
    this.around.painted(this);
    this.moved();
  }

  private outline(stack: StackViewport): void {
    const { state, frame } = this;
    if (state !== null && frame !== null && speaksOf(state.images, frame)) this.layer.draw(stack, frame, state);
    else this.layer.clear();
  }

  private annotate(stack: StackViewport): void {
    const { showing, frame, at } = this;
    const patient = this.around.patient();
    if (showing === null || frame === null || at === null || patient === null) return;
    const { meetingDay, trustName } = this.around;
    caption(this.overlay, stack, { hung: showing.hung, index: showing.frames.index, frame, at, patient, meetingDay, trustName, inverted: inverted(stack, frame), coarse: this.coarseness, said: [...this.around.said(frame), ...(this.state === null ? [] : stateLines(this.state, frame))] });
    this.progress();
  }

  progress(): void {
    const { showing } = this;
    if (showing === null) return;
    const { received, frames, failure } = showing.frames;
    this.overlay.say('progress', failure !== null ? [failure] : received < frames.length ? [`${received} of ${frames.length} images loaded`] : []);
  }

  /** Says why there is nothing to see, when there is nothing. */
  idle(lines: string[]): void {
    if (this.wanted === null) this.say(lines);
  }

  say(lines: string[]): void {
    this.overlay.say('message', lines);
  }

  private label(): void {
    const hung = this.hung;
    const what = hung === null ? 'empty' : seriesName(hung.study, hung.series);
    this.element.setAttribute('aria-label', `Viewport ${this.number + 1}: ${what}`);
  }
}
