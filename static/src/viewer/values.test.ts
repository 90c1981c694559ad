import { describe, expect, test } from 'vitest';
import { isInverted, scaleOf } from '../imaging/nature';
import type { FrameInfo, Segment } from '../imaging/types';
import type { Hung } from './hanging';
import { howLines, markLines } from './overlay';
import { presets } from './presets';
import { worded } from './values';

const uptake = { factor: 0.0002, type: 'SUVbw', why: null };
const shown = { voi: { lower: 0, upper: 25000 }, zoom: 1, rotation: 0, flipped: false, inverted: false };

describe('a turn', () => {
  const turned = (rotation: number): string[] => howLines({ ...shown, rotation }, { units: null, voi_function: 'LINEAR' });
  test('of a hair, as arithmetic leaves it, is none', () => [1e-6, 359.999999, 360, -0.2].forEach((rotation) => expect(turned(rotation).join(' ')).not.toContain('ROTATED')));
  test('is told in degrees', () => [[90, 'ROTATED 90°'], [270.0001, 'ROTATED 270°'], [-90, 'ROTATED 270°']].forEach(([rotation, words]) => expect(turned(rotation as number)).toContain(words)));
});
const hung = { study: {}, series: { modality: 'PT', complete: true, packed: 1, frames: 1 } } as unknown as Hung;
const frame = { lossy: false, spacing: [1, 1], orientation: [1, 0, 0, 0, 1, 0] } as unknown as FrameInfo;

describe('uptake', () => {
  test('is black on white, as it is read; a colour picture of it is as it came', () => {
    expect(isInverted({ photometric: 'MONOCHROME2', suv: uptake })).toBe(true);
    expect(isInverted({ photometric: 'MONOCHROME2', suv: null })).toBe(false);
    expect(isInverted({ photometric: 'MONOCHROME1', suv: null })).toBe(true);
    expect(isInverted({ photometric: 'RGB', suv: uptake })).toBe(false);
    expect(isInverted({ photometric: 'MONOCHROME2' })).toBe(false);
  });
  test('has a window in SUV, from and to', () => expect(howLines(shown, { units: 'BQML', voi_function: 'LINEAR', suv: uptake })[0]).toBe('SUVbw 0 to 5'));
  test('has windows of its own on the keys, where there is a factor', () => {
    expect(presets('PT', true).map(({ name }) => name)).toContain('SUV 0 to 10');
    expect(presets('PT', false).map(({ name }) => name)).toEqual(['Own window', 'Full range']);
  });
  test('without a factor stays what it is, and says why', () => {
    const without = { factor: null, type: 'SUVbw', why: "The patient's weight (0010,1030) is not given." };
    expect(scaleOf({ units: 'BQML', suv: without })).toEqual({ factor: 1, unit: 'BQML' });
    expect(howLines(shown, { units: 'BQML', voi_function: 'LINEAR', suv: without })[0]).toBe('W 25001 L 12501 BQML');
    expect(markLines(hung, { ...frame, suv: without })).toEqual(["NO SUV: The patient's weight (0010,1030) is not given."]);
  });
});

describe('the value under the pointer', () => {
  const plain = { units: 'HU', slope: 1, intercept: -1024, padding: [0, 10] as [number, number] };
  test('has its unit', () => expect(worded(-42, plain)).toBe('−42 HU'));
  test('is none where nothing was measured', () => expect(worded(-1020, plain)).toBe('Nothing was measured here'));
  test('is uptake where there is a factor, else what it is', () => {
    expect(worded(16000, { units: 'BQML', slope: 1, intercept: 0, suv: uptake })).toBe('SUVbw 3.20');
    expect(worded(16000, { units: 'BQML', slope: 1, intercept: 0, suv: { ...uptake, factor: null } })).toBe('16000 BQML');
    expect(worded(7, { units: '', slope: 1, intercept: 0 })).toBe('Value 7');
  });
  test('of a mask is the name of its segment', () => {
    const segment = { kind: 'LABELMAP', number: null, label: 'Label map of 1 segments', colour: null, of: null, labels: [{ value: 3, label: 'Liver', colour: null }] } satisfies Segment;
    expect([0, 3, 4].map((value) => worded(value, { ...plain, segment }))).toEqual(['Outside the mask', 'Liver', 'Segment 4']);
  });
});

test('a lossy image says so, and by how much', () => {
  expect(markLines(hung, { ...frame, lossy: true, lossy_ratio: 12.4 })).toEqual(['LOSSY 12:1']);
  expect(markLines(hung, { ...frame, lossy: true, lossy_ratio: null })).toEqual(['LOSSY']);
});

test('a mask says what it is the mask of', () => {
  const segment = { kind: 'BINARY', number: 1, label: 'Tumour (Neoplasm)', colour: null, of: null, labels: [] } satisfies Segment;
  expect(markLines(hung, { ...frame, segment })).toEqual(['MASK: Tumour (Neoplasm)']);
});
