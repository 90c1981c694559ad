/** The plane of the active viewport as a line in those that cross it, where their frames of reference agree. */

import type { Grid } from './grid';
import type { Pane } from './pane';
import { crossing } from './planes';
import { Handles, type Place, type Turn } from './volume/handles';

const SVG = 'http://www.w3.org/2000/svg';

export class ReferenceLines {
  on = true;
  private readonly lines = new Map<Pane, SVGPathElement>();

  private readonly handles: Handles | null;

  constructor(
    private readonly grid: Grid,
    /** Null where planes are not turned. */
    turn: Turn | null = null,
  ) {
    this.handles = turn === null ? null : new Handles(grid, turn);
    for (const pane of grid.panes) {
      const layer = document.createElementNS(SVG, 'svg');
      layer.setAttribute('class', 'pane-lines');
      layer.setAttribute('aria-hidden', 'true');
      const line = document.createElementNS(SVG, 'path');
      layer.append(line);
      pane.element.insertBefore(layer, pane.element.querySelector(':scope > .over'));
      this.lines.set(pane, line);
    }
  }

  toggle(): void {
    this.on = !this.on;
    this.draw();
  }

  /** Called whenever something is drawn, or another viewport is active. */
  draw(): void {
    const { active, visible } = this.grid;
    const plane = this.on ? active.content.plane() : null;
    for (const [pane, line] of this.lines) {
      const there = plane === null || pane === active || !visible.includes(pane) ? null : pane.content.plane();
      const ends = plane === null || there === null ? null : crossing(plane, there);
      const places = (ends ?? []).map((end) => pane.content.placeOf(end)).filter((place) => place !== null);
      const [from, to] = places as Place[];
      const drawn = from !== undefined && to !== undefined;
      const word = (place: Place): string => place.map((part) => part.toFixed(1)).join(' ');
      line.setAttribute('d', drawn ? `M${word(from)}L${word(to)}` : '');
      this.handles?.place(pane, line.ownerSVGElement as SVGSVGElement, drawn ? [from, to] : null);
    }
  }
}
