import { describe, expect, test } from 'vitest';
import { beside, moved } from './order';

describe('scenes in order', () => {
  const ids = ['a', 'b', 'c', 'd'];

  test.each([
    [0, 2, ['b', 'c', 'a', 'd']],
    [3, 0, ['d', 'a', 'b', 'c']],
    [1, 2, ['a', 'c', 'b', 'd']],
    [2, 99, ['a', 'b', 'd', 'c']],
    [2, -5, ['c', 'a', 'b', 'd']],
  ])('the one at %i is put to %i', (from, to, after) => {
    expect(moved(ids, from, to)).toEqual(after);
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
  });

  test('what changes nothing is no change', () => {
    expect(moved(ids, 1, 1)).toBeNull();
    expect(moved(ids, 3, 9)).toBeNull();
    expect(moved(ids, 4, 0)).toBeNull();
    expect(moved([], 0, 0)).toBeNull();
  });

  test('one key goes through them and stops at either end', () => {
    expect(beside(ids, null, 1)).toBe(0);
    expect(beside(ids, null, -1)).toBe(3);
    expect(beside(ids, 'b', 1)).toBe(2);
    expect(beside(ids, 'd', 1)).toBeNull();
    expect(beside(ids, 'a', -1)).toBeNull();
    expect(beside(ids, 'gone', 1)).toBe(0);
    expect(beside([], null, 1)).toBeNull();
  });
});
