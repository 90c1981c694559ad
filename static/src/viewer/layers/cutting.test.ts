import { describe, expect, test } from 'vitest';
import type { Contour } from '../../imaging/layers';
import { cutContours, resampled, type Sheet } from './cutting';

const AXIAL = [1, 0, 0, 0, 1, 0];
const CORONAL = [1, 0, 0, 0, 0, -1];
const plane = (position: [number, number, number], orientation: number[], rows = 10, columns = 10) => ({ position, orientation, spacing: [1, 1] as [number, number], rows, columns });

describe('masks', () => {
  // Two slices, 4 mm apart; in each one row of three pixels, kept without what is empty around it.
  const sheet = (z: number, value: number): Sheet => ({ place: { position: [0, 0, z], orientation: AXIAL, spacing: [1, 1] }, left: 2, top: 5, columns: 3, rows: 1, values: [value, value, value] });
  test('reach half-way to the next slice, and no farther than that at the ends', () => {
    const values = resampled([sheet(4, 2), sheet(0, 1)], plane([0, 5, 7], CORONAL), null) as Uint16Array;
    const column = Array.from({ length: 10 }, (_, row) => values[row * 10 + 3]);
    expect(column).toEqual([0, 2, 2, 2, 2, 2, 1, 1, 1, 1]); // z is 7, 6, .. -2; what lies half-way is the next one's
    expect(Array.from({ length: 10 }, (_, x) => values[2 * 10 + x])).toEqual([0, 0, 2, 2, 2, 0, 0, 0, 0, 0]);
  });
  test('are nowhere on a plane that passes beside them', () => expect(resampled([sheet(0, 1)], plane([0, 7, 5], CORONAL), 4)).toBeNull());
  test('one alone is as thick as it says', () => {
    const values = resampled([sheet(0, 1)], plane([0, 5, 5], CORONAL), 4) as Uint16Array;
    expect(Array.from({ length: 10 }, (_, row) => values[row * 10 + 3])).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 0, 0]);
  });
  test('one that does not say where it lies is not guessed at', () => expect(resampled([{ ...sheet(0, 1), place: { position: null, orientation: AXIAL, spacing: [1, 1] } }], plane([0, 5, 5], CORONAL), 4)).toBeNull());
});

describe('outlines', () => {
  const square = (z: number, from: number, to: number, kind: Contour['kind'] = 'CLOSED_PLANAR'): Contour => ({ kind, sop: null, points: [from, from, z, to, from, z, to, to, z, from, to, z] });
  const pieces = (found: number[]): string[] => Array.from({ length: found.length / 6 }, (_, at) => {
    const [x0, , z0, x1, , z1] = found.slice(at * 6, at * 6 + 6).map((part) => Math.round(part * 100) / 100) as [number, number, number, number, number, number];
    return [`${x0},${z0}`, `${x1},${z1}`].sort().join(' ');
  }).sort();
  test('of two slices are cut into one shape, with a step where the second is smaller', () => {
    const { whole, pieces: cut } = cutContours([square(0, 0, 10), square(2, 0, 6)], plane([0, 5, 9], CORONAL), 1);
    expect(whole).toEqual([]);
    expect(pieces(cut)).toEqual(['0,-1 0,1', '0,-1 10,-1', '0,1 0,3', '0,3 6,3', '10,-1 10,1', '6,1 10,1', '6,1 6,3'].map((piece) => piece.split(' ').sort().join(' ')).sort());
  });
  test('every end lies in the plane', () => {
    const { pieces: cut } = cutContours([square(0, 0, 10), square(2, 0, 6)], plane([0, 5, 9], CORONAL), 1);
    for (let at = 0; at < cut.length; at += 3) expect(cut[at + 1]).toBeCloseTo(5, 6);
  });
  test('an outline within another is a hole', () => {
    const { pieces: cut } = cutContours([square(0, 0, 10), square(0, 4, 6)], plane([0, 5, 9], CORONAL), 2);
    expect(pieces(cut).filter((piece) => piece === [`4,-1`, `4,1`].sort().join(' ') || piece === ['6,-1', '6,1'].sort().join(' '))).toHaveLength(2);
  });
  test('slices far apart are two shapes', () => {
    const { pieces: cut } = cutContours([0, 2, 20].map((z) => square(z, 0, 10)), plane([0, 5, 9], CORONAL), 1);
    expect(pieces(cut)).toContain('0,19 10,19');
    expect(pieces(cut)).toContain('0,3 10,3');
  });
  test('in their own plane they are as they were drawn, of the nearest slice', () => {
    const contours = [square(0, 0, 10), square(2, 0, 6)];
    expect(cutContours(contours, plane([0, 0, 1.4], AXIAL), 1)).toEqual({ whole: [contours[1]], pieces: [] });
    expect(cutContours(contours, plane([0, 0, 4], AXIAL), 1)).toEqual({ whole: [], pieces: [] });
  });
  test('a point is seen within the thickness of the plane', () => {
    const point: Contour = { kind: 'POINT', sop: null, points: [3, 5.4, 2] };
    expect(cutContours([point], plane([0, 5, 9], CORONAL), 1).whole).toEqual([point]);
    expect(cutContours([point], plane([0, 5, 9], CORONAL), 0.5).whole).toEqual([]);
  });
});
