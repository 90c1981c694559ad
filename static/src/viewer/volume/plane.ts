/** A viewport that shows one reformatted plane of a volume, thick or thin, with another volume over it if somebody wants. */

import type { StackViewport } from '@cornerstonejs/core';
import type { FrameInfo, SeriesIndex, Vector } from '../../imaging/types';
import type { Over, Pane as PaneView, PlanePane } from '../../room/protocol';
import { roundPoint } from '../camera';
import type { Anchor, Plane } from '../contents/content';
import type { Hung } from '../hanging';
import { LayerCanvas } from '../layers/canvas';
import { signLines } from '../layers/layers';
import { planeOf } from '../planes';
import { valueAt } from '../probe';
import { worded } from '../values';
import { captioned } from './captioned';
import { Fusion } from './fusion';
import { middle } from './geometry';
import { cornerOf, goesThrough, leaningPile, nearest, pile, raysOf, type Pile, type PlaneName } from './planes';
import { Pictures } from './pictures';
import { plainPlane } from './plain';
import type { Blend } from './rays';
import { Reformat } from './reformat';
import { isUpright, type Tilt } from './tilt';
import { Volumes, type Volume } from './volume';
import { noUptake, overLines, planeLines } from './words';

export class PlaneContent extends Pictures<PlanePane> {
  readonly kind = 'plane';
  private readonly fusion = new Fusion();
  private readonly layers = new LayerCanvas();
  private name: PlaneName = 'axial';
  private tilt: Tilt | undefined;
  private pile: Pile | null = null;
  slab = 0;
  blend: Blend = 'average';
  over: Over | null = null;
  /** The volume that lies over it, once it is here, and the series it is. */
  private laid: { volume: Volume; hung: Hung; unlisten: () => void } | null = null;
  /** Why what should lie over it does not. */
  private unlaid = '';

  protected plain(hung: Hung): PlanePane {
    return plainPlane(hung, 'axial');
  }

  protected isMine(view: PaneView): view is PlanePane {
    return view.kind === 'plane';
  }

  protected prepare(view: PlanePane, volume: Volume): { reformat: Reformat; at: number } {
    const same = this.reformat !== null && this.isSame(view);
    const shown = same ? (this.pile as Pile) : view.tilt === undefined || isUpright(view.tilt) ? pile(volume.geometry, view.plane) : leaningPile(volume.geometry, view.plane, view.tilt, view.centre ?? middle(volume.geometry));
    const at = view.centre === null ? Math.floor(shown.count / 2) : nearest(shown, view.centre);
    const changed = this.slab !== view.slab || this.blend !== view.blend;
    this.name = view.plane;
    this.tilt = isUpright(view.tilt) ? undefined : view.tilt;
    this.pile = shown;
    this.slab = view.slab;
    this.blend = view.blend;
    if (!same) {
      const caster = (n: number) => ({ block: volume, rays: raysOf(volume.geometry, shown, n, this.slab), pile: shown, corner: cornerOf(shown, n), thickness: this.slab || shown.spacing[2] });
      return { reformat: new Reformat(volume, shown.count, caster, () => this.blend), at };
    }
    const reformat = this.reformat as Reformat;
    if (changed) reformat.stale();
    return { reformat, at };
  }

  /** A leaning pile is the same only where it goes through the very point, as it does on the screen of whoever turned it. */
  private isSame({ plane, tilt, centre }: PlanePane): boolean {
    if (this.pile === null || this.name !== plane || String(this.tilt) !== String(isUpright(tilt) ? undefined : tilt)) return false;
    return this.tilt === undefined || centre === null || goesThrough(this.pile, centre);
  }

  protected own(view: PlanePane): void {
    this.over = view.over;
    if (this.volume !== null && view.layers !== undefined) this.holder.around.layers.follow(this.volume.index, view, false);
    void this.lay(view.over);
  }

  /** Holds the volume that is to lie over the plane, and lets go of the one before. */
  private async lay(over: Over | null): Promise<void> {
    const { turn } = this;
    const { around } = this.holder;
    const hung = over === null ? null : around.series(over.key);
    if (this.laid !== null && this.laid.volume.key === hung?.series.key && this.laid.volume.index.version === hung.series.version) {
      this.laid.hung = hung;
      return;
    }
    this.lift();
    if (over === null || hung === null) return;
    const volumes = Volumes.of(around.library);
    try {
      const volume = await volumes.hold(hung);
      if (turn !== this.turn || this.over?.key !== over.key || this.laid !== null) {
        volumes.release(volume);
        return;
      }
      if (volume.frameOfReference !== this.volume?.frameOfReference) {
        volumes.release(volume);
        throw new Error('it lies in another frame of reference.');
      }
      const unlisten = volume.on(() => {
        this.fusion.stale();
        this.stack?.render();
      });
      this.laid = { volume, hung, unlisten };
    } catch (error) {
      this.unlaid = `NOT FUSED: ${error instanceof Error ? error.message : 'it cannot be shown.'}`;
    }
    this.stack?.render();
  }

  /** What makes SUV of what lies over it. */
  get laidUptake(): number | null {
    return this.laid?.volume.uptake ?? null;
  }

  private lift(): void {
    this.unlaid = '';
    this.fusion.clear();
    if (this.laid === null) return;
    this.laid.unlisten();
    Volumes.of(this.holder.around.library).release(this.laid.volume);
    this.laid = null;
  }

  override clear(): void {
    super.clear();
    this.over = null;
    this.layers.clear();
    this.lift();
    this.pile = null;
  }

  protected describe({ study, series }: Hung, stack: StackViewport): PlanePane {
    return { kind: 'plane', study: study.study, series: series.series, key: series.key, plane: this.name, ...(this.tilt === undefined ? {} : { tilt: this.tilt }), slab: this.slab, blend: this.blend, ...this.seen(stack), over: this.over, ...(this.volume === null ? {} : { layers: [], ...this.holder.around.layers.shown(this.volume.index, false) }) };
  }

  protected caption(stack: StackViewport, frame: FrameInfo): void {
    const { volume, pile: shown, at, hung, laid } = this;
    if (volume === null || shown === null || at === null || hung === null) return;
    this.draw(stack, frame, at, shown);
    this.drawLayers(stack, frame);
    const fused = laid === null || this.over === null ? [] : overLines(laid.hung, laid.volume, this.over);
    const layers = signLines(this.holder.around.layers.of(volume.index), { there: 0, on: false }, this.slab > 0);
    const said = [...layers, ...(laid === null ? [] : noUptake(laid.volume)), ...(this.unlaid === '' ? [] : [this.unlaid])];
    captioned(this.holder, stack, { hung, over: laid?.hung ?? null, frame, where: [...fused, ...planeLines(volume, this.tilt === undefined ? this.name : `oblique (${this.name})`, shown, at, this.slab, this.blend)], said });
  }

  private draw(stack: StackViewport, frame: FrameInfo, at: number, shown: Pile): void {
    const { laid, over, fusion } = this;
    if (laid === null || over === null) return;
    // Between the image and the marks on it.
    const canvas = this.image.querySelector('.cornerstone-canvas');
    if (canvas !== null && canvas.nextElementSibling !== fusion.element) canvas.after(fusion.element);
    const { clientWidth: width, clientHeight: height } = this.image;
    const placeOf = (point: Vector): [number, number] => stack.worldToCanvas(point) as [number, number];
    this.fusion.draw(laid.volume, over, { pile: shown, at, corner: frame.position as Vector, slab: this.slab, blend: this.blend }, placeOf, { width, height });
  }

  /** What others drew, where the plane (of a slab its middle) cuts it. */
  private drawLayers(stack: StackViewport, frame: FrameInfo): void {
    if (this.volume === null) return;
    if (this.layers.element.parentElement === null) this.element.append(this.layers.element);
    const { clientWidth: width, clientHeight: height } = this.image;
    this.layers.draw({ width, height }, (point) => stack.worldToCanvas(point) as [number, number], frame, this.holder.around.layers.cut(this.volume.index, frame), []);
  }

  get layered(): SeriesIndex | null {
    return this.volume?.index ?? null;
  }

  relay(): void {
    const { stack, frame } = this;
    if (stack !== null && frame !== null) this.caption(stack, frame);
  }

  protected measured(place: readonly [number, number]): string[] {
    const { volume, stack, frame, laid } = this;
    const point = this.pointAt(place);
    if (volume === null || stack === null || frame === null || point === null || volume.valueAt(point) === null) return [];
    const beneath = valueAt(stack, frame, place);
    const value = laid?.volume.valueAt(point) ?? null;
    return [...(beneath === null ? [] : [beneath]), ...(laid === null || value === null ? [] : [worded(value, laid.volume.frame)])];
  }

  plane(): Plane | null {
    const { volume, frame } = this;
    return volume === null || frame === null ? null : planeOf({ frame_of_reference: volume.frameOfReference }, frame);
  }

  protected holds(point: Vector): boolean {
    return this.pile !== null && nearest(this.pile, point) === this.at;
  }

  seek(point: Vector): void {
    const { pile: shown, stack } = this;
    if (shown === null || stack === null) return;
    const at = nearest(shown, point);
    if (at !== stack.getTargetImageIdIndex()) this.goTo(at);
  }

  anchor(): Anchor | null {
    const { hung, volume, frame, pile: shown } = this;
    if (hung === null || volume === null || frame === null || shown === null) return null;
    return { study: hung.study.study, series: hung.series.series, plane: { frame_of_reference: volume.frameOfReference, normal: shown.onwards, at: roundPoint(frame.position as Vector) } };
  }
}
