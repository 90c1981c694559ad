/** The marking tools as Cornerstone has them; what stands beside a mark is worked out here, not there. */

import { cache } from '@cornerstonejs/core';
import { AngleTool, annotation, ArrowAnnotateTool, BidirectionalTool, CobbAngleTool, EllipticalROITool, LabelTool, LengthTool, PlanarFreehandROITool, ProbeTool, type Types } from '@cornerstonejs/tools';
import type { FrameInfo } from '../imaging/types';
import { isOurs, pointsOf, textOf, toolOf } from './drawn';
import { linesOf } from './lines';
import type { Ground } from './measures';

export const MARK_CLASSES = [LengthTool, BidirectionalTool, AngleTool, CobbAngleTool, EllipticalROITool, PlanarFreehandROITool, ProbeTool, ArrowAnnotateTool, LabelTool];

export interface Found {
  frame: FrameInfo;
  modality: string;
}

export interface Asks {
  /** The frame that an image id stands for. */
  frameOf(imageId: string): Found | undefined;
  /** Above 1 while a coarser picture stands for the image. */
  coarseness(imageId: string): number;
  text(title: string, initial: string): Promise<string | null>;
  /** What else stands beside a mark: whose lesion it is, that nobody else sees it, of which meeting it is. */
  about(id: string): string[];
}

const IMAGE = 'imageId:';

export function configuration(toolName: string, asks: Asks): Record<string, unknown> {
  const own = { getTextLines: (data: object, target: string | string[]) => beside(data, ([target].flat()[0] ?? ''), asks) };
  switch (toolName) {
    case 'ArrowAnnotate':
    case 'Label':
      return {
        getTextCallback: (done: (label: string | null) => void) => void asks.text(toolName === 'Label' ? 'Text on the image' : 'Text of the arrow', '').then(done),
        changeTextCallback: (mark: Types.Annotation, _detail: unknown, done: (label: string) => void) => {
          const before = mark.data.label ?? '';
          void asks.text('Change the text', isOurs(mark) ? textOf(mark) : before).then((label) => done(label ?? before));
        },
      };
    case 'PlanarFreehandROI':
      return { ...own, allowOpenContours: false };
    case 'CobbAngle':
      return { ...own, showArcLines: false };
    default:
      return { ...own, actions: {} };
  }
}

/** What stands beside a mark is asked for with every painting, and seldom changes. */
const known = new WeakMap<object, { key: string; lines: string[] }>();

function beside(data: object, target: string, asks: Asks): string[] {
  const drawn = annotation.state.getAllAnnotations().find((one) => one.data === data);
  if (drawn === undefined || !isOurs(drawn)) return [];
  const points = pointsOf(drawn);
  const id = drawn.metadata.referencedImageId ?? (target.startsWith(IMAGE) ? target.slice(IMAGE.length) : null);
  const about = asks.about(drawn.annotationUID as string);
  const coarse = id !== null && asks.coarseness(id) > 1;
  const ground = id === null ? null : groundOf(id, asks, coarse);
  if (ground === undefined) return [];
  const key = JSON.stringify([id, coarse, ground?.values === null, about, points]);
  const before = known.get(data);
  if (before?.key === key) return before.lines;
  const lines = [...about, ...linesOf({ tool: toolOf(drawn), points }, ground, coarse)];
  known.set(data, { key, lines });
  return lines;
}

/** An image with its values, if Cornerstone still has them; undefined where nothing is known of it. */
export function groundOf(id: string, asks: Pick<Asks, 'frameOf'>, coarse: boolean): Ground | undefined {
  const found = asks.frameOf(id);
  if (found === undefined) return undefined;
  const image = coarse ? undefined : cache.getImage(id);
  return { ...found, values: image?.getPixelData() ?? null };
}
