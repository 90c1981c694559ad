/** What a hand on the images means for following, and where a dragged series is put down. */

import { DRAGGED } from '../panel/strip';
import type { Grid } from '../viewer/grid';

/** How far a pressed mouse must move before it counts as looking elsewhere. */
const DRAG = 4;

export interface Hands {
  /** Whether the left button's tool changes what is shown. */
  moves(): boolean;
  elsewhere(): void;
  dropped(key: string, pane: number): void;
}

export function watchHands(grid: Grid, hands: Hands): void {
  const { element } = grid;
  let from: { x: number; y: number } | null = null;
  element.addEventListener('wheel', () => hands.elsewhere(), { capture: true, passive: true });
  element.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => (from = { x, y }), { capture: true });
  element.addEventListener(
    'pointermove',
    ({ buttons, clientX, clientY }) => {
      if (from === null || buttons === 0 || Math.hypot(clientX - from.x, clientY - from.y) < DRAG) return;
      if (buttons !== 1 || hands.moves()) hands.elsewhere();
    },
    { capture: true },
  );
  element.addEventListener('contextmenu', (event) => event.preventDefault());
  element.addEventListener('dragover', (event) => event.preventDefault());
  element.addEventListener('drop', (event) => {
    const key = event.dataTransfer?.getData(DRAGGED);
    const pane = grid.visible.find((one) => one.element.contains(event.target as Node));
    if (!key || pane === undefined) return;
    event.preventDefault();
    hands.dropped(key, pane.number);
  });
}
