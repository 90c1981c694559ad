/** How many viewports there are, and how they lie: rows and columns, one to three of each. */

import type { Layout } from '../room/protocol';

/** In the order of their keys (Shift 1 to Shift 9). */
export const LAYOUTS: readonly Layout[] = ['1x1', '1x2', '2x1', '2x2', '1x3', '3x1', '2x3', '3x2', '3x3'];
export const MOST = 9;

export function shapeOf(layout: Layout): { rows: number; columns: number } {
  const [rows, columns] = layout.split('x').map(Number) as [number, number];
  return { rows, columns };
}

export function countOf(layout: Layout): number {
  const { rows, columns } = shapeOf(layout);
  return rows * columns;
}

const NUMBER = ['', 'one', 'two', 'three'];

/** E.g. "two rows of three". */
export function nameOf(layout: Layout): string {
  const { rows, columns } = shapeOf(layout);
  if (rows === 1) return columns === 1 ? 'one viewport' : `${NUMBER[columns]} side by side`;
  if (columns === 1) return `${NUMBER[rows]}, one above the other`;
  return `${NUMBER[rows]} rows of ${NUMBER[columns]}`;
}
