/** What the mouse and fingers do on a rendered volume: the left button turns it, the right zooms, the middle pans. */

import type { ToolName } from '../engine';

export interface Drags {
  begin(): void;
  /** Degrees around the patient and upwards. */
  turn(by: readonly [number, number]): void;
  /** Shares of the viewport's height. */
  pan(across: number, down: number): void;
  zoom(by: number): void;
  window(across: number, down: number): void;
}

/** A drag across the whole viewport goes half around. */
const HALF_AROUND = 180;
const LEFT = 1;
const RIGHT = 2;
const MIDDLE = 4;

export function watchDrags(element: HTMLElement, tool: () => ToolName, drags: Drags): void {
  let from: { x: number; y: number; buttons: number } | null = null;
  element.addEventListener('pointerdown', ({ clientX: x, clientY: y, buttons, pointerId }) => {
    // These two look for what is seen under the mouse, and turn nothing.
    if (buttons === LEFT && (tool() === 'Crosshair' || tool() === 'Point')) return;
    drags.begin();
    element.setPointerCapture(pointerId);
    from = { x, y, buttons };
  });
  element.addEventListener('pointermove', ({ clientX: x, clientY: y }) => {
    if (from === null) return;
    const size = Math.max(1, element.clientHeight);
    const [across, down] = [(x - from.x) / size, (y - from.y) / size];
    const { buttons } = from;
    from = { x, y, buttons };
    const chosen = tool();
    if (buttons === MIDDLE || (buttons === LEFT && chosen === 'Pan')) drags.pan(across, down);
    else if (buttons === RIGHT || (buttons === LEFT && chosen === 'Zoom')) drags.zoom(Math.exp(-2 * down));
    else if (buttons === LEFT + RIGHT) drags.window(across, -down);
    else if (buttons === LEFT) drags.turn([-across * HALF_AROUND, down * HALF_AROUND]);
  });
  const end = (): void => {
    from = null;
  };
  element.addEventListener('pointerup', end);
  element.addEventListener('pointercancel', end);
}
