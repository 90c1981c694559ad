/** What others are drawing at this moment, dashed and with their name, on every viewport that shows its place. Nothing of it is kept. */

import { tracing, type Spot } from '../measure/tracing';
import type { Drawing } from '../room/protocol';
import type { Grid } from './grid';
import type { Pane } from './pane';
import type { PersonColours } from './person-colours';

const SVG = 'http://www.w3.org/2000/svg';
/** A hand that says nothing for so long has let go, or its line is broken: it would have said so again by now. */
const GONE_AFTER = 4000;

interface Drawn {
  name: string;
  n: number;
  drawing: Drawing | null;
  at: number;
}

export class Drawings {
  private readonly people = new Map<string, Drawn>();
  private readonly layers = new Map<Pane, SVGSVGElement>();

  constructor(
    private readonly grid: Grid,
    private readonly colours: PersonColours,
  ) {
    setInterval(() => this.forget((client) => performance.now() - (this.people.get(client)?.at ?? 0) > GONE_AFTER), 500);
  }

  /** Whoever draws now. */
  get clients(): string[] {
    return [...this.people].filter(([, { drawing }]) => drawing !== null).map(([client]) => client);
  }

  show(client: string, name: string, n: number, drawing: Drawing | null): void {
    if (n <= (this.people.get(client)?.n ?? -1)) return; // overtaken on the way
    this.people.set(client, { name, n, drawing, at: performance.now() });
    this.draw();
  }

  /** Who has left the room draws no more. */
  keep(here: ReadonlySet<string>): void {
    this.forget((client) => !here.has(client));
  }

  clear(): void {
    this.forget(() => true);
  }

  /** Called whenever a viewport is drawn again, so that a line stays on its anatomy. */
  draw(): void {
    if (this.people.size === 0 && this.layers.size === 0) return;
    for (const pane of this.grid.panes) {
      const traces = this.grid.visible.includes(pane) ? this.tracesIn(pane) : [];
      if (traces.length > 0 || this.layers.has(pane)) this.layer(pane).replaceChildren(...traces);
    }
  }

  private forget(isGone: (client: string) => boolean): void {
    const before = this.people.size;
    for (const client of [...this.people.keys()]) if (isGone(client)) this.people.delete(client);
    if (this.people.size < before) this.draw();
  }

  private tracesIn(pane: Pane): SVGElement[] {
    return [...this.people].flatMap(([client, { name, drawing }]) => {
      const spots = drawing === null ? [] : spotsOf(drawing, pane);
      if (drawing === null || spots.length === 0) return [];
      const group = made('g', { class: 'drawing' });
      group.style.setProperty('--person', this.colours.of(client));
      const path = tracing(drawing.tool, spots);
      const [x, y] = spots.at(-1) as Spot;
      const word = made('text', { x: `${x + 10}`, y: `${y - 8}`, class: 'drawing-name' });
      word.textContent = name;
      group.append(made('path', { d: path, class: 'drawing-halo' }), made('path', { d: path, class: 'drawing-line' }), word);
      return [group];
    });
  }

  private layer(pane: Pane): SVGSVGElement {
    const here = this.layers.get(pane);
    if (here !== undefined) return here;
    const layer = document.createElementNS(SVG, 'svg');
    layer.setAttribute('class', 'pane-lines pane-drawings');
    layer.setAttribute('aria-hidden', 'true');
    pane.element.insertBefore(layer, pane.element.querySelector(':scope > .over'));
    this.layers.set(pane, layer);
    return layer;
  }
}

/** Where its points lie in a viewport; none of them unless all are seen there. */
function spotsOf({ series, sop, frame, points }: Drawing, { content }: Pane): Spot[] {
  const image = sop === undefined || frame === undefined ? {} : { sop, frame };
  const spots = points.map((at) => content.placeOfPointer({ series, ...image, at }));
  return spots.includes(null) ? [] : (spots as Spot[]);
}

function made(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
