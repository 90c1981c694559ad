/** A mark in somebody's hand: what others hear of it, and how it looks to them. */

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Drawing } from '../room/protocol';
import { InHand } from './in-hand';
import { tracing, type Spot } from './tracing';

const CASES = JSON.parse(readFileSync(new URL('../../../tests/cases/drawings.json', import.meta.url), 'utf8')) as { good: Record<string, Drawing> };
const drawing = CASES.good['a length'] as Drawing;

describe('what others hear', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is the mark while it moves, again while the hand rests, and once that it let go', () => {
    const told: (Drawing | null)[] = [];
    const hand = new InHand({ isShown: () => true, send: (one) => void told.push(one) });
    hand.hold(drawing);
    vi.advanceTimersByTime(2500);
    expect(told).toEqual([drawing, drawing, drawing]);
    hand.letGo();
    hand.letGo();
    vi.advanceTimersByTime(5000);
    expect(told.slice(3)).toEqual([null]);
  });

  it('is nothing of a private mark', () => {
    const told: unknown[] = [];
    const hand = new InHand({ isShown: (id) => id !== drawing.id, send: (one) => void told.push(one) });
    hand.hold(drawing);
    vi.advanceTimersByTime(5000);
    hand.letGo();
    expect(told).toEqual([]);
  });
});

it.each(Object.entries(CASES.good))('%s has a line wherever it lies on a screen', (_, { tool, points }) => {
  expect(tracing(tool, points.map(([x, y]) => [x, y] as Spot))).toMatch(/^M-?\d/);
});

it('two axes are two lines, and an ellipse is round', () => {
  const axes = CASES.good['two axes'] as Drawing;
  expect(tracing(axes.tool, axes.points.map(([x, y]) => [x, y] as Spot))).toBe('M0.0 0.0L10.0 0.0M5.0 -2.0L5.0 2.0');
  const ellipse = CASES.good['an ellipse on a plane'] as Drawing;
  expect(tracing(ellipse.tool, ellipse.points.map(([x, y]) => [x, y] as Spot)).split('L').length).toBeGreaterThan(30);
});
