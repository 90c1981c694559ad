/** What a hand asks of volumes: another plane, a thicker slab, more of the PET. Each is shown here as it is shown to others. */

import type { App } from '../../room/app';
import type { Over, Pane as PaneView, PlanePane, RenderingPane } from '../../room/protocol';
import type { Kind } from '../contents/content';
import type { Pane } from '../pane';
import type { Hung } from '../hanging';
import { fromRange } from '../presets';
import { fused, overOf, petAndCt, threePlanes, type Placed } from './arranging';
import { COLOURS, type ColourName } from './colours';
import { roundPoint } from '../camera';
import { RenderingContent } from '../rendering/content';
import type { Vector } from '../../imaging/types';
import type { PresetName } from '../rendering/transfer';
import { about, tiltedOn } from './tilt';
import { plainPlane, plainRendering, plainWhole } from './plain';
import { PlaneContent } from './plane';
import type { PlaneName } from './planes';
import type { Blend } from './rays';

/** Millimetres of the slabs that keys go through. */
export const SLABS = [0, 3, 5, 10, 15, 20, 30, 50] as const;
export const THICKEST = 100;
const OPACITY_STEP = 0.1;
const LEAN = 5; // degrees of one press

export class VolumeActs {
  /** Planes of one volume keep their angles: one that leans takes the others with it. */
  locked = true;
  /** The plane that a hand turns, and those that go with it, as they were when it took hold. */
  private held: { from: PlanePane; together: Map<Pane, PlanePane> } | null = null;

  constructor(private readonly app: App) {}

  /** What is seen in the active viewport, if it is a plane. */
  get plane(): PlanePane | null {
    const view = this.app.grid.active.view();
    return view?.kind === 'plane' ? view : null;
  }

  get rendering(): RenderingPane | null {
    const view = this.app.grid.active.view();
    return view?.kind === 'rendering' ? view : null;
  }

  get kind(): Exclude<Kind, 'paper' | 'slide'> | null {
    const { kind } = this.app.grid.active.content;
    return kind === 'paper' || kind === 'slide' || this.app.grid.active.hung === null ? null : kind;
  }

  get modality(): string {
    return this.app.grid.active.hung?.series.modality ?? '';
  }

  /** The active viewport as a plane of its series; where it is that already, its images as they were taken. */
  async turn(plane: PlaneName): Promise<void> {
    const pane = this.app.grid.active;
    if (this.plane?.plane === plane) return this.plane.tilt === undefined ? this.asTaken() : this.straighten();
    const { hung } = pane;
    if (!this.able(pane) || hung === null) return;
    this.app.sharing.elsewhere();
    const now = pane.view();
    const centre = pane.content.plane()?.at ?? null;
    const window = now !== null && 'invert' in now ? { voi: now.voi, invert: now.invert } : {};
    const kept = now?.kind === 'plane' ? { slab: now.slab, blend: now.blend, over: now.over } : {};
    await pane.follow({ ...plainPlane(hung, plane), ...window, ...kept, centre: this.app.crosshair.in(pane) ?? centre }, hung);
    this.app.draw();
  }

  straighten(): void {
    const { plane } = this;
    const { active } = this.app.grid;
    if (plane === null) return;
    this.app.sharing.elsewhere();
    for (const [pane, { tilt: _, ...view }] of this.together(active, plane)) void pane.follow(view, pane.hung as Hung).then(() => this.app.draw());
  }

  lock(): void {
    this.locked = !this.locked;
    this.app.toasts.say(this.locked ? 'Planes of one volume lean together.' : 'Each plane leans by itself.');
    this.app.draw();
  }

  /** A plane, and with it, while they are locked, the others that are seen of the same volume. */
  private together(pane: Pane, view: PlanePane): Map<Pane, PlanePane> {
    const found = new Map([[pane, view]]);
    for (const other of this.locked ? this.app.grid.visible : []) {
      const theirs = other.view();
      if (other !== pane && theirs?.kind === 'plane' && theirs.key === view.key) found.set(other, theirs);
    }
    return found;
  }

  /** Keys: a plane about the crosshair, to the side and upwards on the screen; a volume in depth in front of the reader. */
  lean(across: number, up: number): void {
    const pane = this.app.grid.active;
    const { content } = pane;
    if (content instanceof RenderingContent) {
      this.app.sharing.elsewhere();
      return content.turnBy([across * LEAN, up * LEAN]);
    }
    const { plane } = this;
    const orientation = content instanceof PlaneContent ? (content.frame?.orientation ?? null) : null;
    if (plane === null || orientation === null || plane.centre === null) return this.app.toasts.say('A plane leans, or a volume in depth turns: choose one under Planes.');
    const axis = orientation.slice(across === 0 ? 0 : 3, across === 0 ? 3 : 6) as Vector;
    this.leanAbout(pane, axis, across === 0 ? -up * LEAN : across * LEAN, this.app.crosshair.in(pane) ?? plane.centre, plane);
  }

  /** A plane, as it was when a hand took hold of it, turned about an axis through a point of the patient. */
  leanAbout(pane: Pane, axis: Vector, degrees: number, pivot: Vector, from: PlanePane): void {
    if (this.held?.from !== from) this.held = { from, together: this.together(pane, from) };
    this.app.sharing.elsewhere();
    for (const [one, view] of this.held.together) {
      const { hung } = one;
      if (hung?.series.key !== view.key || view.centre === null) continue;
      const tilt = tiltedOn(view.tilt, axis, degrees);
      void one.follow({ ...view, tilt, centre: roundPoint(about(view.centre, axis, degrees, pivot)) }, hung).then(() => this.app.draw());
    }
  }

  async asTaken(): Promise<void> {
    const pane = this.app.grid.active;
    const { hung } = pane;
    if (hung === null || this.kind === 'image') return;
    this.app.sharing.elsewhere();
    const at = pane.content.plane()?.at ?? null;
    const window = pane.view();
    pane.clear();
    await pane.show(hung);
    if (at !== null) pane.content.seek(at);
    if (window !== null && 'voi' in window && window.voi) pane.content.adjust({ preset: { key: '', name: '', window: fromRange(window.voi) } });
    this.app.draw();
  }

  /** The maxima of the whole series, seen from around. */
  async whole(): Promise<void> {
    const pane = this.app.grid.active;
    const { hung } = pane;
    if (this.kind === 'volume') return this.asTaken();
    if (!this.able(pane) || hung === null) return;
    this.app.sharing.elsewhere();
    const now = pane.view();
    await pane.follow({ ...plainWhole(hung), ...(now !== null && 'invert' in now ? { voi: now.voi, invert: now.invert } : {}) }, hung);
    this.app.draw();
  }

  /** The whole series in depth, or again as it was taken. */
  async render(): Promise<void> {
    const pane = this.app.grid.active;
    const { hung } = pane;
    if (this.kind === 'rendering') return this.asTaken();
    if (!this.able(pane) || hung === null) return;
    this.app.sharing.elsewhere();
    await pane.follow(plainRendering(hung), hung);
    this.app.draw();
  }

  /** What of it is seen. */
  async preset(preset: PresetName): Promise<void> {
    const pane = this.app.grid.active;
    const { hung } = pane;
    if (hung === null || !this.able(pane)) return;
    this.app.sharing.elsewhere();
    await pane.follow({ ...(this.rendering ?? plainRendering(hung)), preset, shift: 0 }, hung);
    this.app.sharing.changed();
    this.app.draw();
  }

  async threePlanes(): Promise<void> {
    const { hung } = this.app.grid.active;
    if (hung === null || !this.able(this.app.grid.active)) return;
    await this.arrange(threePlanes(hung), false);
  }

  async fusion(): Promise<void> {
    const found = petAndCt(this.app.open?.imaging?.studies ?? [], this.app.grid.active.hung);
    if (found === null) this.app.toasts.say('No examination of this case has both PET and CT.');
    else await this.arrange(fused(found), true);
  }

  /** Four viewports; with `alike` all planes show as much of the patient as the first. */
  private async arrange(placed: readonly Placed[], alike: boolean): Promise<void> {
    const { app } = this;
    const { grid } = app;
    app.sharing.elsewhere();
    grid.arrange('2x2');
    const [first, ...others] = placed;
    const shown = (place: Placed, number: number, view: PaneView | null): Promise<void> => {
      const pane = grid.panes[number] as Pane;
      if (view === null) pane.clear();
      return view === null ? pane.show(place.hung) : pane.follow(view, place.hung);
    };
    grid.activate(0);
    if (first !== undefined) await shown(first, 0, first.view);
    const seen = grid.panes[0]?.view();
    const area = alike && seen?.kind === 'plane' ? { centre: seen.centre, height: seen.height, width: seen.width } : {};
    await Promise.all(others.map((place, at) => shown(place, at + 1, place.view?.kind === 'plane' ? { ...place.view, ...area } : place.view)));
    app.crosshair.centre(grid.panes[0] as Pane);
    app.draw();
  }

  // --- how a plane is shown ---------------------------------------------------------------------------------------

  slab(mm: number): void {
    this.change((view) => ({ ...view, slab: Math.max(0, Math.min(THICKEST, mm)) }));
  }

  /** The next slab that is thicker, or thinner. */
  thicker(by: 1 | -1): void {
    const now = this.plane?.slab ?? 0;
    const next = by > 0 ? SLABS.find((mm) => mm > now) : SLABS.findLast((mm) => mm < now);
    if (next !== undefined) this.slab(next);
  }

  blend(blend: Blend): void {
    this.change((view) => ({ ...view, blend, slab: view.slab === 0 ? 10 : view.slab }));
  }

  /** PET over it, or nothing. */
  lay(): void {
    const found = petAndCt(this.app.open?.imaging?.studies ?? [], this.app.grid.active.hung);
    if (this.plane?.over) this.change((view) => ({ ...view, over: null }));
    else if (found === null || this.app.grid.active.hung?.series.modality !== 'CT') this.app.toasts.say('PET is laid over a plane of the CT of the same examination.');
    else this.change((view) => ({ ...view, over: overOf(found.pet) }));
  }

  over(change: Partial<Over>): void {
    this.change((view) => (view.over === null ? view : { ...view, over: { ...view.over, ...change } }));
  }

  stronger(by: 1 | -1): void {
    const now = this.plane?.over?.opacity;
    if (now !== undefined) this.over({ opacity: Math.max(0, Math.min(1, Math.round((now + by * OPACITY_STEP) * 100) / 100)) });
  }

  colours(name: string): void {
    if ((COLOURS as readonly string[]).includes(name)) this.over({ colormap: name as ColourName });
  }

  /** From nothing to this SUV. */
  uptake(suv: number): void {
    const { content } = this.app.grid.active;
    const factor = content instanceof PlaneContent ? content.laidUptake : null;
    if (factor !== null) this.over({ voi: { lower: 0, upper: suv / factor } });
  }

  private change(how: (view: PlanePane) => PlanePane): void {
    const pane = this.app.grid.active;
    const { hung } = pane;
    const view = this.plane;
    if (view === null || hung === null) return;
    this.app.sharing.elsewhere();
    void pane.follow(how(view), hung).then(() => this.app.draw());
  }

  private able(pane: Pane): boolean {
    const { hung } = pane;
    if (hung !== null && hung.series.kind === 'images') return true;
    this.app.toasts.say(hung === null ? 'Open a series first.' : 'Planes are made of images, not of documents.');
    return false;
  }
}
