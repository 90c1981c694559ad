import { expect, test } from 'vitest';
import { madeOf, nextWords, paceOf, wanted } from './by-keys';

test('a tap is a pixel, and a key that is held goes faster, to a bound', () => {
  expect(paceOf(null, 1000)).toBe(1);
  expect(paceOf({ at: 1000, pace: 8 }, 1300)).toBe(1);
  expect(paceOf({ at: 1000, pace: 3 }, 1040)).toBe(3.5);
  expect(paceOf({ at: 1000, pace: 16 }, 1040)).toBe(16);
});

test('a mark is made once it has its points', () => {
  expect(madeOf('Length', [[10, 20]])).toBeNull();
  expect(madeOf('Length', [[10, 20], [40, 20]])).toEqual([[10, 20], [40, 20]]);
  expect(madeOf('Probe', [[10, 20]])).toEqual([[10, 20]]);
  expect(madeOf('Bidirectional', [[0, 0], [9, 0], [4, 4]])).toBeNull();
});

test('an ellipse lies between two corners, whichever they are', () => {
  expect(wanted('EllipticalROI')).toBe(2);
  const made = [[20, 40], [20, 10], [10, 25], [30, 25]];
  expect(madeOf('EllipticalROI', [[10, 10], [30, 40]])).toEqual(made);
  expect(madeOf('EllipticalROI', [[30, 10], [10, 40]])).toEqual(made);
});

test('a region closes where a point is placed twice, and not before it is a region', () => {
  expect(madeOf('PlanarFreehandROI', [[0, 0], [9, 0], [9, 9]])).toBeNull();
  expect(madeOf('PlanarFreehandROI', [[0, 0], [9, 0], [9, 9], [9, 9]])).toEqual([[0, 0], [9, 0], [9, 9]]);
  expect(madeOf('PlanarFreehandROI', [[0, 0], [9, 0], [9, 0]])).toBeNull();
  expect(nextWords('PlanarFreehandROI', 2)).toContain('closes');
  expect(nextWords('Length', 1)).toBe('Length: point 1 of 2. Move with Shift and arrows; X places the next.');
});
