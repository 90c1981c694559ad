/** A whole slide in a viewport, as a microscope would show it: zoomed at the pointer, in step with everybody. */

import { askJson, isAbort } from '../imaging/requests';
import type { Vector } from '../imaging/types';
import type { Pane as PaneView, Pointer, SlidePane } from '../room/protocol';
import type { Change } from '../viewer/adjust';
import type { Anchor, Content, Holder, Plane } from '../viewer/contents/content';
import type { Hung } from '../viewer/hanging';
import { Bench } from './bench';
import { Ink, type Under } from './ink';
import { fromWire, micrometresAt, pixelOf, toWire, type Area, type Place } from './scale';
import type { Scope } from './scope';
import './slide.css';
import type { SlideIndex } from './types';
import { say } from './words';

const PAN = 60;

export class SlideContent implements Content {
  readonly kind = 'slide';
  readonly element = document.createElement('div');
  readonly playing = false;
  readonly speed = null;
  hung: Hung | null = null;
  busy = false;
  index: SlideIndex | null = null;
  private whole = false;
  private readonly glass = document.createElement('div');
  private readonly bench: Bench;
  private readonly ink: Ink;
  private scope: Scope | null = null;
  private turn = 0;
  private ended = new AbortController();
  private target: SlidePane | null = null;
  /** Tiles that could not be fetched. */
  private readonly missed = new Set<string>();
  private following = false;

  constructor(private readonly holder: Holder) {
    this.element.className = 'slide';
    this.glass.className = 'slide-glass';
    const { around } = holder;
    this.ink = new Ink(around.marks, () => around.engine.tool, () => this.under());
    this.bench = new Bench({ magnify: (to) => this.byHand((scope) => (to === null ? scope.whole() : scope.magnify(micrometresAt(to)))), turn: (by) => this.byHand((scope) => scope.turn(by)) });
    this.element.append(this.glass, this.ink.element, this.bench.element);
    // Only what a hand does is looking elsewhere; what it is told to show is not.
    this.glass.addEventListener('pointerdown', () => around.byHand());
    this.glass.addEventListener('wheel', () => around.byHand(), { passive: true });
  }

  get ready(): boolean {
    return this.scope !== null;
  }

  /** All tiles that belong to what is seen are there. */
  get sharp(): boolean {
    return this.whole && this.missed.size === 0;
  }

  async show(hung: Hung): Promise<void> {
    this.clear();
    const { turn } = this;
    this.hung = hung;
    const { key, version } = hung.series;
    if (version === null) {
      this.holder.say(['This slide is not ready to look at yet.']);
      return;
    }
    this.holder.say(['Opening…']);
    this.busy = true;
    try {
      const { signal } = this.ended;
      const [index, { Scope }] = await Promise.all([askJson<SlideIndex>(`/imaging/series/${key}/${version}/index.json`, { signal }), import('./scope')]);
      if (turn !== this.turn) return;
      this.index = index;
      this.scope = new Scope(this.glass, this.bench.set(index, key), index, key, {
        drawn: () => this.drawn(),
        sharp: (whole) => {
          this.whole = whole;
          this.drawn();
        },
        came: (tile, itDid) => {
          if (itDid ? this.missed.delete(tile) : this.missed.add(tile)) this.drawn();
        },
      });
      this.holder.say([]);
    } catch (error) {
      if (turn === this.turn && !isAbort(error)) this.holder.say([error instanceof Error ? error.message : 'This slide cannot be shown.']);
    } finally {
      if (turn === this.turn) {
        this.busy = false;
        if (this.target !== null) this.take(this.target);
        this.holder.changed();
      }
    }
  }

  clear(): void {
    this.turn += 1;
    this.ended.abort();
    this.ended = new AbortController();
    this.scope?.close();
    this.scope = null;
    this.index = null;
    this.hung = null;
    this.target = null;
    this.busy = this.whole = false;
    this.missed.clear();
    this.glass.replaceChildren();
    this.bench.clear();
    this.ink.draw();
  }

  // --- the view, to others and from others ------------------------------------------------------------------------

  view(): SlidePane | null {
    const { hung, scope } = this;
    if (hung === null || scope === null) return null;
    const { centre, height, width, rotation } = scope.area();
    const round = (value: number): number => Math.round(value * 1000) / 1000;
    return { kind: 'slide', study: hung.study.study, series: hung.series.series, key: hung.series.key, centre: [round(centre[0]), round(centre[1])], height: round(height), width: round(width), rotation };
  }

  async follow(view: PaneView, hung: Hung): Promise<void> {
    if (view.kind !== 'slide') return;
    const now = this.hung?.series;
    if (now?.key !== hung.series.key || now.version !== hung.series.version) {
      const shown = this.show(hung);
      this.target = view;
      await shown;
      return;
    }
    this.rename(hung);
    if (this.scope === null) this.target = view;
    else this.take(view);
  }

  private take(view: SlidePane): void {
    this.target = null;
    this.following = true;
    this.scope?.show(view as Area);
    this.following = false;
    this.drawn();
  }

  rename(hung: Hung): void {
    this.hung = hung;
  }

  // --- what hands and keys do -------------------------------------------------------------------------------------

  private byHand(act: (scope: Scope) => void): void {
    this.holder.around.byHand();
    if (this.scope !== null) act(this.scope);
  }

  /** The arrow keys pan: up and down by a step. */
  scroll(by: number): void {
    this.scope?.pan(0, by * PAN);
  }

  goTo(at: number): void {
    if (at === 0) this.scope?.whole();
  }

  zoom(by: number): void {
    this.scope?.zoom(by);
  }

  adjust(change: Change): void {
    const { scope } = this;
    if (scope === null) return;
    if (change === 'turn') scope.turn(90);
    else if (change === 'turn back') scope.turn(270);
    else if (change === 'reset' || change === 'fit') scope.whole();
    else if (typeof change === 'object' && 'zoom' in change) scope.zoom(change.zoom);
    else if (typeof change === 'object' && 'preset' in change) {
      const { window } = change.preset;
      if (window === 'full') scope.whole();
      else if (window !== null && 'magnification' in window) scope.magnify(micrometresAt(window.magnification));
    }
  }

  play(): void {}
  pace(): void {}

  resizing(): () => void {
    const area = this.scope?.area();
    return () => {
      if (area !== undefined) requestAnimationFrame(() => this.scope?.show(area));
    };
  }

  progress(): void {
    this.words();
  }

  marked(): void {
    this.ink.draw();
  }

  removeMark(): boolean {
    return this.ink.remove();
  }

  // --- where things are -------------------------------------------------------------------------------------------

  plane = (): Plane | null => null;
  seek(): void {}
  pointAt = (): Vector | null => null;
  placeOf = (): [number, number] | null => null;
  anchor = (): Anchor | null => null;

  pointerAt(place: readonly [number, number]): Pointer | null {
    const { hung, index, scope } = this;
    return hung === null || index === null || scope === null ? null : { series: hung.series.series, sop: index.sop, frame: 1, at: toWire(scope.pointAt(place)) };
  }

  placeOfPointer({ series, sop, at }: Pointer): [number, number] | null {
    return this.scope !== null && this.hung?.series.series === series && this.index?.sop === sop ? this.scope.placeOf(fromWire(at)) : null;
  }

  /** What is shown, for tests to read. */
  get told(): object {
    return { sharp: this.sharp, missed: this.missed.size, micrometres: this.scope?.micrometres ?? null, marks: this.ink.ids };
  }

  private under(): Under | null {
    const { hung, index, scope } = this;
    if (hung === null || index === null || scope === null) return null;
    const placeOf = (point: Place): Place => scope.placeOf(point);
    const pointAt = (place: Place): Place => scope.pointAt(place);
    return { study: hung.study.study, series: hung.series.series, sop: index.sop, hasScale: index.spacing !== null, placeOf, pointAt };
  }

  private drawn(): void {
    if (this.scope === null) return;
    this.ink.draw();
    this.bench.draw(this.scope.micrometres);
    this.words();
    this.holder.painted();
    if (!this.following) this.holder.changed();
  }

  private words(): void {
    const { hung, index, scope, holder } = this;
    const patient = holder.around.patient();
    if (hung === null || index === null || scope === null || patient === null) return;
    const { meetingDay, trustName } = holder.around;
    say(holder.overlay, { hung, index, patient, meetingDay, trustName, area: scope.area(), micrometres: scope.micrometres, sharp: this.sharp, missed: this.missed.size, pixel: pixelOf(index)[0] });
  }
}
