import { describe, expect, test } from 'vitest';
import { isFor, origin, speaksOf, type PresentationState } from '../imaging/states';
import type { FrameInfo } from '../imaging/types';
import { stateLines } from './overlay';
import { opening, outline, type Place } from './outline';
import { pixelToPatient } from './pixels';
import { areaIn } from './state';

const image = { sop: '1.2.3', frame: 2 };
const frame = { ...image, rows: 100, columns: 200, spacing: [2, 1], position: [10, 20, 30], orientation: [1, 0, 0, 0, 1, 0] } as unknown as FrameInfo;
const state = { label: 'TUMOUR', description: '', creator: 'Smith, Ann', at: '2026-11-02T14:03', images: [{ ...image, frames: [], series: '1.2' }], left_out: ['Its pseudo-colours are not applied.'] } as unknown as PresentationState;
const same: Place = ([x, y]) => [x, y];

describe('which images a state is for', () => {
  test('a part that names none is for all', () => expect(isFor([], image)).toBe(true));
  test('an image without frames is all of its frames', () => expect([speaksOf([{ sop: '1.2.3', frames: [] }], image), speaksOf([{ sop: '1.2.3', frames: [1] }], image), speaksOf([], image)]).toEqual([true, false, false]));
});

test('pixels count from the corner of the first, whose middle is its position', () => {
  expect(pixelToPatient(frame, [0.5, 0.5])).toEqual([10, 20, 30]);
  expect(pixelToPatient(frame, [1.5, 2.5])).toEqual([11, 24, 30]);
});

describe('the displayed area', () => {
  const areas = [{ images: [], first: [1, 1] as [number, number], last: [100, 50] as [number, number], mode: 'SCALE TO FIT' }];
  test('is in millimetres about its middle', () => expect(areaIn(frame, { areas, rotation: 0, flip: false })).toEqual({ centre: [59.5, 69, 30], height: 100, width: 100, rotation: 0, flip_h: false, flip_v: false }));
  test('lies on its side when the image is turned', () => {
    const narrow = [{ ...areas[0]!, last: [50, 50] as [number, number] }];
    expect(areaIn(frame, { areas: narrow, rotation: 90, flip: false })).toMatchObject({ height: 50, width: 100 });
  });
  test('turned and then flipped is flipped and turned the other way', () => expect(areaIn(frame, { areas: [], rotation: 90, flip: true })).toMatchObject({ rotation: 270, flip_h: true, centre: null }));
});

describe('outlines', () => {
  test('a polyline that ends where it began is closed', () => {
    expect(outline({ type: 'POLYLINE', points: [[0, 0], [4, 0], [4, 3]] }, same)).toBe('M0.0 0.0L4.0 0.0L4.0 3.0');
    expect(outline({ type: 'POLYLINE', points: [[0, 0], [4, 0], [0, 0]] }, same)).toMatch(/Z$/);
  });
  test('a circle goes through its second point, an ellipse through all four', () => {
    const through = (path: string): string[] => path.slice(1, -1).split('L');
    expect(through(outline({ type: 'CIRCLE', points: [[5, 5], [5, 8]] }, same))).toContain('5.0 8.0');
    const ellipse = through(outline({ type: 'ELLIPSE', points: [[0, 5], [10, 5], [5, 3], [5, 7]] }, same));
    for (const point of ['0.0 5.0', '10.0 5.0', '5.0 3.0', '5.0 7.0']) expect(ellipse).toContain(point);
  });
  test('a curve goes through all of its points', () => {
    const path = outline({ type: 'INTERPOLATED', points: [[0, 0], [5, 5], [10, 0]] }, same);
    for (const point of ['M0.0 0.0', ' 5.0 5.0', ' 10.0 0.0']) expect(path).toContain(point);
  });
  test('a shutter keeps its edge pixels', () => expect(opening({ rectangle: [1, 10, 1, 5] }, same)).toBe('M0.0 0.0L10.0 0.0L10.0 5.0L0.0 5.0Z'));
});

test('a view says whose choice it is, and what of it is not shown', () => {
  expect(origin(state, (day) => day)).toBe('Smith, Ann, 2026-11-02');
  expect(stateLines(state, frame)).toEqual(['SHOWN AS: TUMOUR (Smith, Ann, 02-Nov-2026)', 'Its pseudo-colours are not applied.']);
  expect(stateLines(state, { ...frame, sop: '9' })[0]).toContain('says nothing of this image');
});
