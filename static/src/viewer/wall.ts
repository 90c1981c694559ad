/**
 * A chest wall stands at the edge of its viewport, on every screen: two breasts hang back to back, and the room that a viewport
 * of another shape has to spare belongs before them, not between them.
 */

import type { StackViewport, Types } from '@cornerstonejs/core';
import type { Vector } from '../imaging/types';
import { screenDirections } from './camera';

export type Side = 'left' | 'right';
/** From the left, in pixels of the viewport. */
export type Across = readonly [from: number, to: number];

/** So near is at the edge: what rounding on the way from another screen leaves. */
const NEAR = 1.5;

/** The one side at which an image ends with what is shown of it; null where it does at neither, or at both. */
export function wallOf(image: Across, shown: Across): Side | null {
  const [left, right] = [Math.abs(image[0] - shown[0]) <= NEAR, Math.abs(image[1] - shown[1]) <= NEAR];
  return left === right ? null : left ? 'left' : 'right';
}

/** How far to the right an image must move for its wall to be at the edge of a viewport of this width. */
export const offBy = (image: Across, side: Side, width: number): number => (side === 'left' ? -image[0] : width - image[1]);

/** While a viewport takes another shape, its element has it before what is drawn has. */
const drawnSize = ({ canvas }: StackViewport): [wide: number, high: number] => [canvas.width / devicePixelRatio, canvas.height / devicePixelRatio];

/** Where the image begins and ends across the viewport. */
function across(stack: StackViewport): Across | null {
  const data = stack.getImageData();
  const place = data?.imageData.indexToWorld;
  if (data === undefined || place === undefined) return null;
  const [columns, rows] = [data.dimensions[0] - 0.5, data.dimensions[1] - 0.5];
  const corners = [[-0.5, -0.5], [columns, -0.5], [-0.5, rows], [columns, rows]] as const;
  const xs = corners.map(([i, j]) => stack.worldToCanvas([...place([i, j, 0])] as Types.Point3)[0]);
  return [Math.min(...xs), Math.max(...xs)];
}

/** At which side the image's wall is now, where `width` mm are meant to be seen: of all of the viewport, without it. */
export function wallIn(stack: StackViewport, width: number | null = null): Side | null {
  const image = across(stack);
  if (image === null) return null;
  const [wide, high] = drawnSize(stack);
  const meant = width === null ? wide : (width * high) / (2 * (stack.getCamera().parallelScale as number));
  return wallOf(image, [(wide - meant) / 2, (wide + meant) / 2]);
}

/** Puts the image's wall against that edge. */
export function putAgainst(stack: StackViewport, side: Side): void {
  const image = across(stack);
  if (image === null) return;
  const { clientWidth, clientHeight } = stack.element;
  shift(stack, [offBy(image, side, clientWidth) / clientHeight, 0]);
}

/** Moves the image by shares of the viewport's height, to the right and downwards. */
export function shift(stack: StackViewport, [to, down]: readonly [number, number]): void {
  const directions = screenDirections(stack);
  const { focalPoint, position, parallelScale } = stack.getCamera();
  if (directions === null || focalPoint === undefined || position === undefined) return;
  const height = 2 * (parallelScale as number);
  const [right, below] = [unit(directions.right), unit(directions.down)] as const;
  const moved = (point: typeof focalPoint): typeof focalPoint => point.map((part, axis) => part - (right[axis]! * to + below[axis]! * down) * height) as typeof focalPoint;
  stack.setCamera({ focalPoint: moved(focalPoint), position: moved(position) });
}

const unit = (direction: Vector): Vector => direction.map((part) => part / Math.hypot(...direction)) as Vector;
