/** Where people point: a ring with a name on the same anatomy on every screen, gone two seconds after it last moved. */

import type { Pointer } from '../room/protocol';
import type { Grid } from './grid';
import type { Pane } from './pane';
import type { PersonColours } from './person-colours';

const FADES_AFTER = 2000;

interface Pointing {
  name: string;
  pointer: Pointer;
  at: number;
}

export class Pointers {
  private readonly people = new Map<string, Pointing>();
  private readonly rings = new Map<string, HTMLElement>();
  /** The key is held, or the tool is chosen and the button is down. */
  private held = false;
  private down = false;
  private last: { pane: Pane; x: number; y: number } | null = null;

  constructor(
    private readonly grid: Grid,
    private readonly pointing: () => boolean,
    private readonly send: (pointer: Pointer) => void,
    private readonly colours: PersonColours,
  ) {
    for (const pane of grid.panes) {
      pane.element.addEventListener('pointermove', (event) => this.move(pane, event));
      pane.element.addEventListener('pointerdown', (event) => {
        this.down = event.button === 0;
        this.move(pane, event);
      });
    }
    window.addEventListener('pointerup', () => (this.down = false));
    setInterval(() => this.draw(), 250);
  }

  /** Whoever points now. */
  get clients(): string[] {
    return [...this.people.keys()];
  }

  hold(held: boolean): void {
    this.held = held;
    if (held) this.tell();
  }

  show(client: string, name: string, pointer: Pointer | null): void {
    if (pointer === null) this.people.delete(client);
    else this.people.set(client, { name, pointer, at: performance.now() });
    this.draw();
  }

  clear(): void {
    this.people.clear();
    this.draw();
  }

  private move(pane: Pane, event: PointerEvent): void {
    const { left, top } = pane.element.getBoundingClientRect();
    this.last = { pane, x: event.clientX - left, y: event.clientY - top };
    if (this.held || (this.down && this.pointing())) this.tell();
  }

  /** Moved by keys, with nobody's hand on a mouse. */
  aim(pane: Pane, x: number, y: number): void {
    this.last = { pane, x, y };
    if (this.held || this.pointing()) this.tell();
  }

  private tell(): void {
    if (this.last === null) return;
    const { pane, x, y } = this.last;
    const pointer = pane.content.pointerAt([x, y]);
    if (pointer !== null) this.send(pointer);
  }

  /** Called whenever a viewport is drawn again, so that a ring stays on its anatomy. */
  draw(): void {
    const seen = new Set<string>();
    for (const [client, { name, pointer, at }] of this.people) {
      if (performance.now() - at > FADES_AFTER) {
        this.people.delete(client);
        continue;
      }
      for (const pane of this.grid.visible) {
        const place = pane.content.placeOfPointer(pointer);
        if (place === null) continue;
        const [x, y] = place;
        const name_ = `${client}/${pane.id}`;
        seen.add(name_);
        const ring = this.ring(name_, name, pane);
        ring.style.transform = `translate(${x}px, ${y}px)`;
      }
    }
    for (const [name, ring] of this.rings) {
      if (seen.has(name)) continue;
      ring.remove();
      this.rings.delete(name);
    }
  }

  private ring(key: string, name: string, pane: Pane): HTMLElement {
    const here = this.rings.get(key);
    if (here !== undefined) return here;
    const ring = document.createElement('div');
    ring.className = 'pointer';
    ring.textContent = name;
    ring.style.setProperty('--pointer', this.colours.of(key.split('/')[0] as string));
    pane.element.append(ring);
    this.rings.set(key, ring);
    return ring;
  }
}
