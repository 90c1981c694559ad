import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Vector } from '../imaging/types';
import { linesOf, wordsOf } from './lines';
import { measure, type Ground } from './measures';
import type { MarkTool } from './tools';

const cases = JSON.parse(readFileSync(new URL('../../../tests/cases/measure.json', import.meta.url), 'utf8')) as {
  frames: Record<string, { values: number[]; suv: unknown } & Record<string, unknown>>;
  cases: { name: string; modality: string; tool: MarkTool; points: Vector[]; count: number; mean: number; sd: number; min: number; max: number; area: number }[];
};

const FRAME = { position: [0, 0, 0], orientation: [1, 0, 0, 0, 1, 0], spacing: [1, 1], spacing_source: 'PixelSpacing', calibration: null, columns: 100, rows: 100, samples: 1, slope: 1, intercept: 0, units: 'HU', suv: null, segment: null, padding: null };
const ground = (changed: object = {}, modality = 'CT', values: ArrayLike<number> | null = null): Ground => ({ frame: { ...FRAME, ...changed } as unknown as Ground['frame'], modality, values });
const LINE: Vector[] = [[10, 10, 0], [13, 14, 0]];
const length = (changed: object, modality: string): string[] => linesOf({ tool: 'Length', points: LINE }, ground(changed, modality));

describe('what NumPy finds in a region', () => {
  test.each(cases.cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const { values, ...frame } = cases.frames[one.modality]!;
    const found = measure(one, ground({ ...frame, orientation: null }, one.modality, values));
    expect(found.statistics?.count).toBe(one.count);
    for (const name of ['mean', 'sd', 'min', 'max'] as const) expect(found.statistics?.[name]).toBeCloseTo(one[name], 6);
    expect(found.area).toBeCloseTo(one.area, 6);
  });
  test('has its unit, and of uptake its factor and type', () => {
    const lines = (modality: string): string => {
      const { values, ...frame } = cases.frames[modality]!;
      return linesOf(cases.cases.find((one) => one.modality === modality)!, ground(frame, modality, values)).join('\n');
    };
    expect(lines('CT')).toMatch(/mean \S+ {2}SD \S+ HU/);
    expect(lines('PT')).toMatch(/SUVbw\n.*\nfactor 0\.0003271/);
  });
  test('leaves padding out', () => {
    const values = new Int16Array(10_000).fill(5);
    values[0] = -2000;
    const region: Vector[] = [[-0.5, -0.5, 0], [1.4, -0.5, 0], [1.4, 1.4, 0], [-0.5, 1.4, 0]];
    expect(measure({ tool: 'PlanarFreehandROI', points: region }, ground({ padding: [-2000, -2000] }, 'CT', values)).statistics).toMatchObject({ count: 3, min: 5 });
  });
});

interface ScaleCase {
  name: string;
  modality: string;
  frame: object | null;
  points: Vector[];
  unit: string;
  long: number;
  short: number | null;
  notes: string[];
}
const scales = JSON.parse(readFileSync(new URL('../../../tests/cases/scales.json', import.meta.url), 'utf8')) as ScaleCase[];

describe('what justifies millimetres', () => {
  test.each(scales.map((one) => [one.name, one] as const))('%s', (_name, { frame, modality, points, unit, long, short, notes }) => {
    const tool = points.length === 2 ? 'Length' : 'Bidirectional';
    const found = measure({ tool, points }, frame === null ? null : ground(frame, modality));
    expect(found).toMatchObject({ unit, notes });
    expect(found.length).toBeCloseTo(long, 9);
    if (short !== null) expect(found.across).toBeCloseTo(short, 9);
  });
  test('is said beside the mark', () => expect(length({ spacing_source: 'ImagerPixelSpacing' }, 'DX')).toEqual(['5.0 mm', 'at detector (projection: magnified)']));
  test('and pixels never pass for them', () => expect(length({ spacing: null, spacing_source: null, position: null }, 'OT')).toEqual(['uncalibrated: 5 px']));
});

describe('what marks say', () => {
  const along = (degrees: number): Vector => [Math.cos((degrees * Math.PI) / 180) * 20, Math.sin((degrees * Math.PI) / 180) * 20, 0];
  test('two axes: the longer first, and their product', () => {
    expect(linesOf({ tool: 'Bidirectional', points: [[0, 0, 0], [6, 0, 0], [3, -4, 0], [3, 4, 0]] }, ground())).toEqual(['8.0 × 6.0 mm', 'product 48 mm²']);
  });
  test('an angle at its corner', () => expect(linesOf({ tool: 'Angle', points: [along(10), [0, 0, 0], along(130)] }, ground())).toEqual(['120.0°']));
  test('a Cobb angle, whichever way its lines were drawn', () => {
    for (const turned of [35, 215]) expect(linesOf({ tool: 'CobbAngle', points: [[0, 0, 0], [10, 0, 0], [0, 0, 0], along(turned)] }, ground())[0]).toBe('35.0°');
  });
  test('an angle needs no calibration', () => expect(linesOf({ tool: 'Angle', points: [along(0), [0, 0, 0], along(90)] }, ground({ spacing: null, position: null, spacing_source: null }))).toEqual(['90.0°']));
  test('a value is the pixel’s under it', () => expect(linesOf({ tool: 'Probe', points: [[2.4, 0.6, 0]] }, ground({}, 'CT', Int16Array.from({ length: 10_000 }, (_, at) => at)))).toEqual(['102 HU']));
  test('on a preview no values are told', () => {
    const lines = linesOf({ tool: 'EllipticalROI', points: [[5, 1, 0], [5, 9, 0], [1, 5, 0], [9, 5, 0]] }, ground({}, 'CT', new Int16Array(10_000)), true);
    expect(lines).toEqual(['area 50.3 mm²', 'values when all of the image is here', 'measured on a preview']);
  });
  test('in a list', () => {
    expect(wordsOf({ tool: 'Length', points: LINE, text: '' }, ground())).toBe('Length 5.0 mm');
    expect(wordsOf({ tool: 'Length', points: LINE, text: '' }, ground({ spacing_source: 'ImagerPixelSpacing' }, 'DX'))).toBe('Length 5.0 mm, at detector (projection: magnified)');
    expect(wordsOf({ tool: 'ArrowAnnotate', points: LINE, text: 'left adrenal' }, ground())).toBe('Arrow: left adrenal');
  });
});
