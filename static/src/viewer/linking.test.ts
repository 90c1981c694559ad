import { describe, expect, test } from 'vitest';
import type { FrameInfo, Vector } from '../imaging/types';
import type { Plane } from './contents/content';
import { bond, signs, target, type Linked } from './linking';
import { crossing, nearest, planeOf } from './planes';
import { normal } from './orientation';
import { nextSpeed } from './cine';

const AXIAL = [1, 0, 0, 0, 1, 0];
const SAGITTAL = [0, 1, 0, 0, 0, -1];
const frame = (position: Vector, orientation = AXIAL): FrameInfo => ({ position, orientation, spacing: [1, 1], rows: 101, columns: 201 }) as unknown as FrameInfo;
const plane = (frameOfReference: string, position: Vector, orientation = AXIAL): Plane => planeOf({ frame_of_reference: frameOfReference }, frame(position, orientation)) as Plane;
const linked = (key: string, seen: Plane, anchor: Plane | null = null): Linked => ({ key, plane: seen, anchor });

describe('planes', () => {
  test('an image says where it lies', () => {
    const { at, corners } = plane('f', [-100, -50, 30]);
    expect(at).toEqual([0, 0, 30]);
    expect(corners).toEqual([[-100.5, -50.5, 30], [100.5, -50.5, 30], [100.5, 50.5, 30], [-100.5, 50.5, 30]]);
  });
  test.each(['position', 'orientation', 'spacing'] as const)('an image without %s lies nowhere', (lacks) => expect(planeOf({ frame_of_reference: 'f' }, { ...frame([0, 0, 0]), [lacks]: null })).toBeNull());
  test('the nearest of a stack, whichever way it runs', () => {
    const frames = [40, 35, 30, 25].map((z) => frame([-100, -50, z]));
    expect([nearest({ frames }, [0, 0, 31]), nearest({ frames }, [90, 10, 999]), nearest({ frames }, [0, 0, -999])]).toEqual([2, 0, 3]);
    expect(nearest({ frames: [{ ...frame([0, 0, 0]), position: null }] }, [0, 0, 0])).toBeNull();
  });
  test('an axial image crosses a sagittal one in a line across it', () => {
    const line = crossing(plane('f', [-100, -50, 30]), plane('f', [10, -50, 80], SAGITTAL)) as [Vector, Vector];
    expect(line.map(([x, , z]) => [x, z])).toEqual([[10, 30], [10, 30]]);
    expect(line.map(([, y]) => y).sort((a, b) => a - b)).toEqual([-50.5, 50.5]);
  });
  test('nothing crosses what is parallel, too far off, or of another frame of reference', () => {
    const axial = plane('f', [-100, -50, 30]);
    expect(crossing(axial, plane('f', [-100, -50, 40]))).toBeNull();
    expect(crossing(axial, plane('f', [500, -50, 80], SAGITTAL))).toBeNull();
    expect(crossing(axial, plane('g', [10, -50, 80], SAGITTAL))).toBeNull();
  });
});

describe('links', () => {
  const [now, before] = [plane('f', [0, 0, 100]), plane('g', [0, 0, -40])];
  test('one frame of reference goes to the same point', () => expect(target('position', linked('ct', now), linked('pet', plane('f', [5, 5, 0])))).toEqual(now.at));
  test('one series twice is not linked by itself, nor a plane across', () => {
    expect(bond('position', linked('ct', now), linked('ct', plane('f', [0, 0, 0])))).toBeNull();
    expect(bond('all', linked('ct', now), linked('sag', plane('f', [0, 0, 0], SAGITTAL)))).toBeNull();
  });
  test('another study keeps the offset it had', () => {
    const moved = plane('f', [0, 0, 92.5]);
    expect(bond('position', linked('a', moved, now), linked('b', before, before))).toBeNull();
    const to = target('all', linked('a', moved, now), linked('b', before, before)) as Vector;
    expect(to[2]).toBeCloseTo(-47.5);
    const back = target('all', linked('b', plane('g', [0, 0, -47.5]), before), linked('a', moved, now)) as Vector;
    expect(back[2]).toBeCloseTo(92.5);
  });
  test('a stack that runs the other way goes the same way in the patient', () => {
    const upside = plane('g', [0, 0, -40], [1, 0, 0, 0, -1, 0]);
    expect(normal([1, 0, 0, 0, -1, 0])[2]).toBe(-1);
    expect((target('all', linked('a', plane('f', [0, 0, 110]), now), linked('b', upside, upside)) as Vector)[2]).toBeCloseTo(-30);
  });
  test('each viewport says what it hangs together with', () => {
    const panes = [linked('a', now, now), linked('b', before, before), linked('a2', plane('f', [0, 0, 100]), plane('f', [0, 0, 100])), null];
    expect(signs('off', panes)).toEqual([null, null, null, null]);
    expect(signs('position', panes)).toEqual(['Linked by position', null, 'Linked by position', null]);
    expect(signs('all', panes)).toEqual(['Linked by offset', 'Linked, offset −140.0 mm', 'Linked, offset +0.0 mm', null]);
  });
});

test('a cine goes faster and slower by steps, and no further than the last', () => {
  expect([nextSpeed(10, 1), nextSpeed(10, -1), nextSpeed(12.5, 1), nextSpeed(50, 1), nextSpeed(1, -1)]).toEqual([15, 5, 15, 50, 1]);
});
