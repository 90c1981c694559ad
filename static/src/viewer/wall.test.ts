import { expect, test } from 'vitest';
import { offBy, wallOf } from './wall';

test('a wall is where an image ends with what is shown, at one side and not at the other', () => {
  expect(wallOf([0.4, 310], [0, 759])).toBe('left');
  expect(wallOf([449, 758.2], [0, 759])).toBe('right');
  expect(wallOf([2, 310], [0, 759])).toBeNull();
  expect(wallOf([225, 534], [0, 759])).toBeNull();
  expect(wallOf([0, 759], [0, 759])).toBeNull(); // it fills all: no side has room to spare
  expect(wallOf([-300, 900], [0, 759])).toBeNull(); // near enough that both edges are beyond
});

test('on a viewport of another shape it moves to the edge, and no further', () => {
  expect(offBy([78, 271], 'left', 622)).toBe(-78);
  expect(offBy([350, 544], 'right', 622)).toBe(78);
  expect(offBy([0, 193], 'left', 622)).toBeCloseTo(0);
});
