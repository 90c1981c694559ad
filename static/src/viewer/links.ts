/** Scrolling one viewport scrolls those that hang together with it. Belongs to this screen; what comes of it is an ordinary view. */

import type { Anchor, Linked, Mode } from './linking';
import { signs, target } from './linking';
import type { Plane } from './contents/content';
import type { Grid } from './grid';
import type { Pane } from './pane';

/** Between two windows of one person. */
export type Said = { mode: Mode } | { driver: Linked };

export class Links {
  mode: Mode = 'position';
  /** Where each viewport stood when they were linked, while it holds the same series. */
  private readonly anchors = new Map<Pane, { key: string; anchor: Anchor }>();
  /** The plane each viewport was last seen to show. */
  private readonly last = new Map<Pane, { key: string; at: string }>();
  /** The viewport that a hand is at. */
  private driver: Pane | null = null;
  private leads = false;

  /** `free`: whether this screen chooses what it shows, rather than following somebody. `tell`: the same person's other window. */
  constructor(
    private readonly grid: Grid,
    private readonly free: () => boolean,
    private readonly tell: (said: Said) => void = () => undefined,
  ) {
    const touch = (event: Event): void => {
      const pane = grid.visible.find(({ element }) => element.contains(event.target as Node));
      if (pane !== undefined) this.hand(pane);
    };
    for (const kind of ['wheel', 'pointerdown']) grid.element.addEventListener(kind, touch, { capture: true, passive: true });
  }

  /** A hand is at this viewport; when it `leads`, even what is shown anew in it is where the others go. */
  hand(pane: Pane, leads = false): void {
    this.driver = pane;
    this.leads = leads;
  }

  /** All, or none: studies without a common frame of reference keep the offset that they have now. */
  toggle(): void {
    this.set(this.mode === 'all' ? 'off' : 'all');
    this.tell({ mode: this.mode });
  }

  private set(mode: Mode): void {
    this.mode = mode;
    this.anchors.clear();
    if (this.mode === 'all') {
      for (const pane of this.grid.visible) {
        const plane = pane.content.plane();
        if (plane !== null && pane.seriesKey !== null) this.anchors.set(pane, { key: pane.seriesKey, anchor: plane });
      }
    }
    this.say();
  }

  /** Another case: nothing hangs together but what shares a frame of reference. */
  clear(): void {
    this.mode = 'position';
    this.anchors.clear();
    this.last.clear();
    this.driver = null;
    this.say();
  }

  /** A viewport has been drawn. */
  painted(pane: Pane): void {
    const plane = pane.content.plane();
    const key = pane.seriesKey;
    if (plane === null || key === null) return;
    const before = this.last.get(pane);
    const at = plane.at.join();
    if (before?.key === key && before.at === at) return;
    this.last.set(pane, { key, at });
    this.say();
    if (!this.free() || this.mode === 'off') return;
    if (before?.key !== key && !(this.leads && pane === this.driver)) this.join(pane, plane);
    else if (pane === this.driver) this.pull(pane, plane);
  }

  /** What is shown anew begins at the level of the others. */
  private join(pane: Pane, plane: Plane): void {
    for (const other of this.grid.visible) {
      const there = other === pane ? null : other.content.plane();
      if (there === null || !this.last.has(other)) continue;
      const point = target(this.mode, { key: other.seriesKey ?? '', plane: there, anchor: null }, { key: pane.seriesKey ?? '', plane, anchor: null });
      if (point !== null) return pane.content.seek(point);
    }
  }

  /** What the other window says: somebody scrolls there, or linked there. */
  heard(said: Said): void {
    if ('mode' in said) this.set(said.mode);
    else if (this.free()) this.follow(said.driver, null);
  }

  private pull(pane: Pane, plane: Plane): void {
    const driver: Linked = { key: pane.seriesKey ?? '', plane, anchor: this.anchorOf(pane) };
    this.follow(driver, pane);
    this.tell({ driver });
  }

  private follow(driver: Linked, pane: Pane | null): void {
    if (pane === null) this.driver = null;
    for (const other of this.grid.visible) {
      const there = other === pane ? null : other.content.plane();
      const point = there === null ? null : target(this.mode, driver, { key: other.seriesKey ?? '', plane: there, anchor: this.anchorOf(other) });
      if (point !== null) other.content.seek(point);
    }
  }

  private anchorOf(pane: Pane): Anchor | null {
    const held = this.anchors.get(pane);
    return held !== undefined && held.key === pane.seriesKey ? held.anchor : null;
  }

  private say(): void {
    const { visible, panes } = this.grid;
    const linked = visible.map((pane) => {
      const plane = pane.content.plane();
      return plane === null ? null : { key: pane.seriesKey ?? '', plane, anchor: this.anchorOf(pane) };
    });
    const said = signs(this.mode, linked);
    for (const pane of panes) {
      const word = said[visible.indexOf(pane)] ?? null;
      pane.overlay.say('link', word === null ? [] : [word]);
    }
  }
}
