/** The plane of the active viewport as a line in those that cross it, where their frames of reference agree. */

import type { Grid } from './grid';
import type { Pane } from './pane';
import { crossing } from './planes';

const SVG = 'http://www.w3.org/2000/svg';

export class ReferenceLines {
  on = true;
  private readonly lines = new Map<Pane, SVGPathElement>();

  constructor(private readonly grid: Grid) {
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
      const path = (ends ?? []).map((end) => pane.content.placeOf(end)).flatMap((place) => (place === null ? [] : [place.map((part) => part.toFixed(1)).join(' ')]));
      line.setAttribute('d', path.length === 2 ? `M${path.join('L')}` : '');
    }
  }
}
