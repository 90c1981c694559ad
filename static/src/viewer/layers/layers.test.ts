import { describe, expect, test } from 'vitest';
import { valueWords, type Contour, type ReportMark } from '../../imaging/layers';
import type { FrameInfo } from '../../imaging/types';
import { wordsOf } from './canvas';
import { bounds, edges } from './edges';
import { signLines, type Standing } from './layers';
import { halfStep, OTHER_FRAME, spreadContours, spreadMarks, spreadMasks, standing } from './placing';

const AXIAL = [1, 0, 0, 0, 1, 0];
const SAGITTAL = [0, 1, 0, 0, 0, -1];
const image = (sop: string, z: number, orientation = AXIAL): FrameInfo => ({ sop, frame: 1, rows: 4, columns: 4, position: [0, 0, z], orientation, spacing: [1, 1], thickness: 5 }) as unknown as FrameInfo;
const series = { series: 's', frame_of_reference: 'f', frames: [image('a', 0), image('b', 5), image('c', 10)] };
const mask = (z: number, of: string | null, number = 1, orientation = AXIAL): FrameInfo => ({ ...image('m', z, orientation), thickness: 1, segment: { number, of: of === null ? null : { sop: of, frame: 1 } } }) as unknown as FrameInfo;

describe('which layers are for a series', () => {
  const layer = { kind: 'mask' as const, refers: ['s'], frame_of_reference: 'f', problem: null };
  test('one that refers to it, or lies in its frame of reference', () => {
    expect(standing(layer, series)).toEqual({ problem: null });
    expect(standing({ ...layer, refers: [] }, series)).toEqual({ problem: null });
    expect(standing({ ...layer, refers: [], frame_of_reference: null }, series)).toBeNull();
    expect(standing({ ...layer, refers: ['t'], frame_of_reference: 'g' }, series)).toBeNull();
  });
  test('one that refers to it in another frame of reference says why it is not drawn', () => expect(standing({ ...layer, frame_of_reference: 'g' }, series)).toEqual({ problem: OTHER_FRAME }));
  test('what the server refuses stays refused', () => expect(standing({ ...layer, problem: 'No.' }, series)).toEqual({ problem: 'No.' }));
});

describe('masks', () => {
  test('lie on the image they name', () => expect(spreadMasks([[7, mask(5, 'b')]], series, true)).toEqual({ on: new Map([[1, [7]]]), astray: 0 }));
  test('one that lies elsewhere than the image it names is drawn nowhere', () => expect(spreadMasks([[7, mask(9, 'b')]], series, true)).toEqual({ on: new Map(), astray: 1 }));
  test('without a name they lie on the image in whose plane they are, the nearest of each segment', () => {
    const found = spreadMasks([[0, mask(4, null)], [1, mask(5.5, null)], [2, mask(5.2, null, 2)], [3, mask(30, null)]], series, true);
    expect(found.on).toEqual(new Map([[1, [1, 2]]]));
  });
  test('never in another plane or frame of reference', () => {
    expect(spreadMasks([[0, mask(5, null, 1, SAGITTAL)]], series, true).on.size).toBe(0);
    expect(spreadMasks([[0, mask(5, null)]], series, false).on.size).toBe(0);
  });
  test('half a step is half of what usually lies between slices', () => expect(halfStep(series.frames)).toBe(2.5));
});

describe('contours', () => {
  const contour = (z: number, sop: string | null = null, tilt = 0): Contour => ({ kind: 'CLOSED_PLANAR', sop, points: [0, 0, z, 1, 0, z, 1, 1, z + tilt] });
  const spread = (one: Contour, frame: string | null = 'f') => spreadContours({ rois: [{ number: 1, frame_of_reference: frame, contours: [one] }] }, series);
  test('lie on the image they name, or in whose plane they are', () => {
    expect([...spread(contour(10, 'c')).on.keys()]).toEqual([2]);
    expect([...spread(contour(6)).on.keys()]).toEqual([1]);
    expect([...spread(contour(20)).on.keys()]).toEqual([]);
  });
  test('one that leaves the plane, or lies elsewhere than it says, is not drawn', () => {
    expect(spread(contour(10, 'a'))).toEqual({ on: new Map(), astray: 1 });
    expect([...spread(contour(5, null, 4)).on.keys()]).toEqual([]);
  });
  test('nor one of another frame of reference', () => expect(spread(contour(10, 'c'), 'g')).toEqual({ on: new Map(), astray: 1 }));
});

describe('marks of a report', () => {
  const mark = { image: { sop: 'b', frames: [] }, frame_of_reference: null, type: 'POINT', points: [[1, 1]], label: 'Lesion 1', finding: 'Mass', site: '', values: [{ name: 'Long Axis', value: 22.41, unit: 'mm' }], segment: null, optional: false } as ReportMark;
  test('lie on their image, on the frames they name', () => {
    expect([...spreadMarks([mark], series).on.keys()]).toEqual([1]);
    expect([...spreadMarks([{ ...mark, image: { sop: 'b', frames: [2] } }], series).on.keys()]).toEqual([]);
  });
  test('those in patient space lie in their plane', () => {
    const solid = { ...mark, image: null, frame_of_reference: 'f', points: [[1, 1, 9.5]] } as ReportMark;
    expect([...spreadMarks([solid], series).on.keys()]).toEqual([2]);
    expect([...spreadMarks([{ ...solid, frame_of_reference: 'g' }], series).on.keys()]).toEqual([]);
  });
  test('are told with what was measured, and that CAD is a machine', () => {
    expect(wordsOf(mark, false)).toEqual(['Lesion 1', 'Long Axis 22.4 mm']);
    expect(wordsOf(mark, true)[0]).toBe('CAD, machine-made: Lesion 1');
    expect(valueWords({ name: 'Mean', value: -120.4, unit: "[hnsf'U]" })).toBe('Mean −120 HU');
  });
});

describe('the edges of a mask', () => {
  const values = [0, 1, 1, 0, 0, 1, 2, 2]; // two rows of four
  test('are those of its pixels, each value by itself, and long ones are one piece', () => {
    const found = edges(values, 4, 2);
    const pieces = (value: number): string[] => {
      const flat = found.get(value) ?? [];
      return Array.from({ length: flat.length / 4 }, (_, at) => flat.slice(at * 4, at * 4 + 4).join(' ')).sort();
    };
    expect(pieces(1)).toEqual(['1 0 1 2', '1 0 3 0', '1 2 2 2', '2 1 2 2', '2 1 3 1', '3 0 3 1']);
    expect(pieces(2)).toEqual(['2 1 2 2', '2 1 4 1', '2 2 4 2', '4 1 4 2']);
  });
  test('an empty mask has neither edges nor bounds', () => {
    expect(edges([0, 0], 2, 1).size).toBe(0);
    expect(bounds([0, 0], 2, 1)).toBeNull();
    expect(bounds(values, 4, 2)).toEqual({ left: 1, top: 0, width: 3, height: 2 });
  });
});

describe('the sign on the image', () => {
  const one = (machine: boolean | null, on = true, problem: string | null = null): Standing => ({ layer: { title: 'T', machine } as Standing['layer'], on, problem, remarks: [] });
  const none = { there: 0, on: true };
  test('counts, and names a machine', () => {
    expect(signLines([], none)).toEqual([]);
    expect(signLines([one(true), one(false, false)], none)).toEqual(['LAYERS: 1 of 2 shown · MACHINE-MADE']);
    expect(signLines([one(false)], { there: 1, on: false })).toEqual(['LAYERS: 1 of 2 shown']);
  });
  test('a machine that is switched off is not claimed to be seen; what is not said is said', () => {
    expect(signLines([one(true, false), one(false)], none)).toEqual(['LAYERS: 1 of 2 shown']);
    expect(signLines([one(null)], none)[0]).toContain('not said whether a machine');
  });
  test('what is not drawn says why', () => expect(signLines([one(false, true, 'Why.')], none)).toEqual(['LAYERS: 0 of 1 shown', 'LAYER NOT DRAWN: T. Why.']));
});
