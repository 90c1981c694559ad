/** The displayed area in patient terms: what a viewport shows, and how to make another of any size show it. */

import type { StackViewport, Types } from '@cornerstonejs/core';
import type { Vector } from '../imaging/types';
import type { ImagePane } from '../room/protocol';
import { distance } from './orientation';

export type Area = Pick<ImagePane, 'centre' | 'height' | 'width' | 'rotation' | 'flip_h' | 'flip_v'>;

const round = (value: number): number => Math.round(value * 1000) / 1000;
export const roundPoint = (point: readonly number[]): Vector => [round(point[0]!), round(point[1]!), round(point[2]!)];

export function areaOf(viewport: StackViewport): Area {
  const { clientWidth, clientHeight } = viewport.element;
  const { focalPoint, parallelScale, flipHorizontal, flipVertical } = viewport.getCamera();
  const height = (parallelScale as number) * 2;
  return {
    centre: roundPoint(focalPoint as Vector),
    height: round(height),
    width: round((height * clientWidth) / clientHeight),
    rotation: round((viewport.getViewPresentation().rotation ?? 0) % 360),
    flip_h: flipHorizontal ?? false,
    flip_v: flipVertical ?? false,
  };
}

/** Shows at least the area, whatever the shape of this viewport. The slice must be the right one already. */
export function setArea(viewport: StackViewport, area: Area): void {
  const { rotation, flip_h: flipHorizontal, flip_v: flipVertical } = area;
  viewport.setCamera({ flipHorizontal, flipVertical }); // setViewPresentation flips, but does not flip back
  viewport.setViewPresentation({ rotation });
  if (area.centre === null || area.height === null) return;
  const { clientWidth, clientHeight } = viewport.element;
  const height = Math.max(area.height, area.width === null ? 0 : (area.width * clientHeight) / clientWidth);
  const { focalPoint, position } = viewport.getCamera();
  const centre = area.centre;
  const moved = position!.map((value, axis) => value + centre[axis]! - focalPoint![axis]!) as Types.Point3;
  viewport.setCamera({ focalPoint: [...centre], position: moved, parallelScale: height / 2 });
}

/** The directions to the right and to the bottom of the screen. */
export function screenDirections(viewport: StackViewport): { right: Vector; down: Vector } | null {
  const corner = viewport.canvasToWorld([0, 0]) as Vector;
  const right = viewport.canvasToWorld([100, 0]) as Vector;
  const down = viewport.canvasToWorld([0, 100]) as Vector;
  if (distance(corner, right) === 0) return null;
  return {
    right: [right[0] - corner[0], right[1] - corner[1], right[2] - corner[2]],
    down: [down[0] - corner[0], down[1] - corner[1], down[2] - corner[2]],
  };
}
