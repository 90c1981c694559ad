/** What planes and projections have in common: pictures made of a volume, shown by a stack viewport like any others. */

import { Enums, type StackViewport } from '@cornerstonejs/core';
import type { FrameInfo, Vector } from '../../imaging/types';
import type { Pane as PaneView, PlanePane, Pointer, VolumePane } from '../../room/protocol';
import { adjustStack, type Change } from '../adjust';
import { areaOf, roundPoint, setArea } from '../camera';
import type { Anchor, Content, Holder, Plane } from '../contents/content';
import type { Hung } from '../hanging';
import { inverted } from '../view';
import { isInverted } from '../../imaging/nature';
import type { Reformat } from './reformat';
import { Volumes, type Volume } from './volume';

const { Events } = Enums;
const CINE = 10; // pictures a second

export type Seen = Pick<PlanePane, 'voi' | 'invert' | 'centre' | 'height' | 'width' | 'rotation' | 'flip_h' | 'flip_v'>;

export abstract class Pictures<V extends PlanePane | VolumePane> implements Content {
  abstract readonly kind: 'plane' | 'volume';
  readonly element = document.createElement('div');
  readonly image = document.createElement('div');
  protected viewport: StackViewport | null = null;
  protected volume: Volume | null = null;
  protected reformat: Reformat | null = null;
  private unlisten: (() => void) | null = null;
  private wanted: Hung | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private paced = CINE;
  /** The view to be shown next, and whether one is being applied. */
  private target: V | null = null;
  private applying = false;
  protected turn = 0;
  busy = false;
  protected told = false;

  constructor(protected readonly holder: Holder) {
    this.image.className = 'pane-image';
    this.element.append(this.image);
    const on = (name: string, act: () => void): void => this.image.addEventListener(name, act);
    on(Events.STACK_NEW_IMAGE, () => this.moved());
    on(Events.CAMERA_MODIFIED, () => this.moved());
    on(Events.VOI_MODIFIED, () => this.moved());
    on(Events.IMAGE_RENDERED, () => this.rendered());
    this.image.addEventListener('pointermove', ({ offsetX, offsetY }) => this.probe([offsetX, offsetY]));
    this.image.addEventListener('pointerleave', () => this.probe(null));
  }

  /** What is shown when nobody says how. */
  protected abstract plain(hung: Hung): V;
  protected abstract isMine(view: PaneView): view is V;
  /** Makes the pictures, or takes those that are made, and returns which of them to show. */
  protected abstract prepare(view: V, volume: Volume): { reformat: Reformat; at: number };
  /** What of the view is its own kind's. */
  protected abstract own(view: V): void;
  protected abstract describe(hung: Hung, stack: StackViewport): V;
  protected abstract caption(stack: StackViewport, frame: FrameInfo): void;
  protected abstract measured(place: readonly [number, number]): string[];
  abstract plane(): Plane | null;
  abstract seek(point: Vector): void;
  abstract anchor(): Anchor | null;

  get hung(): Hung | null {
    return this.wanted;
  }

  get stack(): StackViewport | null {
    return this.reformat === null ? null : this.viewport;
  }

  get ready(): boolean {
    return this.at !== null;
  }

  get playing(): boolean {
    return this.timer !== null;
  }

  /** The picture on the screen, counted from 0; null while there is none. */
  get at(): number | null {
    const { stack, reformat } = this;
    const shown = stack?.getCornerstoneImage() as { imageId: string } | undefined;
    const at = shown === undefined ? -1 : (reformat?.imageIds.indexOf(shown.imageId) ?? -1);
    return at < 0 ? null : at;
  }

  get frame(): FrameInfo | null {
    const { at, reformat } = this;
    return at === null || reformat === null ? null : reformat.frame(at);
  }

  /** Slices that are here, of all there are, and pictures that can be made of them. */
  get counts(): { come: number; slices: number; pictures: number } {
    return { come: this.volume?.come ?? 0, slices: this.volume?.slices.length ?? 0, pictures: this.reformat?.count ?? 0 };
  }

  get uptake(): number | null {
    return this.volume?.uptake ?? null;
  }

  async show(hung: Hung): Promise<void> {
    await this.follow(this.plain(hung), hung);
  }

  async follow(view: PaneView, hung: Hung): Promise<void> {
    if (!this.isMine(view)) return;
    const now = this.wanted?.series;
    this.target = view;
    if (now?.key !== hung.series.key || now.version !== hung.series.version) {
      this.clear();
      this.target = view;
      if (!(await this.open(hung))) return;
    } else this.rename(hung);
    if (!this.busy && !this.applying) await this.settle();
  }

  private async open(hung: Hung): Promise<boolean> {
    const { turn } = this;
    this.wanted = hung;
    this.busy = true;
    this.holder.named();
    this.holder.say(['Opening…']);
    try {
      const volumes = Volumes.of(this.holder.around.library);
      const volume = await volumes.hold(hung);
      if (turn !== this.turn) {
        volumes.release(volume);
        return false;
      }
      this.volume = volume;
      this.unlisten = volume.on(() => this.more());
      return true;
    } catch (error) {
      if (turn === this.turn) this.holder.say([error instanceof Error ? error.message : 'This series cannot be shown so.']);
      return false;
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }

  /** Applies the newest view there is, one after the other. */
  private async settle(): Promise<void> {
    const { turn, volume } = this;
    if (volume === null) return;
    this.applying = true;
    try {
      for (let view = this.target as V | null; view !== null && turn === this.turn; view = this.target) {
        this.target = null;
        await this.apply(view, volume);
      }
    } finally {
      if (turn === this.turn) this.applying = false;
    }
    if (turn === this.turn) this.holder.changed();
  }

  private async apply(view: V, volume: Volume): Promise<void> {
    const { turn } = this;
    const before = this.reformat;
    const { reformat, at } = this.prepare(view, volume);
    const viewport = this.enable();
    const fresh = reformat !== before;
    this.told = true;
    try {
      if (fresh) {
        this.reformat = reformat;
        await viewport.setStack([...reformat.imageIds], at);
      } else if (viewport.getTargetImageIdIndex() !== at || this.at !== at) await viewport.setImageIdIndex(at);
      else await reformat.show(viewport);
      if (fresh && before !== null) before.end();
      if (turn !== this.turn) return;
      this.own(view);
      this.take(viewport, view, fresh);
      this.holder.say([]);
    } finally {
      this.told = false;
    }
    viewport.render();
  }

  /** Window and area, as the view tells them. */
  private take(stack: StackViewport, view: Seen, fresh: boolean): void {
    const { frame } = this;
    if (frame === null) return;
    const { voiRange, isComputedVOI } = stack.getProperties();
    if (view.voi === null) {
      if (!isComputedVOI) stack.resetProperties();
    } else if (voiRange?.lower !== view.voi.lower || voiRange.upper !== view.voi.upper) stack.setProperties({ voiRange: view.voi });
    if (inverted(stack, frame) !== view.invert) stack.setProperties({ invert: view.invert !== isInverted(frame) });
    if (view.height === null && fresh) stack.resetCamera();
    setArea(stack, view);
  }

  protected enable(): StackViewport {
    if (this.viewport === null) {
      const { engine } = this.holder.around;
      const viewportId = `${this.holder.id}-${this.kind}`;
      engine.rendering.enableElement({ viewportId, type: Enums.ViewportType.STACK, element: this.image, defaultOptions: { background: [0, 0, 0] } });
      engine.add(viewportId);
      this.viewport = engine.rendering.getViewport(viewportId) as StackViewport;
      engine.fit(true);
    }
    return this.viewport;
  }

  clear(): void {
    this.turn += 1;
    this.target = null;
    this.applying = this.busy = false;
    this.play(false);
    this.unlisten?.();
    this.unlisten = null;
    this.reformat?.end();
    this.reformat = null;
    if (this.volume !== null) Volumes.of(this.holder.around.library).release(this.volume);
    this.volume = null;
    this.wanted = null;
    this.image.classList.remove('painted');
  }

  rename(hung: Hung): void {
    this.wanted = hung;
  }

  /** More of the volume has come: what is seen gets better. */
  protected more(): void {
    const { reformat, stack } = this;
    if (reformat === null || stack === null) return;
    reformat.stale();
    void reformat.show(stack);
  }

  // --- what hands and keys do -------------------------------------------------------------------------------------

  scroll(by: number): void {
    this.stack?.scroll(by, false);
  }

  goTo(at: number): void {
    const { stack, reformat } = this;
    if (stack !== null && reformat !== null) this.scroll(Math.max(0, Math.min(reformat.count - 1, at)) - stack.getTargetImageIdIndex());
  }

  adjust(change: Change): void {
    const { stack } = this;
    if (stack === null) return;
    adjustStack(stack, change, this.frame, this.uptake);
    stack.render();
    this.moved();
  }

  play(on: boolean): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    if (!on || this.stack === null) return;
    this.timer = setInterval(() => {
      const { stack, reformat } = this;
      if (stack === null || reformat === null || stack.getTargetImageIdIndex() !== this.at) return; // the one before is still being made
      void stack.setImageIdIndex((stack.getTargetImageIdIndex() + 1) % reformat.count);
    }, 1000 / this.paced);
  }

  get speed(): number | null {
    return this.stack !== null && (this.reformat?.count ?? 0) > 1 ? this.paced : null;
  }

  pace(speed: number): void {
    this.paced = speed;
    if (this.playing) this.play(true);
  }

  resizing(): () => void {
    const { stack, at } = this;
    if (stack === null || at === null) return () => undefined;
    const view = stack.getViewPresentation();
    return () => {
      stack.setViewPresentation(view);
      stack.render();
    };
  }

  progress(): void {
    const { volume } = this;
    if (volume === null) return;
    const { come, slices } = volume;
    const failure = this.failure;
    this.holder.overlay.say('progress', failure !== null ? [failure] : come < slices.length ? [`Volume: ${come} of ${slices.length} slices are here`] : []);
  }

  private get failure(): string | null {
    const { volume } = this;
    return volume === null ? null : (this.holder.around.library.progress(volume.key, volume.index.version)?.failure ?? null);
  }

  // --- where things are -------------------------------------------------------------------------------------------

  pointAt([x, y]: readonly [number, number]): Vector | null {
    return this.at === null ? null : ((this.stack as StackViewport).canvasToWorld([x, y]) as Vector);
  }

  placeOf(point: Vector): [number, number] | null {
    return this.at === null ? null : ((this.stack as StackViewport).worldToCanvas(point) as [number, number]);
  }

  pointerAt(place: readonly [number, number]): Pointer | null {
    const at = this.pointAt(place);
    return at === null || this.wanted === null ? null : { series: this.wanted.series.series, at: roundPoint(at) };
  }

  placeOfPointer({ series, sop, at }: Pointer): [number, number] | null {
    return sop === undefined && series === this.wanted?.series.series && this.holds(at) ? this.placeOf(at) : null;
  }

  /** Whether a point is on the picture that is seen. */
  protected abstract holds(point: Vector): boolean;

  /** Two pictures show the same places only where this is the same. */
  get frameOfReference(): string | null {
    return this.volume?.frameOfReference ?? null;
  }

  // --- the view, to others ----------------------------------------------------------------------------------------

  view(): V | null {
    const { wanted, stack, at } = this;
    return wanted === null || stack === null || at === null ? null : this.describe(wanted, stack);
  }

  /** The half of a view that every kind of picture has. */
  protected seen(stack: StackViewport): Seen {
    const frame = this.frame as FrameInfo;
    const { voiRange, isComputedVOI } = stack.getProperties();
    return { voi: isComputedVOI || voiRange === undefined ? null : { lower: voiRange.lower, upper: voiRange.upper }, invert: inverted(stack, frame), ...areaOf(stack) };
  }

  protected moved(): void {
    if (!this.told) this.holder.changed();
  }

  protected rendered(): void {
    const { stack, frame } = this;
    if (stack === null || frame === null) return;
    const first = !this.image.classList.contains('painted');
    this.image.classList.add('painted');
    this.caption(stack, frame);
    this.progress();
    if (first) this.holder.named();
    this.holder.painted();
    this.moved();
  }

  private probe(place: [number, number] | null): void {
    this.holder.overlay.say('value', place === null || this.at === null ? [] : this.measured(place));
  }
}
