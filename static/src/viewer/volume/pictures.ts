/** What planes and projections have in common: pictures made of a volume, shown by a stack viewport like any others. */

import type { StackViewport } from '@cornerstonejs/core';
import type { FrameInfo, Vector } from '../../imaging/types';
import type { Pane as PaneView, PlanePane, Pointer, VolumePane } from '../../room/protocol';
import { roundPoint } from '../camera';
import type { Film } from '../cine';
import type { Anchor, Content, Plane } from '../contents/content';
import { Stacked } from '../contents/stacked';
import type { Hung } from '../hanging';
import { applyView, howSeen, type How } from '../view';
import type { Reformat } from './reformat';
import { Volumes, type Volume } from './volume';

export abstract class Pictures<V extends PlanePane | VolumePane> extends Stacked implements Content {
  abstract readonly kind: 'plane' | 'volume';
  protected volume: Volume | null = null;
  protected reformat: Reformat | null = null;
  private unlisten: (() => void) | null = null;
  /** The view to be shown next, and whether one is being applied. */
  private target: V | null = null;
  private applying = false;

  /** What is shown when nobody says how. */
  protected abstract plain(hung: Hung): V;
  protected abstract isMine(view: PaneView): view is V;
  /** Makes the pictures, or takes those that are made, and returns which of them to show. */
  protected abstract prepare(view: V, volume: Volume): { reformat: Reformat; at: number };
  /** What of the view is its own kind's. */
  protected abstract own(view: V): void;
  protected abstract describe(hung: Hung, stack: StackViewport): V;
  protected abstract caption(stack: StackViewport, frame: FrameInfo): void;
  abstract plane(): Plane | null;
  abstract seek(point: Vector): void;
  abstract anchor(): Anchor | null;

  protected get viewportId(): string {
    return `${this.holder.id}-${this.kind}`;
  }

  get stack(): StackViewport | null {
    return this.reformat === null ? null : this.viewport;
  }

  get ready(): boolean {
    return this.at !== null;
  }

  /** No picture is asked for while the one before is still being made. */
  protected get film(): Film | null {
    const { stack, reformat } = this;
    return stack === null || reformat === null ? null : { count: reformat.count, seconds: null, has: () => stack.getTargetImageIdIndex() === this.at };
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
      if (view.height === null && fresh) viewport.resetCamera();
      if (this.frame !== null) applyView(viewport, this.frame, view);
      this.holder.say([]);
    } finally {
      this.told = false;
    }
    this.settled(viewport);
    viewport.render();
  }

  clear(): void {
    this.turn += 1;
    this.target = null;
    this.applying = this.busy = false;
    this.cine.forget();
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
  protected seen(stack: StackViewport): How {
    return howSeen(stack, this.frame as FrameInfo);
  }

  protected drawn(stack: StackViewport, frame: FrameInfo): void {
    this.caption(stack, frame);
    this.progress();
  }
}
