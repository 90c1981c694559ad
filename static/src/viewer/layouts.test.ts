import { expect, test } from 'vitest';
import { countOf, LAYOUTS, MOST, nameOf, shapeOf } from './layouts';

test('there are nine layouts, one to three rows and columns, each once', () => {
  const all = [1, 2, 3].flatMap((rows) => [1, 2, 3].map((columns) => `${rows}x${columns}`));
  expect([...LAYOUTS].sort()).toEqual(all);
  expect(Math.max(...LAYOUTS.map(countOf))).toBe(MOST);
});

test('rows come before columns', () => {
  expect(shapeOf('1x3')).toEqual({ rows: 1, columns: 3 });
  expect([nameOf('1x1'), nameOf('1x3'), nameOf('2x1'), nameOf('3x2')]).toEqual(['one viewport', 'three side by side', 'two, one above the other', 'three rows of two']);
});
