import { describe, expect, test } from 'vitest';
import cases from '../../../../tests/cases/panes.json';
import { tooLarge } from '../../imaging/budget';
import type { FrameInfo, StudySummary, Vector } from '../../imaging/types';
import type { Hung } from '../hanging';
import { letters, normal } from '../orientation';
import { fused, overOf, petAndCt, threePlanes } from './arranging';
import { coloured } from './colours';
import { isAligned, toIndex, toPatient, type Geometry } from './geometry';
import { plainPlane, plainRendering, plainWhole } from './plain';
import { around, cornerOf, goesThrough, leaningPile, nearest, pile, raysOf, slices, turnOf } from './planes';
import { pooled } from './pool';
import { cast, sample, type Voxels } from './rays';
import { solid, type Solid } from './solid';
import { about, leaning, tiltedOn } from './tilt';

const frame = (over: Partial<FrameInfo>): FrameInfo =>
  ({ samples: 1, rows: 4, columns: 3, spacing: [2, 1], orientation: [1, 0, 0, 0, 1, 0], position: [0, 0, 0], number: 1, slope: 1, intercept: 0, float: false, bits: 16, ...over }) as FrameInfo;

const series = (places: readonly number[], over: Partial<FrameInfo> = {}): FrameInfo[] => places.map((z, at) => frame({ position: [0, 0, z], number: at + 1, ...over }));
const why = (frames: FrameInfo[]): string => (solid({ frames }) as { why: string }).why ?? '';
const made = (frames: FrameInfo[]): Solid => solid({ frames }) as Solid;

describe('which series make a volume', () => {
  test('parallel slices a step apart do, in the order of the series', () => {
    const { geometry, order } = made(series([20, 15, 10, 5, 0]));
    expect(geometry).toEqual({ origin: [0, 0, 20], axes: [[1, 0, 0], [0, 1, 0], [-0, -0, -1]], spacing: [1, 2, 5], size: [3, 4, 5] });
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });
  test('images in another order than they lie are put in place', () => expect(made(series([0, 10, 5, 15, 20])).order).toEqual([0, 2, 1, 3, 4]));
  test('rounded headers do not matter', () => expect(made(series([0, 1.25, 2.49, 3.76, 5])).geometry.spacing[2]).toBeCloseTo(1.25));
  test('a gap is told, with how many are missing and between which', () => {
    expect(why(series([0, 5, 10, 30, 35, 40]))).toBe('Not a volume: 3 slices are missing between images 3 and 4.');
    expect(why(series([0, 5, 10, 20, 25, 35]))).toBe('Not a volume: a slice is missing between images 3 and 4, and more elsewhere.');
    expect(why(series([0, 5, 10, 12, 17, 22]))).toBe('Not a volume: its slices lie 2.0 to 5.0 mm apart.');
  });
  test('a tilted gantry is told', () => {
    const tilted = [0, 5, 10, 15, 20].map((z) => frame({ position: [0, z * Math.tan((12 * Math.PI) / 180), z] }));
    expect(why(tilted)).toBe('Not a volume: the gantry was tilted by 12°, and planes through it would be sheared.');
  });
  test.each([
    [series([0, 1, 2]), 'it has 3 images, and at least 5 are needed.'],
    [series([0, 1, 2, 3, 3]), 'several of its images lie in one place, as in a series of several phases.'],
    [series([0, 1, 2, 3, 4], { samples: 3 }), 'its images are in colour.'],
    [series([0, 1, 2, 3, 4], { position: null }), 'its images do not say where in the patient they lie.'],
    [series([0, 1, 2, 3, 4], { spacing: null }), 'its images have no pixel spacing.'],
    [[...series([0, 1, 2, 3]), frame({ position: [0, 0, 4], orientation: [1, 0, 0, 0, 0, -1] })], 'its images are not parallel.'],
    [[...series([0, 1, 2, 3]), frame({ position: [0, 0, 4], rows: 8 })], 'its images differ in size.'],
  ])('what does not is refused in words', (frames, reason) => expect(why(frames as FrameInfo[])).toBe(`Not a volume: ${reason as string}`));
  test('what this computer cannot hold is told', () => {
    expect(tooLarge(60, 0, 100)).toBeNull();
    expect(tooLarge(2 ** 30, 0, 2 ** 30)).toBe('Too large: it needs 1024 MB of memory, and this computer has 717 MB for volumes.');
    expect(tooLarge(2 ** 29, 2 ** 29, 2 ** 30)).toContain('beside the 512 MB of other volumes');
  });
});

/** Each voxel tells its own place: 100 i + 10 j + k. */
const block = ([columns, rows, deep]: Vector): Voxels[] =>
  Array.from({ length: deep }, (_, k) => Int16Array.from({ length: columns * rows }, (_unused, at) => 100 * (at % columns) + 10 * Math.floor(at / columns) + k));

const geometryOf = (over: Partial<Geometry> = {}): Geometry => ({ origin: [-1, -2, 50], axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], spacing: [1, 2, 5], size: [3, 4, 6], ...over });

function picture(geometry: Geometry, plane: 'axial' | 'coronal' | 'sagittal', at: number, slab = 0, blend: 'average' | 'mip' | 'minip' = 'average'): number[][] {
  const shown = pile(geometry, plane);
  const rays = raysOf(geometry, shown, at, slab);
  const out = new Int16Array(rays.columns * rays.rows);
  cast({ slices: block(geometry.size), size: geometry.size }, rays, blend, -9, out);
  return Array.from({ length: rays.rows }, (_, row) => [...out.subarray(row * rays.columns, (row + 1) * rays.columns)]);
}

describe('planes of an upright patient', () => {
  const geometry = geometryOf();
  test('coronal: left on the right, the head above', () => expect(picture(geometry, 'coronal', 2)).toEqual([5, 4, 3, 2, 1, 0].map((k) => [0, 1, 2].map((i) => 100 * i + 20 + k))));
  test('sagittal: the front on the left, the head above; the first is the leftmost', () => expect(picture(geometry, 'sagittal', 0)[0]).toEqual([0, 1, 2, 3].map((j) => 200 + 10 * j + 5)));
  test('axial: as the slices are', () => expect(picture(geometry, 'axial', 4)[1]).toEqual([14, 114, 214]));
  test('an axial plane scrolls the way the series does', () => {
    const downwards = geometryOf({ origin: [-1, -2, 75], axes: [[1, 0, 0], [0, 1, 0], [0, 0, -1]] });
    expect(cornerOf(pile(downwards, 'axial'), 0)[2]).toBe(75);
    expect(picture(downwards, 'axial', 0)[0]).toEqual([0, 100, 200]);
  });
  test('a slab takes the slices whose middles lie in it', () => {
    expect([0, 4, 9.9, 10, 20].map((mm) => slices(pile(geometry, 'axial'), mm))).toEqual([1, 1, 1, 3, 5]);
    expect(picture(geometry, 'axial', 2, 10, 'mip')[0]).toEqual([3, 103, 203]);
    expect(picture(geometry, 'axial', 2, 10, 'minip')[0]).toEqual([1, 101, 201]);
    expect(picture(geometry, 'axial', 2, 10)[0]).toEqual([2, 102, 202]);
    expect(picture(geometry, 'axial', 0, 10, 'minip')[0]).toEqual([0, 100, 200]);
  });
  test('what has not come is nothing, and does not count in a slab', () => {
    const shown = pile(geometry, 'axial');
    const halves = block(geometry.size).map((slice, k) => (k === 2 ? null : slice));
    const out = new Int16Array(12);
    cast({ slices: halves, size: geometry.size }, raysOf(geometry, shown, 2, 0), 'average', -9, out);
    expect(out[0]).toBe(-9);
    cast({ slices: halves, size: geometry.size }, raysOf(geometry, shown, 2, 10), 'mip', -9, out);
    expect(out[0]).toBe(3);
  });
  test('the plane nearest to a point', () => expect([-100, 51, 63, 400].map((z) => nearest(pile(geometry, 'axial'), [0, 0, z]))).toEqual([0, 0, 3, 5]));
});

describe('however the patient lies, letters are theirs', () => {
  const lying: [string, number[]][] = [
    ['head first, supine', [1, 0, 0, 0, 1, 0]],
    ['head first, prone', [-1, 0, 0, 0, -1, 0]],
    ['feet first, supine', [-1, 0, 0, 0, 1, 0]],
    ['on the side', [0, 1, 0, -1, 0, 0]],
  ];
  test.each(lying)('%s', (_, orientation) => {
    const out = normal(orientation);
    const frames = [0, 1, 2, 3, 4, 5].map((k) => frame({ orientation, position: out.map((part) => part * 5 * k) as Vector }));
    const { geometry } = made(frames);
    expect(isAligned(geometry)).toBe(true);
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      const shown = pile(geometry, plane);
      expect([letters(shown.right), letters(shown.down)]).toEqual({ axial: ['L', 'P'], coronal: ['L', 'F'], sagittal: ['P', 'F'] }[plane]);
      // And the voxel under every pixel is the one that lies there in the patient.
      const rays = raysOf(geometry, shown, 1, 0);
      const values = new Int16Array(rays.columns * rays.rows);
      cast({ slices: block(geometry.size), size: geometry.size }, rays, 'average', -9, values);
      const point = cornerOf(shown, 1).map((value, axis) => value + shown.right[axis]! * shown.spacing[0] + shown.down[axis]! * shown.spacing[1]) as Vector;
      const [i, j, k] = toIndex(geometry, point).map(Math.round) as Vector;
      expect(values[rays.columns + 1]).toBe(100 * i + 10 * j + k);
    }
  });
});

describe('between voxels', () => {
  const data = { slices: block([3, 4, 6]), size: [3, 4, 6] as Vector };
  test('values are interpolated in three directions', () => expect(sample(data, 1.25, 2.5, 3.75)).toBeCloseTo(125 + 25 + 3.75));
  test('a voxel reaches half its size beyond its middle, and no further', () => {
    expect(sample(data, -0.4, 0, 0)).toBe(0);
    expect(sample(data, -0.6, 0, 0)).toBeNaN();
  });
  test('an oblique volume is sampled as finely as its finest spacing', () => {
    const turn = Math.PI / 9;
    const oblique = geometryOf({ axes: [[1, 0, 0], [0, Math.cos(turn), Math.sin(turn)], [0, -Math.sin(turn), Math.cos(turn)]] });
    const shown = pile(oblique, 'coronal');
    expect([shown.spacing[0], shown.spacing[1]]).toEqual([1, 1]);
    const at = Math.floor(shown.count / 2);
    const rays = raysOf(oblique, shown, at, 0);
    const out = new Float32Array(rays.columns * rays.rows);
    cast({ slices: data.slices, size: data.size }, rays, 'average', -9, out);
    const middle = Math.floor(rays.rows / 2);
    const point = cornerOf(shown, at).map((value, axis) => value + shown.right[axis]! + shown.down[axis]! * middle) as Vector;
    const [i, j, k] = toIndex(oblique, point);
    expect(out[middle * rays.columns + 1]).toBeCloseTo(100 * i + 10 * j + k, 3);
    expect(toPatient(oblique, [i, j, k]).map((part) => Number(part.toFixed(6)))).toEqual(point.map((part) => Number(part.toFixed(6))));
  });
});

describe('the whole volume from around', () => {
  const geometry = geometryOf({ spacing: [2, 2, 5], size: [5, 3, 4] });
  const from = (turn: number): { right: string; into: string; values: Int16Array; columns: number } => {
    const { pile: shown, rays } = around(geometry, turn);
    const values = new Int16Array(rays.columns * rays.rows);
    cast({ slices: block(geometry.size), size: geometry.size }, rays, 'mip', -9, values);
    return { right: letters(shown.right), into: letters(shown.onwards), values, columns: rays.columns };
  };
  test('from the front, the left, the back and the right', () => expect([0, 9, 18, 27].map((turn) => [from(turn).right, from(turn).into].join())).toEqual(['L,P', 'P,R', 'R,A', 'A,L']));
  test('from the front every pixel is the most of its column', () => {
    const { values, columns } = from(0);
    const first = [...values.subarray(0, columns)].filter((value) => value !== -9);
    expect(first).toEqual([0, 1, 2, 3, 4].map((i) => 100 * i + 20 + 3));
  });
  test('from the back it is the mirror image', () => {
    const [front, back] = [from(0), from(18)];
    expect([...back.values.subarray(0, back.columns)].reverse()).toEqual([...front.values.subarray(0, front.columns)]);
  });
  test('turns come back to where they began', () => expect([0, 10, 355, 360, -10].map(turnOf)).toEqual([0, 1, 0, 0, 35]));
  test('made coarser, nothing hot is lost', () => {
    const [columns, rows] = [500, 450];
    const slice = new Float32Array(columns * rows);
    slice[449 * columns + 499] = 7;
    const { block: less, geometry: where } = pooled({ slices: [slice], size: [columns, rows, 1], geometry: geometryOf({ size: [columns, rows, 1], spacing: [1, 1, 5] }) });
    expect(less.size).toEqual([167, 150, 1]);
    expect(less.slices[0]?.[149 * 167 + 166]).toBe(7);
    expect(where.origin).toEqual([0, -1, 50]);
    expect(where.spacing).toEqual([3, 3, 5]);
  });
});

describe('colour over grey', () => {
  const pixels = (values: number[]): number[][] => {
    const into = new Uint8ClampedArray(values.length * 4);
    coloured(values, { lower: 0, upper: 10 }, 'hot-iron', 0.5, -9, into);
    return values.map((_, at) => [...into.subarray(at * 4, at * 4 + 4)]);
  };
  test('nothing hides nothing, the top of the window is all but white', () => expect(pixels([0, -9, 10, 99])).toEqual([[0, 0, 0, 0], [0, 0, 0, 0], [255, 254, 252, 128], [255, 254, 252, 128]]));
  test('half-way is red', () => expect(pixels([5])).toEqual([[255, 0, 0, 128]]));
});

describe('whole screens', () => {
  const one = (modality: string, key: string) => ({ key, series: key, modality, kind: 'images', version: 'v', frames: 9, description: '', body_part: '', number: 1 });
  const study = (name: string, ...all: unknown[]): StudySummary => ({ study: name, series: all }) as unknown as StudySummary;
  const chest = study('1', one('CT', 'chest'));
  const hybrid = study('2', one('CT', 'low'), one('PT', 'fdg'));
  test('PET and CT of the study that is looked at, else of the newest that has both', () => {
    expect(petAndCt([chest, hybrid], { study: chest, series: chest.series[0]! })?.pet.series.key).toBe('fdg');
    expect(petAndCt([chest], null)).toBeNull();
  });
  test('fusion: CT, PET, both, and the PET from around', () => {
    const placed = fused(petAndCt([hybrid], null)!);
    expect(placed.map(({ hung, view }) => [hung.series.key, view?.kind, view?.kind === 'plane' ? (view.over?.key ?? '') : ''].join())).toEqual(['low,plane,', 'fdg,plane,', 'low,plane,fdg', 'fdg,volume,']);
  });
  test('three planes and the images as taken', () => expect(threePlanes({ study: chest, series: chest.series[0]! }).map(({ view }) => (view?.kind === 'plane' ? view.plane : null))).toEqual(['axial', 'coronal', 'sagittal', null]));
});

describe('what travels', () => {
  const hung = { study: { study: '1.2' }, series: { series: '1.2.4', key: 'fedcba9876543210fedcba9876543210' } } as unknown as Hung;
  test('is made of the fields that the server takes', () => {
    expect(plainWhole(hung)).toEqual(cases.good.volume);
    expect(plainRendering({ ...hung, series: { ...hung.series, modality: 'CT' } })).toEqual(cases.good.rendering);
    expect(plainPlane({ study: { study: '1.2' }, series: { series: '1.2.3', key: '0123456789abcdef0123456789abcdef' } } as unknown as Hung, 'coronal')).toEqual(cases.good.plane);
    expect(overOf(hung)).toEqual(cases.good['fused slab'].over);
  });
});

test('a plane leans about any axis, and travels as three angles', () => {
  const tilt = tiltedOn(tiltedOn(undefined, [0, 0, 1], 30), [1, 0, 0], -20);
  const twice = about(about([0, 1, 0], [0, 0, 1], 30), [1, 0, 0], -20);
  leaning(tilt, [0, 1, 0]).forEach((part, n) => expect(part).toBeCloseTo(twice[n]!, 4));
  expect(tiltedOn(tiltedOn(undefined, [0, 1, 0], 90), [0, 1, 0], -90).map((turn) => turn + 0)).toEqual([0, 0, 0]);
  expect(about([2, 0, 5], [0, 0, 1], 90, [1, 0, 0]).map((part) => Math.round(part) + 0)).toEqual([1, 1, 5]);
});

test('a leaning pile goes through the point it leans about, and holds the whole volume', () => {
  const geometry: Geometry = { origin: [0, 0, 0], axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], spacing: [1, 1, 2], size: [20, 20, 10] };
  const through: Vector = [7.3, 4.2, 9.1];
  const leans = leaningPile(geometry, 'coronal', [10, -25, 40], through);
  expect(goesThrough(leans, through)).toBe(true);
  expect(goesThrough(leans, [7.3, 4.7, 9.1])).toBe(false);
  const upright = leaningPile(geometry, 'coronal', [0, 0, 0], [9, 9, 9]);
  expect([upright.columns, upright.rows, upright.count]).toEqual([20, 19, 20]);
  expect([leans.columns, leans.rows, leans.count].every((count) => count >= 20)).toBe(true);
});
