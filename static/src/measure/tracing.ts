/** How a mark looks while it is being made: its lines alone, without what it measures. */

import { outline } from '../viewer/outline';
import type { MarkTool } from './tools';

export type Spot = readonly [number, number];

const line = (spots: readonly Spot[]): string => `M${spots.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`;

/** An SVG path through places of the screen, of as many points as there are yet. */
export function tracing(tool: MarkTool, spots: readonly Spot[]): string {
  const [first] = spots;
  if (first === undefined) return '';
  if (spots.length === 1) return outline({ type: 'POINT', points: [[...first]] }, ([x, y]) => [x, y]);
  if (tool === 'EllipticalROI' && spots.length === 4) return outline({ type: 'ELLIPSE', points: spots.map(([x, y]) => [x, y]) }, ([x, y]) => [x, y]);
  if (tool === 'Bidirectional' || tool === 'CobbAngle') return [spots.slice(0, 2), spots.slice(2)].filter(({ length }) => length === 2).map(line).join('');
  return line(spots);
}
