/** Cornerstone says nothing of a region until it is closed; what a hand has drawn of it so far is followed here. */

import type { Vector } from '../imaging/types';
import type { Drawing } from '../room/protocol';
import { uuid } from '../room/uuid';
import { roundPoint } from './camera';
import type { Anchor } from './contents/content';
import type { Grid } from './grid';
import type { Pane } from './pane';

/** Pixels between two points, and how many there may be. */
const APART = 6;
const MOST = 200;

interface Stroke {
  pane: Pane;
  id: string;
  anchor: Anchor;
  points: Vector[];
  last: [number, number];
}

/** `begins`: a region is the tool, and the hand takes hold of no mark that is there. */
export function watchFreehand(grid: Grid, begins: () => boolean, hold: (drawing: Drawing) => void): void {
  let stroke: Stroke | null = null;
  for (const pane of grid.panes) {
    pane.element.addEventListener('pointerdown', ({ button }) => {
      const anchor = button === 0 && pane.content.kind !== 'slide' && begins() ? pane.content.anchor() : null;
      stroke = anchor === null ? null : { pane, id: uuid(), anchor, points: [], last: [-APART, -APART] };
    });
    pane.element.addEventListener('pointermove', ({ clientX, clientY }) => {
      if (stroke?.pane !== pane || stroke.points.length >= MOST) return;
      const { left, top } = pane.element.getBoundingClientRect();
      const place: [number, number] = [clientX - left, clientY - top];
      const point = Math.hypot(place[0] - stroke.last[0], place[1] - stroke.last[1]) < APART ? null : pane.content.pointAt(place);
      if (point === null) return;
      stroke.last = place;
      stroke.points.push(roundPoint(point));
      hold({ id: stroke.id, tool: 'PlanarFreehandROI', ...stroke.anchor, points: [...stroke.points] });
    });
  }
  window.addEventListener('pointerup', () => (stroke = null));
}
