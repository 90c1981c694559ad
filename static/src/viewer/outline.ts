/** The outlines of graphics and shutters as SVG paths. `Place` puts a point of the image, or of its displayed area, on the screen. */

import type { GraphicObject, Shape } from '../imaging/states';

type Point = readonly [number, number];
export type Place = (point: Point) => [number, number];

const AROUND = 72;

const line = (points: Point[], closed: boolean): string => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}${closed ? 'Z' : ''}`;

const between = ([ax, ay]: Point, [bx, by]: Point): Point => [(ax + bx) / 2, (ay + by) / 2];

export function outline({ type, points }: Pick<GraphicObject, 'type' | 'points'>, place: Place): string {
  switch (type) {
    case 'POINT': {
      const [x, y] = place(points[0]!);
      return `M${x - 5} ${y}h10M${x} ${y - 5}v10`;
    }
    case 'POLYLINE':
      return line(points.map(place), isClosed(points));
    case 'INTERPOLATED':
      return curve(points.map(place));
    case 'CIRCLE': {
      const [centre, edge] = points as unknown as [Point, Point];
      const radius = Math.hypot(edge[0] - centre[0], edge[1] - centre[1]);
      return line(ring(centre, [radius, 0], [0, radius]).map(place), true);
    }
    case 'ELLIPSE': {
      const [a, b, c, d] = points as unknown as [Point, Point, Point, Point];
      const centre = between(a, b);
      return line(ring(centre, [a[0] - centre[0], a[1] - centre[1]], [c[0] - between(c, d)[0], c[1] - between(c, d)[1]]).map(place), true);
    }
  }
}

/** What a shutter leaves to be seen. Its rows and columns count from 1. */
export function opening(shape: Shape, place: Place): string {
  if ('rectangle' in shape) {
    const [left, right, upper, lower] = shape.rectangle;
    const corners: Point[] = [
      [left - 1, upper - 1],
      [right, upper - 1],
      [right, lower],
      [left - 1, lower],
    ];
    return line(corners.map(place), true);
  }
  if ('circle' in shape) {
    const [column, row, radius] = shape.circle;
    return line(ring([column - 0.5, row - 0.5], [radius, 0], [0, radius]).map(place), true);
  }
  return line(shape.polygon.map(([column, row]) => place([column - 0.5, row - 0.5])), true);
}

function ring(centre: Point, right: Point, down: Point): Point[] {
  return Array.from({ length: AROUND }, (_, step) => {
    const turn = (step / AROUND) * 2 * Math.PI;
    return [centre[0] + right[0] * Math.cos(turn) + down[0] * Math.sin(turn), centre[1] + right[1] * Math.cos(turn) + down[1] * Math.sin(turn)];
  });
}

const isClosed = (points: Point[]): boolean => points.length > 2 && points[0]![0] === points.at(-1)![0] && points[0]![1] === points.at(-1)![1];

/** Through all of the points (Catmull and Rom). */
function curve(points: Point[]): string {
  if (points.length < 3) return line(points, false);
  const closed = isClosed(points);
  const at = (index: number): Point => (closed ? points[(index + points.length - 1) % (points.length - 1)]! : points[Math.max(0, Math.min(points.length - 1, index))]!);
  let path = `M${at(0)[0].toFixed(1)} ${at(0)[1].toFixed(1)}`;
  for (let index = 0; index < points.length - 1; index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const controls = [0, 1].map((axis) => [from[axis]! + (to[axis]! - before[axis]!) / 6, to[axis]! - (after[axis]! - from[axis]!) / 6]);
    path += `C${controls[0]![0]!.toFixed(1)} ${controls[1]![0]!.toFixed(1)} ${controls[0]![1]!.toFixed(1)} ${controls[1]![1]!.toFixed(1)} ${to[0].toFixed(1)} ${to[1].toFixed(1)}`;
  }
  return path;
}
