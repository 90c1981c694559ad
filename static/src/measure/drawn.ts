/** A mark as Cornerstone holds it, and as the wire writes it. */

import type { Types } from '@cornerstonejs/tools';
import type { Vector } from '../imaging/types';
import { roundPoint } from '../viewer/camera';
import type { MarkBody } from '../room/protocol';
import { thinned } from './outline';
import { infoOf, isMarkTool, type MarkTool } from './tools';

/** Every mark of ours says which tool made it and on which image. */
export type Drawn = Types.Annotation & { metadata: NonNullable<Types.Annotation['metadata']> };

/** Before the words of a mark that only its drawer sees. */
export const PRIVATE = 'PRIVATE';
const PREFIX = `${PRIVATE}: `;

/** An outline drawn by hand is kept with so many points, or fewer. */
const OUTLINE_MOST = 96;

export const isOurs = (drawn: Types.Annotation): drawn is Drawn => isMarkTool(drawn.metadata?.toolName ?? '');
export const toolOf = (drawn: Drawn): MarkTool => drawn.metadata.toolName as MarkTool;

interface Parts {
  label?: string;
  handles?: { points?: Vector[]; activeHandleIndex?: number | null };
  contour?: { polyline: Vector[] };
}

/** Rounded as the server keeps them; fewer than the tool needs while it is still being drawn. */
export function pointsOf(drawn: Drawn): Vector[] {
  const { handles, contour } = drawn.data as Parts;
  const tool = toolOf(drawn);
  if (tool === 'PlanarFreehandROI') return thinned(contour?.polyline ?? [], OUTLINE_MOST).map(roundPoint);
  return (handles?.points ?? []).slice(0, infoOf(tool).most).map(roundPoint); // a text stands twice on its point
}

export function textOf(drawn: Drawn): string {
  const label = (drawn.data as Parts).label ?? '';
  return infoOf(toolOf(drawn)).texted ? (label.startsWith(PREFIX) ? label.slice(PREFIX.length) : label) : '';
}

/** Which of its handles somebody holds. */
export const heldHandle = (drawn: Drawn): number | null => (drawn.data as Parts).handles?.activeHandleIndex ?? null;

/** Gives what is drawn the points and words that are kept. */
export function write(drawn: Drawn, { points, text, tool }: Pick<MarkBody, 'points' | 'text' | 'tool'>, secret: boolean): void {
  const data = drawn.data as Parts & { handles: { points: Vector[] } };
  const copies = points.map((point) => [...point] as Vector);
  if (tool === 'PlanarFreehandROI' && data.contour !== undefined) data.contour.polyline = copies;
  else data.handles.points = tool === 'Label' ? [copies[0]!, [...copies[0]!]] : copies;
  data.label = secret && infoOf(tool).texted ? `${PREFIX}${text}` : text;
  drawn.invalidated = true;
}

/** A new one, still without points. */
export function blank(id: string, tool: MarkTool, metadata: Record<string, unknown>): Drawn {
  return {
    annotationUID: id,
    highlighted: false,
    invalidated: true,
    isLocked: false,
    isVisible: true,
    metadata: { toolName: tool, ...metadata },
    data: {
      label: '',
      cachedStats: {},
      ...(tool === 'PlanarFreehandROI' ? { contour: { polyline: [], closed: true } } : {}),
      handles: {
        points: [],
        activeHandleIndex: null,
        arrowFirst: true,
        textBox: { hasMoved: false, worldPosition: [0, 0, 0], worldBoundingBox: { topLeft: [0, 0, 0], topRight: [0, 0, 0], bottomLeft: [0, 0, 0], bottomRight: [0, 0, 0] } },
      },
    },
  } as unknown as Drawn;
}
