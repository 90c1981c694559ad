/** One to nine viewports, one of them active, and the whole view as one thing to send or to follow. */

import type { CaseImaging, Vector } from '../imaging/types';
import type { Cross, Layout, View } from '../room/protocol';
import { choices, hang, type Choice, type Hanging, type Hung } from './hanging';
import { countOf, MOST, shapeOf } from './layouts';
import { Pane } from './pane';
import type { Surroundings } from './surroundings';


export class Grid {
  readonly element = document.createElement('div');
  readonly panes: readonly Pane[];
  layout: Layout = '1x1';
  activeNumber = 0;
  /** The crosshair, which is part of what is shown. */
  cross: { readonly point: Cross | null; in(pane: Pane): Vector | null; follow(cross: Cross | null): void } | null = null;
  /** The viewport that fills the place of all, for now. */
  filled: number | null = null;
  /** What the viewports were hung by, until a hand hangs something else. */
  protocol: string | null = null;

  constructor(
    private readonly around: Surroundings,
    private readonly activated: () => void,
  ) {
    this.element.className = 'grid';
    this.panes = Array.from({ length: MOST }, (_, number) => new Pane(number, around));
    for (const pane of this.panes) {
      // A handle is of the active viewport's plane, whichever viewport it lies in.
      pane.element.addEventListener('pointerdown', ({ target }) => (target as Element).closest('.plane-handle') === null && this.activate(pane.number), { capture: true });
      pane.element.addEventListener('focus', () => this.activate(pane.number));
      this.element.append(pane.element);
    }
    this.arrange('1x1');
    const observer = new ResizeObserver(() => this.resize());
    for (const pane of this.panes) observer.observe(pane.element);
  }

  get active(): Pane {
    return this.panes[this.activeNumber] as Pane;
  }

  get visible(): readonly Pane[] {
    return this.panes.slice(0, countOf(this.layout));
  }

  activate(number: number): void {
    if (number >= countOf(this.layout)) return;
    this.activeNumber = number;
    if (this.filled !== null) this.filled = number;
    this.mark();
    this.activated();
  }

  arrange(layout: Layout): void {
    const same = layout === this.layout;
    this.layout = layout;
    this.filled = null;
    this.protocol = null;
    this.element.dataset['layout'] = layout;
    const { rows, columns } = shapeOf(layout);
    this.element.style.gridTemplate = `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`;
    for (const pane of this.panes) {
      const seen = pane.number < countOf(layout);
      if (!seen && !pane.element.hidden) pane.clear();
      pane.element.hidden = !seen;
    }
    if (this.activeNumber >= countOf(layout)) this.activeNumber = 0;
    this.mark();
    if (!same) this.resize();
  }

  /** One viewport over all the others, which keep what they hold; null is all of them again. */
  fill(number: number | null): void {
    this.filled = this.layout === '1x1' ? null : number;
    if (number !== null) this.activate(number);
    this.mark();
    this.resize();
  }

  private mark(): void {
    for (const pane of this.panes) {
      pane.element.classList.toggle('active', pane.number === this.activeNumber && this.layout !== '1x1' && this.filled === null);
      pane.element.classList.toggle('filling', pane.number === this.filled);
      pane.element.classList.toggle('behind', this.filled !== null && pane.number !== this.filled);
    }
  }

  /**
   * Keeps what is shown in the middle, and its size against the viewport. Empty viewports are measured too: an image
   * drawn on a canvas of another shape than its place on the screen would be squeezed.
   */
  private resize(): void {
    const again = this.visible.map(({ content }) => content.resizing());
    this.around.engine.fit(false);
    for (const show of again) show();
  }

  /** Another case: not a pixel of the one before is left when this returns. */
  clear(): void {
    for (const pane of this.panes) pane.clear();
    this.cross?.follow(null);
    this.arrange('1x1');
  }

  /** Whether the case would hang otherwise than it does, now that more of it is here. */
  hangsOtherwise({ studies }: CaseImaging): boolean {
    const { layout, panes } = hang(studies, this.around.meetingKind);
    return layout !== this.layout || panes.some((hung, number) => hung !== null && hung.series.key !== this.panes[number]?.seriesKey);
  }

  hang(imaging: CaseImaging): void {
    this.hangBy(hang(imaging.studies, this.around.meetingKind));
  }

  hangBy({ layout, panes, protocol }: Hanging): void {
    this.arrange(layout);
    this.protocol = protocol;
    panes.forEach((placed, number) => {
      const pane = this.panes[number] as Pane;
      if (placed === null) pane.clear();
      else void pane.place(placed);
    });
    this.activate(0);
  }

  /** What the case can be hung by. */
  choices({ studies }: CaseImaging): Choice[] {
    return choices(studies, this.around.meetingKind);
  }

  /** The case's list came again: what has grown since is shown again where it was, the rest is left alone. */
  renew(imaging: CaseImaging): void {
    for (const pane of this.visible) {
      const view = pane.view();
      const hung = pane.seriesKey === null ? null : find(imaging, pane.seriesKey);
      if (hung === null) continue;
      if (view !== null) void pane.follow(view, hung);
      else if (pane.hung?.series.version !== hung.series.version) void pane.show(hung); // what it was still opening is old
    }
  }

  view(id: string): View {
    const { layout, activeNumber: active, filled, protocol } = this;
    const cross = this.cross?.point ?? null;
    const also = { ...(filled === null ? {} : { filled }), ...(protocol === null ? {} : { protocol }), ...(cross === null ? {} : { cross }) };
    return { case: id, layout, active, ...also, panes: this.visible.map((pane) => pane.view()) };
  }

  /** Shows what the presenter shows. Returns the keys of series this page does not know yet. */
  follow(view: View, imaging: CaseImaging): string[] {
    if (view.layout !== this.layout) this.arrange(view.layout);
    this.protocol = view.protocol ?? null;
    const filled = view.filled ?? null;
    if (filled !== this.filled) this.fill(filled);
    if (view.active !== this.activeNumber) this.activate(view.active);
    const unknown: string[] = [];
    view.panes.forEach((wanted, number) => {
      const pane = this.panes[number] as Pane;
      if (wanted === null) {
        if (pane.hung !== null) pane.clear();
        return;
      }
      const hung = find(imaging, wanted.key);
      if (wanted.kind === 'plane' && wanted.over !== null && find(imaging, wanted.over.key) === null) unknown.push(wanted.over.key);
      if (hung === null) unknown.push(wanted.key);
      else void pane.follow(wanted, hung);
    });
    this.cross?.follow(view.cross ?? null);
    return unknown;
  }
}

export function find(imaging: CaseImaging, key: string): Hung | null {
  for (const study of imaging.studies) {
    const series = study.series.find((other) => other.key === key);
    if (series !== undefined) return { study, series };
  }
  return null;
}
