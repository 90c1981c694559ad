/** A series of images, one after the other, as Cornerstone's stack viewport shows it. */

import { Enums, eventTarget, type StackViewport } from '@cornerstonejs/core';
import { parseImageId } from '../../imaging/image-id';
import { speaksOf, type PresentationState } from '../../imaging/states';
import type { FrameInfo, SeriesIndex, Vector } from '../../imaging/types';
import type { ImagePane, Pane as PaneView, Pointer } from '../../room/protocol';
import { asItCame } from '../adjust';
import { roundPoint } from '../camera';
import { caption } from '../caption';
import type { Film } from '../cine';
import { Follower, type Followed } from '../follower';
import type { Hung } from '../hanging';
import { Layer } from '../layer';
import { LayerCanvas } from '../layers/canvas';
import { hasOverlays, OVERLAYS, signLines } from '../layers/layers';
import { stateLines } from '../overlay';
import { nearest, planeOf } from '../planes';
import { valueAt } from '../probe';
import { Showing } from '../showing';
import { applyState, applyWindow } from '../state';
import { applyView, inverted, viewOfImage } from '../view';
import { warmImage } from '../warm';
import type { Anchor, Content, Holder, Plane, Start } from './content';
import { Stacked } from './stacked';

const { Events } = Enums;

export class StackContent extends Stacked implements Content, Followed {
  readonly kind = 'image';
  private readonly layer = new Layer();
  private readonly layers = new LayerCanvas();
  private readonly follower = new Follower(this);
  private showing: Showing | null = null;

  constructor(holder: Holder) {
    super(holder);
    this.element.append(this.layers.element, this.layer.element);
    this.on(Events.PRE_STACK_NEW_IMAGE, (detail: { imageId: string; imageIdIndex: number }) => this.soon(detail));
    eventTarget.addEventListener(Events.IMAGE_LOAD_ERROR, ((event: CustomEvent) => this.failed(event.detail)) as EventListener);
  }

  protected get viewportId(): string {
    return this.holder.id;
  }

  get index(): SeriesIndex | null {
    return this.showing?.frames.index ?? null;
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
    return at === null || this.showing === null ? 1 : this.holder.around.library.coarseness(this.showing.imageId(at));
  }

  get stack(): StackViewport | null {
    return this.showing === null ? null : this.viewport;
  }

  get ready(): boolean {
    return this.stack !== null;
  }

  protected get film(): Film | null {
    const { showing, frame } = this;
    return showing === null ? null : { count: showing.frames.frames.length, seconds: frame?.seconds ?? null, has: (at) => showing.frames.has(at) };
  }

  indexOf(sop: string, frame: number): number | undefined {
    return this.showing?.indexOf({ sop, frame });
  }

  imageIdOf(sop: string, frame: number): string | null {
    const at = this.indexOf(sop, frame);
    return at === undefined ? null : (this.showing?.imageId(at) ?? null);
  }

  /** From its middle, or from `start`. Images of the same series, which has grown, stay until the next is drawn. */
  async show(hung: Hung, start?: Start): Promise<void> {
    const grown = this.at !== null && this.wanted?.series.key === hung.series.key;
    this.empty(grown);
    const { turn } = this;
    const { series } = hung;
    const { library } = this.holder.around;
    this.wanted = hung;
    this.holder.named();
    if (series.version === null) {
      this.say(['These images are not ready to look at yet.']);
      return;
    }
    if (!grown) this.say(['Opening…']);
    this.busy = true;
    try {
      const frames = await library.hold(series.key, series.version, start === undefined ? 'middle' : (index) => {
        const found = index.frames.findIndex(({ sop, frame }) => sop === start.sop && frame === start.frame);
        return found >= 0 ? found : Math.floor(index.frames.length / 2);
      });
      if (turn !== this.turn) {
        library.release(series.key, series.version);
        return;
      }
      await this.mount(new Showing(hung, frames, series.version), start);
    } catch (error) {
      if (turn === this.turn) this.say([error instanceof Error ? error.message : 'This series cannot be shown.']);
    } finally {
      if (turn === this.turn) {
        this.busy = false;
        void this.follower.goOn();
        this.holder.changed();
      }
    }
  }

  private async mount(showing: Showing, start?: Start): Promise<void> {
    const { turn } = this;
    this.showing = showing;
    this.negative = false;
    const viewport = this.enable();
    await viewport.setStack(showing.imageIds, showing.begin(start));
    if (turn === this.turn) viewport.render();
  }

  /** Before anything is shown: the graphics take their time over the first image ever drawn. */
  async warm(): Promise<void> {
    if (this.wanted !== null) return;
    const viewport = this.enable();
    await viewport.setStack([warmImage()], 0);
    viewport.render();
  }

  clear(): void {
    this.empty(false);
  }

  private empty(grown: boolean): void {
    this.turn += 1;
    this.follower.forget();
    this.cine.forget();
    if (this.showing !== null) this.holder.around.library.release(this.showing.key, this.showing.version);
    this.showing = null;
    this.wanted = null;
    this.busy = false;
    if (!grown) this.image.classList.remove('painted');
    this.layer.clear();
    this.layers.clear();
    this.state = null;
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
    asItCame(stack, frame);
    if (state !== null) applyState(stack, frame, state);
    this.settled(stack);
    stack.render();
    this.moved();
  }

  // --- where things are -------------------------------------------------------------------------------------------

  plane(): Plane | null {
    const { index, frame } = this;
    return index === null || frame === null ? null : planeOf(index, frame);
  }

  seek(point: Vector): void {
    const { index, stack } = this;
    if (index === null || stack === null) return;
    const at = nearest(index, point);
    if (at !== null && at !== stack.getTargetImageIdIndex()) this.goTo(at);
  }

  pointerAt(place: readonly [number, number]): Pointer | null {
    const { frame, hung } = this;
    const at = this.pointAt(place);
    return at === null || frame === null || hung === null ? null : { series: hung.series.series, sop: frame.sop, frame: frame.frame, at: roundPoint(at) };
  }

  placeOfPointer({ series, sop, frame, at }: Pointer): [number, number] | null {
    const seen = this.frame;
    return this.hung?.series.series === series && seen !== null && seen.sop === sop && seen.frame === frame ? this.placeOf(at) : null;
  }

  anchor(): Anchor | null {
    const { hung, frame } = this;
    return hung === null || frame === null ? null : { study: hung.study.study, series: hung.series.series, sop: frame.sop, frame: frame.frame };
  }

  // --- the view, to others and from others ------------------------------------------------------------------------

  view(): ImagePane | null {
    const { hung, stack, frame, index } = this;
    if (hung === null || stack === null || frame === null || index === null) return null;
    return { ...viewOfImage(hung, stack, frame, this.state?.key ?? null), ...this.holder.around.layers.shown(index) };
  }

  async follow(view: PaneView, hung: Hung): Promise<void> {
    if (view.kind === undefined) await this.follower.follow(view, hung);
  }

  rename(hung: Hung): void {
    this.wanted = hung;
    if (this.showing !== null) this.showing.hung = hung;
  }

  take(view: ImagePane, stack: StackViewport, frame: FrameInfo): void {
    this.told = true;
    try {
      this.state = view.state === undefined ? null : this.holder.around.state(view.state);
      if (this.index !== null) this.holder.around.layers.follow(this.index, view);
      applyView(stack, frame, view);
    } finally {
      this.told = false;
    }
    this.settled(stack);
    stack.render();
  }

  get behind(): boolean {
    return this.follower.behind;
  }

  caughtUp(): void {
    this.holder.changed();
  }

  // --- what Cornerstone tells ---------------------------------------------------------------------------------------

  private soon({ imageId: id, imageIdIndex }: { imageId: string; imageIdIndex: number }): void {
    this.holder.around.library.lookAt(id);
    if (this.showing !== null && !this.showing.frames.has(imageIdIndex)) this.say([`Loading image ${imageIdIndex + 1}…`]);
  }

  protected override came(): void {
    this.say([]);
    const { stack, frame, state } = this;
    this.righted();
    if (stack !== null && frame !== null && state !== null && !this.told && speaksOf(state.images, frame)) applyWindow(stack, frame, state);
    this.tone();
  }

  private failed({ imageId: id, error }: { imageId?: string; error?: Error }): void {
    if (id === undefined || this.showing === null) return;
    const { key, index } = parseImageId(id);
    if (key !== this.showing.key || index !== this.viewport?.getCurrentImageIdIndex()) return;
    this.image.classList.remove('painted'); // the image before must not pass for this one
    this.say([`Image ${index + 1} cannot be shown. ${error?.message ?? ''}`]);
  }

  protected drawn(stack: StackViewport): void {
    this.annotate(stack);
    this.outline(stack);
    this.lay();
  }

  // --- the words and graphics over it -----------------------------------------------------------------------------

  private outline(stack: StackViewport): void {
    const { state, frame } = this;
    if (state !== null && frame !== null && speaksOf(state.images, frame)) this.layer.draw(stack, frame, state);
    else this.layer.clear();
  }

  /** Draws what others drew over this image: again, when more of that has come or it was switched. */
  lay(): void {
    const { stack, index, frame, at } = this;
    if (stack === null || index === null || frame === null || at === null || !this.image.classList.contains('painted')) return;
    const { layers } = this.holder.around;
    const { clientWidth: width, clientHeight: height } = stack.element;
    this.layers.draw({ width, height }, (point) => stack.worldToCanvas(point) as [number, number], frame, layers.on(index, at), layers.planes(frame));
  }

  /** What was switched, or has come, is drawn, and the words over the image say so. */
  relay(): void {
    if (this.stack === null || this.at === null) return;
    this.lay();
    this.annotate(this.stack);
  }

  private signs(frame: FrameInfo, index: SeriesIndex): string[] {
    const { layers } = this.holder.around;
    const refused = (frame.overlays ?? []).flatMap(({ why }) => why ?? []);
    return [...layers.own(index, frame), ...signLines(layers.of(index), { there: hasOverlays(index) ? 1 : 0, on: layers.isOn(OVERLAYS) }), ...refused];
  }

  private annotate(stack: StackViewport): void {
    const { showing, frame, at, state, holder } = this;
    const patient = holder.around.patient();
    if (showing === null || frame === null || at === null || patient === null) return;
    const { meetingDay, trustName } = holder.around;
    const said = [...this.signs(frame, showing.frames.index), ...holder.around.said(frame), ...(state === null ? [] : stateLines(state, frame))];
    caption(holder.overlay, stack, { hung: showing.hung, index: showing.frames.index, frame, at, patient, meetingDay, trustName, inverted: inverted(stack, frame), coarse: this.coarseness, said });
    this.progress();
  }

  protected measured(place: readonly [number, number]): string[] {
    const { stack, frame } = this;
    const value = stack === null || frame === null || this.coarseness > 1 ? null : valueAt(stack, frame, place);
    return value === null ? [] : [value];
  }

  progress(): void {
    const { showing } = this;
    if (showing === null) return;
    const { received, frames, failure } = showing.frames;
    this.holder.overlay.say('progress', failure !== null ? [failure] : received < frames.length ? [`${received} of ${frames.length} images loaded`] : []);
  }

  say(lines: string[]): void {
    this.holder.say(lines);
  }
}
