/** One to nine viewports, one of them active, and the whole view as one thing to send or to follow. */

import type { CaseImaging } from '../imaging/types';
import type { Cross, Layout, View } from '../room/protocol';
import { hang, type Hung } from './hanging';
import { countOf, MOST, shapeOf } from './layouts';
import { Pane } from './pane';
import type { Surroundings } from './surroundings';


export class Grid {
  readonly element = document.createElement('div');
  readonly panes: readonly Pane[];
  layout: Layout = '1x1';
  activeNumber = 0;
  /** The crosshair, which is part of what is shown. */
  cross: { readonly point: Cross | null; follow(cross: Cross | null): void } | null = null;

  constructor(
    private readonly around: Surroundings,
    private readonly activated: () => void,
  ) {
    this.element.className = 'grid';
    this.panes = Array.from({ length: MOST }, (_, number) => new Pane(number, around));
    for (const pane of this.panes) {
      pane.element.addEventListener('pointerdown', () => this.activate(pane.number), { capture: true });
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
    this.mark();
    this.activated();
  }

  arrange(layout: Layout): void {
    const same = layout === this.layout;
    this.layout = layout;
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

  private mark(): void {
    for (const pane of this.panes) pane.element.classList.toggle('active', pane.number === this.activeNumber && this.layout !== '1x1');
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
    const { layout, panes } = hang(studies);
    return layout !== this.layout || panes.some((hung, number) => hung !== null && hung.series.key !== this.panes[number]?.seriesKey);
  }

  hang(imaging: CaseImaging): void {
    const { layout, panes } = hang(imaging.studies);
    this.arrange(layout);
    panes.forEach((hung, number) => {
      if (hung !== null) void this.panes[number]?.show(hung);
    });
    this.activate(0);
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
    const cross = this.cross?.point ?? null;
    return { case: id, layout: this.layout, active: this.activeNumber, panes: this.visible.map((pane) => pane.view()), ...(cross === null ? {} : { cross }) };
  }

  /** Shows what the presenter shows. Returns the keys of series this page does not know yet. */
  follow(view: View, imaging: CaseImaging): string[] {
    if (view.layout !== this.layout) this.arrange(view.layout);
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
