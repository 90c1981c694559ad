/** Handles on the line of the active plane in the viewports that it crosses: a drag turns that plane about the crosshair. */

import type { Vector } from '../../imaging/types';
import type { Grid } from '../grid';
import type { Pane } from '../pane';
import { minus } from '../orientation';

const SVG = 'http://www.w3.org/2000/svg';
/** How far from the pivot, as a share of the viewport's shorter side. */
const AWAY = 0.3;
const RADIUS = 6;
/** What a finger or an unsteady hand finds. */
const TOUCH = 14;

export type Place = readonly [number, number];

/** A plane turned about an axis of length 1 through a point; `from` is what it was like when the hand took hold. */
export type Turn = (pane: Pane, axis: Vector, degrees: number, pivot: Vector, from: unknown) => void;

export class Handles {
  private readonly grips = new Map<Pane, SVGGElement[]>();
  private readonly pivots = new Map<Pane, Place>();

  constructor(
    private readonly grid: Grid,
    private readonly turn: Turn,
  ) {}

  /** On a line of the active plane, from `from` to `to`, in another viewport; null takes them away. */
  place(host: Pane, layer: SVGSVGElement, line: readonly [Place, Place] | null): void {
    const grips = this.grips.get(host) ?? this.make(host, layer);
    const seen = line !== null && this.grid.active.view()?.kind === 'plane';
    for (const grip of grips) grip.style.display = seen ? '' : 'none';
    if (line === null || !seen) return;
    const [from, to] = line;
    const cross = this.grid.cross?.in(host) ?? null;
    const pivot = (cross === null ? null : host.content.placeOf(cross)) ?? [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    this.pivots.set(host, pivot);
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
    const away = AWAY * Math.min(host.element.clientWidth, host.element.clientHeight);
    grips.forEach((grip, n) => {
      const by = ((n === 0 ? -1 : 1) * away) / length;
      grip.setAttribute('transform', `translate(${(pivot[0] + (to[0] - from[0]) * by).toFixed(1)} ${(pivot[1] + (to[1] - from[1]) * by).toFixed(1)})`);
    });
  }

  private make(host: Pane, layer: SVGSVGElement): SVGGElement[] {
    const grips = [0, 1].map(() => {
      const grip = document.createElementNS(SVG, 'g');
      grip.setAttribute('class', 'plane-handle');
      for (const radius of [TOUCH, RADIUS]) {
        const circle = document.createElementNS(SVG, 'circle');
        circle.setAttribute('r', String(radius));
        grip.append(circle);
      }
      grip.addEventListener('pointerdown', (event) => this.hold(host, grip, event));
      layer.append(grip);
      return grip;
    });
    this.grips.set(host, grips);
    return grips;
  }

  private hold(host: Pane, grip: SVGGElement, event: PointerEvent): void {
    const { active } = this.grid;
    const place = this.pivots.get(host);
    const [corner, right, down] = ([[0, 0], [100, 0], [0, 100]] as const).map((at) => host.content.pointAt(at));
    const pivot = this.grid.cross?.in(host) ?? (place === undefined ? null : host.content.pointAt(place));
    if (place === undefined || !corner || !right || !down || pivot === null) return;
    event.stopPropagation();
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    // Away from the reader: a turn with the clock on the screen is one about this axis.
    const [a, b] = [minus(right, corner), minus(down, corner)];
    const cross: Vector = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    const axis = cross.map((part) => part / Math.hypot(...cross)) as Vector;
    const { left, top } = host.element.getBoundingClientRect();
    const angle = ({ clientX, clientY }: PointerEvent): number => (Math.atan2(clientY - top - place[1], clientX - left - place[0]) * 180) / Math.PI;
    const begun = angle(event);
    const from = active.view();
    const move = (moved: PointerEvent): void => this.turn(active, axis, angle(moved) - begun, pivot, from);
    const end = (): void => {
      grip.removeEventListener('pointermove', move);
      grip.removeEventListener('pointerup', end);
      grip.removeEventListener('pointercancel', end);
    };
    grip.addEventListener('pointermove', move);
    grip.addEventListener('pointerup', end);
    grip.addEventListener('pointercancel', end);
  }
}
