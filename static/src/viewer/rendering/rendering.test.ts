import { expect, test } from 'vitest';
import type { Geometry } from '../volume/geometry';
import { lookAt, placeOf, pointAt, wholeArea } from './area';
import { composite, project, type Picture } from './cast';
import { Cells } from './cells';
import { pooledGeometry, pooledSlice, poolingOf, scaleOf, type Grid } from './grid';
import { directions, sightOf, turned, type Look } from './sight';
import { LEAST, presetsOf, table } from './transfer';
import { fromWhere } from './words';

const SIZE = 20;
const geometry: Geometry = { origin: [0, 0, 0], axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], spacing: [1, 1, 1], size: [SIZE, SIZE, SIZE] };

/** Air, and in it what `fill` says. */
function volume(fill: (i: number, j: number, k: number) => number | null): { grid: Grid; cells: Cells } {
  const values = new Int16Array(SIZE ** 3);
  for (let at = 0; at < values.length; at++) values[at] = fill(at % SIZE, Math.floor(at / SIZE) % SIZE, Math.floor(at / SIZE / SIZE)) ?? -1000;
  const grid = { values, size: geometry.size };
  const cells = new Cells(grid);
  for (let layer = 0; layer < cells.deep; layer++) cells.measure(layer);
  return { grid, cells };
}

/** Rays and steps go through the middles of voxels: row 3 is slice 15. */
const WIDE = SIZE - 1;
const look = (turn: readonly [number, number]): Look => ({ turn, centre: [9, 9, 9], perPixel: 1, columns: WIDE, rows: WIDE, step: 1 });
const blank = (): Picture => ({ pixels: new Uint8ClampedArray(4 * WIDE * WIDE), depth: new Float32Array(WIDE * WIDE) });
const at = (picture: Picture, column: number, row: number): number[] => [...picture.pixels.slice(4 * (row * WIDE + column), 4 * (row * WIDE + column) + 3)];
const positive = (vector: readonly number[]): number[] => vector.map((part) => part + 0);

test('the reader stands where the angles say', () => {
  expect([positive(directions([0, 0]).right), positive(directions([0, 0]).down), positive(directions([0, 0]).into)]).toEqual([[1, 0, 0], [0, 0, -1], [0, 1, 0]]);
  expect(positive(directions([90, 0]).into)).toEqual([-1, 0, 0]);
  expect(positive(directions([0, 90]).into)).toEqual([0, 0, -1]);
  expect(turned([350, 80], [20, 20])).toEqual([10, 90]);
  expect([fromWhere([0, 0]), fromWhere([90, -15]), fromWhere([30, 0]), fromWhere([0, 90])]).toEqual(['Seen from the front', 'Seen from the left and 15° below', 'Seen from 30° around', 'Seen from above the head']);
});

test('the largest value of each line is seen, and where it lies', () => {
  const { grid, cells } = volume((i, j, k) => (i === 3 && j === 12 && k === 15 ? 800 : i === 3 && j === 4 && k === 15 ? 300 : null));
  const picture = blank();
  project(grid, cells, sightOf(geometry, look([0, 0])), { lower: 0, upper: 1000 }, picture, 0, WIDE);
  expect(at(picture, 3, 3)[0]).toBe(204);
  expect(picture.depth[3 * WIDE + 3]).toBe(3); // 12 is 3 behind the middle
  expect(at(picture, 8, 8)[0]).toBe(0);
  project(grid, cells, sightOf(geometry, look([90, 0])), { lower: 0, upper: 1000 }, picture, 0, WIDE);
  expect(at(picture, 12, 3)[0]).toBe(204); // from the left the back is to the right
});

test('what is nearer hides what is behind it, and air hides nothing', () => {
  const { grid, cells } = volume((i, j) => (j === 5 && i < 10 ? 2000 : j >= 12 ? 200 : null));
  const bone = table('bone', 0, 1, { offset: 0, per: 1 });
  const picture = blank();
  composite(grid, cells, cells.seen(bone), sightOf(geometry, look([0, 0])), bone, picture, 0, WIDE);
  const [plate, beyond] = [at(picture, 4, 10), at(picture, 15, 10)];
  expect(plate[0]! - beyond[0]!).toBeGreaterThan(40);
  expect(plate[2]! / plate[0]!).toBeGreaterThan(0.9); // bone is nearly white, what is behind reddish
  expect(beyond[2]! / beyond[0]!).toBeLessThan(0.7);
});

test('leaping over what shows nothing changes no pixel', () => {
  const { grid, cells } = volume((i, j, k) => (Math.hypot(i - 9, j - 11, k - 8) < 5 ? 250 + 30 * i : null));
  const bone = table('bone', 0, 0.7, { offset: 0, per: 1 });
  const sight = sightOf(geometry, { ...look([33, 21]), step: 0.7 });
  const [leaping, walking] = [blank(), blank()];
  composite(grid, cells, cells.seen(bone), sight, bone, leaping, 0, WIDE);
  composite(grid, cells, cells.seen(bone).fill(1), sight, bone, walking, 0, WIDE);
  expect(leaping).toEqual(walking);
  expect(Math.max(...leaping.pixels.filter((_, n) => n % 4 === 0))).toBeGreaterThan(100);
});

test('a preset begins higher by its shift, and only Hounsfield units have presets', () => {
  const [plain, shifted] = [table('bone', 0, 1, { offset: 0, per: 1 }), table('bone', 100, 1, { offset: 0, per: 1 })];
  expect([plain.alpha[150 - LEAST], plain.alpha[400 - LEAST]]).toEqual([0, shifted.alpha[500 - LEAST]]);
  expect(plain.alpha[400 - LEAST]).toBeGreaterThan(0.3);
  expect([presetsOf('MR'), presetsOf('CT').length]).toEqual([['mip'], 5]);
});

test('a very fine volume is rendered on a coarser grid, of means', () => {
  expect(poolingOf({ size: [512, 512, 80], spacing: [0.7, 0.7, 5] })).toEqual({ across: 1, along: 1 });
  expect(poolingOf({ size: [512, 512, 300], spacing: [0.7, 0.7, 1] })).toEqual({ across: 2, along: 1 });
  expect(poolingOf({ size: [512, 512, 1000], spacing: [0.7, 0.7, 0.6] })).toEqual({ across: 2, along: 3 });
  const slices = [Int16Array.from([0, 10, 20, 30]), Int16Array.from([40, 50, 60, 70])];
  expect([...pooledSlice(slices, [2, 2, 2], { across: 2, along: 2 }, { offset: 0, per: 1 })]).toEqual([35]);
  expect(pooledGeometry({ ...geometry, size: [4, 4, 4] }, { across: 2, along: 1 })).toMatchObject({ origin: [0.5, 0.5, 0], size: [2, 2, 4], spacing: [2, 2, 1] });
  expect(scaleOf(true, [-1024, 3071])).toEqual({ offset: 0, per: 1 });
  expect(scaleOf(false, [0, 64]).per).toBe(0.001);
});

test('places on the screen and points in the patient are each other’s', () => {
  const area = wholeArea(geometry);
  const screen = { width: 300, height: 200 };
  const point = pointAt([40, 70], 6, [25, 10], area, screen);
  expect(placeOf(point, [25, 10], area, screen).map(Math.round)).toEqual([40, 70]);
  expect(lookAt([0, 0], area, { width: 800, height: 400 }, 20_000, 1)).toMatchObject({ columns: 200, rows: 100 });
});
