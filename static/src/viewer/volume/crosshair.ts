/** One patient point, found in every viewport that shows the same frame of reference: stacks, planes and projections. */

import type { Cross } from '../../room/protocol';
import type { Vector } from '../../imaging/types';
import { roundPoint } from '../camera';
import { dot, minus } from '../orientation';
import type { Grid } from '../grid';
import type { Pane } from '../pane';
import { plus, times } from './geometry';

const SVG = 'http://www.w3.org/2000/svg';
/** Half the gap left open about the point itself, so that what is looked at is not covered. */
const GAP = 14;
/** A point further than this from an image's plane is not in it, but before or behind it. */
const NEAR = 3;

export class Crosshair {
  private at: Cross | null = null;
  private readonly lines = new Map<Pane, SVGSVGElement>();
  /** The viewport a hand is on: only its plane takes the point with it, the others are taken. */
  private driver: Pane | null = null;

  constructor(
    private readonly grid: Grid,
    private readonly chosen: () => boolean,
    private readonly hand: () => void,
    private readonly changed: () => void,
  ) {
    for (const pane of grid.panes) {
      const drive = (): void => {
        this.driver = pane;
      };
      pane.element.addEventListener('wheel', drive, { capture: true, passive: true });
      pane.element.addEventListener('pointerdown', drive, { capture: true });
      pane.element.addEventListener('pointerdown', (event) => event.button === 0 && this.put(pane, event));
      pane.element.addEventListener('pointermove', (event) => event.buttons === 1 && this.driver === pane && this.put(pane, event));
    }
  }

  get point(): Cross | null {
    return this.at;
  }

  /** The point, in patient terms of a viewport; null where it is of another patient space, or there is none. */
  in(pane: Pane): Vector | null {
    return this.at !== null && frameOf(pane) === this.at.frame_of_reference ? this.at.at : null;
  }

  /** From the view of whoever presents; their viewports tell for themselves what they show. */
  follow(cross: Cross | null): void {
    this.at = cross;
    this.driver = null;
    this.draw();
  }

  clear(): void {
    if (this.at === null) return;
    this.at = null;
    this.draw();
    this.changed();
  }

  /** Into the middle of what a viewport shows. */
  centre(pane: Pane): void {
    const plane = pane.content.plane();
    if (plane !== null) this.find(pane, plane.frameOfReference, plane.at);
  }

  /** Keys work on the active viewport. */
  drive(pane: Pane): void {
    this.driver = pane;
  }

  private put(pane: Pane, event: PointerEvent): void {
    if (!this.chosen()) return;
    const { left, top } = pane.element.getBoundingClientRect();
    const point = pane.content.pointAt([event.clientX - left, event.clientY - top]);
    const reference = frameOf(pane);
    if (point === null || reference === null) return;
    this.hand();
    this.find(pane, reference, point);
  }

  private find(from: Pane, reference: string, point: Vector): void {
    this.at = { frame_of_reference: reference, at: roundPoint(point) };
    for (const pane of this.grid.visible) if (pane !== from && frameOf(pane) === reference) pane.content.seek(point);
    this.draw();
    this.changed();
  }

  /** Somebody scrolled with a hand: the point stays in the plane that is scrolled, and the other viewports go with it. */
  scrolled(pane: Pane): void {
    const { at } = this;
    const plane = pane.content.plane();
    if (at === null || pane !== this.driver || plane === null || plane.frameOfReference !== at.frame_of_reference) return;
    const far = dot(minus(plane.at, at.at), plane.normal);
    if (Math.abs(far) < 0.01) return;
    this.find(pane, at.frame_of_reference, plus(at.at, times(plane.normal, far)));
  }

  draw(): void {
    for (const pane of this.grid.panes) {
      const place = this.at === null || pane.element.hidden || frameOf(pane) !== this.at.frame_of_reference ? null : pane.content.placeOf(this.at.at);
      if (place === null) {
        this.lines.get(pane)?.remove();
        this.lines.delete(pane);
      } else this.line(pane, place);
    }
  }

  private line(pane: Pane, [x, y]: readonly [number, number]): void {
    let drawn = this.lines.get(pane);
    if (drawn === undefined) {
      drawn = document.createElementNS(SVG, 'svg');
      drawn.setAttribute('class', 'pane-cross');
      drawn.setAttribute('aria-hidden', 'true');
      drawn.append(document.createElementNS(SVG, 'path'));
      pane.element.append(drawn);
      this.lines.set(pane, drawn);
    }
    const { clientWidth: width, clientHeight: height } = pane.element;
    const plane = pane.content.plane();
    const away = plane === null || this.at === null ? 0 : Math.abs(dot(minus(this.at.at, plane.at), plane.normal));
    drawn.classList.toggle('far', away > NEAR);
    drawn.setAttribute('viewBox', `0 0 ${width} ${height}`);
    drawn.firstElementChild?.setAttribute('d', `M0 ${y}H${x - GAP}M${x + GAP} ${y}H${width}M${x} 0V${y - GAP}M${x} ${y + GAP}V${height}`);
  }
}

const frameOf = ({ content }: Pane): string | null => content.frameOfReference ?? content.plane()?.frameOfReference ?? null;
