/** How much of the patient a rendering shows, and where its points are on the screen. Pure. */

import type { Vector } from '../../imaging/types';
import { dot, minus } from '../orientation';
import { bounds, middle, plus, times, type Geometry } from '../volume/geometry';
import { directions, type Look, type Turn } from './sight';

export interface Size {
  width: number;
  height: number;
}

/** The middle of the screen in the patient, and at least how many millimetres are seen of either side. */
export interface Area {
  centre: Vector;
  height: number;
  width: number;
}

const MARGIN = 1.05;

export function wholeArea(geometry: Geometry): Area {
  const [from, to] = bounds(geometry);
  const [x, y, z] = [0, 1, 2].map((axis) => to[axis]! - from[axis]!) as Vector;
  const across = Math.max(x, y, geometry.spacing[0]);
  return { centre: middle(geometry), height: Math.max(z, across / 2) * MARGIN, width: across * MARGIN };
}

/** Millimetres of a pixel of the screen. */
export const perPixelOf = ({ height, width }: Area, screen: Size): number => Math.max(height / screen.height, width / screen.width);

/** `rays` at the most, as many across as down for their lengths, whatever the screen's pixels. */
export function lookAt(turn: Turn, area: Area, screen: Size, rays: number, step: number): Look {
  const share = Math.min(1, Math.sqrt(rays / (screen.width * screen.height)));
  const [columns, rows] = [Math.max(1, Math.round(screen.width * share)), Math.max(1, Math.round(screen.height * share))];
  return { turn, centre: area.centre, perPixel: (perPixelOf(area, screen) * screen.height) / rows, columns, rows, step };
}

export function placeOf(point: Vector, turn: Turn, area: Area, screen: Size): [number, number] {
  const { right, down } = directions(turn);
  const away = minus(point, area.centre);
  const scale = perPixelOf(area, screen);
  return [screen.width / 2 + dot(away, right) / scale, screen.height / 2 + dot(away, down) / scale];
}

/** The patient point at a place of the screen, so far behind the plane of the middle. */
export function pointAt([x, y]: readonly [number, number], depth: number, turn: Turn, area: Area, screen: Size): Vector {
  const { right, down, into } = directions(turn);
  const scale = perPixelOf(area, screen);
  return plus(plus(plus(area.centre, times(right, (x - screen.width / 2) * scale)), times(down, (y - screen.height / 2) * scale)), times(into, depth));
}
