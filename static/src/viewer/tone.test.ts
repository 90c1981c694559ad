import { describe, expect, test } from 'vitest';
import type { PresentationState } from '../imaging/states';
import type { FrameInfo } from '../imaging/types';
import { curveOf, nodesOf, type Curve } from './tone';

const frame = { sop: '1.2.3', frame: 1, samples: 1, voi_function: 'LINEAR', centre: [40], width: [400] } as unknown as FrameInfo;
const state = { images: [{ sop: '1.2.3', frames: [], series: '1.2' }], windows: [] } as unknown as PresentationState;
const straight: Curve = { sigmoid: false, points: null, tone: null, palette: null };
const least = { lower: 0, upper: 1023 };

describe('what is no straight line', () => {
  test('a linear window, and colour, are drawn as Cornerstone draws them', () => {
    expect(curveOf(frame, null)).toBeNull();
    expect(curveOf({ ...frame, samples: 3, voi_function: 'SIGMOID' }, state)).toBeNull();
  });
  test('a state has its own, for the images it speaks of', () => {
    const chosen = { ...state, tone: [0, 1], palette: [[0, 0, 0], [255, 0, 0]] } as PresentationState;
    expect(curveOf(frame, chosen)?.palette).toHaveLength(2);
    expect(curveOf({ ...frame, sop: '1.2.4' }, chosen)).toBeNull();
    expect(curveOf({ ...frame, voi_function: 'SIGMOID' }, { ...state, windows: [{ images: [], centre: 1, width: 2, function: 'LINEAR' }] })).toBeNull();
  });
  test('an image without a window is no sigmoid, whatever it says', () => expect(curveOf({ ...frame, centre: [], voi_function: 'SIGMOID' }, null)).toBeNull());
});

test('a sigmoid is half bright in the middle of its window, and bends as the standard says', () => {
  const nodes = nodesOf({ ...straight, sigmoid: true }, least, false);
  for (const [value, bright] of nodes) expect(bright).toBeCloseTo(1 / (1 + Math.exp((-4 * (value - 512)) / 1024)), 6);
});

test('a table lies between the ends of the window, and is turned over when the image is', () => {
  const nodes = nodesOf({ ...straight, points: [0, 0.1, 1] }, least, false);
  expect([nodes[0], nodes[1023]]).toEqual([[0, 0, 0, 0], [1023, 1, 1, 1]]);
  expect(nodes.find(([value]) => value === 512)![1]).toBeCloseTo(0.1, 2);
  expect(nodesOf({ ...straight, points: [0, 0.1, 1] }, least, true)[0]).toEqual([0, 1, 1, 1]);
});

test('colours are of what is bright, also when that is turned over', () => {
  const palette = [[0, 0, 255], [255, 0, 0]] as [number, number, number][];
  expect(nodesOf({ ...straight, palette }, least, false)[0]).toEqual([0, 0, 0, 1]);
  expect(nodesOf({ ...straight, palette }, least, true)[0]).toEqual([0, 1, 0, 0]);
});
