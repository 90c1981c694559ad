/** Lengths on a slide, and what is said over it. */

import { describe, expect, it } from 'vitest';
import type { Hung } from '../viewer/hanging';
import { apart, areaOf, areaWord, barOf, barWord, fits, fromWire, isBeyond, lengthWord, magnificationOf, magnificationWord, micrometresAt, pixelOf, toWire, upright } from './scale';
import type { SlideIndex } from './types';
import { glassLines, howLines, warnings } from './words';

const index = {
  spacing: [0.0005, 0.0005],
  objective: 20,
  container: 'S26-1',
  specimens: [{ id: 'A', description: 'Core biopsy', anatomy: 'Lung', stains: ['Haematoxylin', 'Eosin'] }],
  lossy: true,
  lossy_ratio: 12.3,
  left_out: ['One of its 2 focal planes is shown.'],
} as unknown as SlideIndex;

const series = (state: string): Hung => ({ study: {}, series: { state, expected: 5, received: 3, gaps: [] } }) as unknown as Hung;

describe('lengths', () => {
  it('are micrometres up to a millimetre', () => {
    expect(lengthWord(9.4, true)).toBe('9 µm');
    expect(lengthWord(999.4, true)).toBe('999 µm');
    expect(lengthWord(1240, true)).toBe('1.24 mm');
    expect(lengthWord(120, false)).toBe('120 px (no scale)');
  });

  it('travel in millimetres and come back to the micrometre', () => {
    expect(toWire([1234.4, 56.6])).toEqual([1.234, 0.057, 0]);
    expect(fromWire([1.234, 0.057, 0])).toEqual([1234, 57]);
    expect(apart([0, 0], [300, 400])).toBe(500);
  });

  it('around a region hold its area, whichever way it was drawn', () => {
    const square: [number, number][] = [[0, 0], [100, 0], [100, 50], [0, 50]];
    expect(areaOf(square)).toBe(5000);
    expect(areaOf([...square].reverse())).toBe(5000);
    expect([areaWord(5000, true), areaWord(250_000, true), areaWord(2_500_000, true), areaWord(40, false)]).toEqual(['5000 µm²', '0.250 mm²', '2.50 mm²', '40 px² (no scale)']);
  });

  it('of a scale bar are round, and no longer than the room for it', () => {
    for (const micrometres of [0.25, 0.37, 1, 3.3, 12, 40]) {
      const { length, pixels } = barOf(micrometres, 160);
      expect(pixels).toBeLessThanOrEqual(160);
      expect(pixels).toBeGreaterThan(60);
      expect(`${length}`).toMatch(/^[125]0*$/);
      expect(pixels * micrometres).toBeCloseTo(length, 6);
    }
    expect(barWord(500, true)).toBe('500 µm');
    expect(barWord(2000, true)).toBe('2 mm');
    expect(barWord(200, false)).toBe('200 px');
  });
});

describe('magnification', () => {
  it('is that of the objective a scan was made with, at one pixel for one', () => {
    expect(magnificationOf(0.25)).toBe(40);
    expect(micrometresAt(2.5)).toBe(4);
    expect([0.31, 2.5, 19.8, 40].map(magnificationWord)).toEqual(['0.3×', '2.5×', '20×', '40×']);
  });

  it('beyond what was scanned is said', () => {
    expect(isBeyond(micrometresAt(20), index)).toBe(false);
    expect(isBeyond(micrometresAt(40), index)).toBe(true);
    expect(howLines(index, 0.25, 90)).toEqual(['40×', 'scanned at 20×', 'ROTATED 90° BEYOND SCAN RESOLUTION']);
    expect(howLines(index, 1, 0)).toEqual(['10×', 'scanned at 20×']);
    expect(howLines({ ...index, spacing: null, objective: null }, 2, 0)).toEqual(['50 % of the scan']);
  });
});

describe('what is seen', () => {
  it('is at least the area on a screen of another shape', () => {
    expect(fits({ height: 800, width: 1280 }, 640, 400)).toBe(2);
    expect(fits({ height: 800, width: 1280 }, 640, 1000)).toBe(2);
    expect(fits({ height: 800, width: 1280 }, 2000, 400)).toBe(2);
  });

  it('is turned by degrees from 0 up to 360', () => {
    expect([-90, 360, 725.04, 0].map(upright)).toEqual([270, 0, 5, 0]);
  });

  it('without scale counts pixels', () => {
    expect(pixelOf(index)).toEqual([0.5, 0.5]);
    expect(pixelOf({ spacing: null })).toEqual([1, 1]);
  });
});

describe('the words', () => {
  it('say which glass, and its stain or that none is given', () => {
    expect(glassLines(index)).toEqual(['Slide S26-1', 'Core biopsy', 'Haematoxylin, Eosin']);
    expect(glassLines({ ...index, specimens: [] })).toEqual(['Slide S26-1', 'Stain not given']);
  });

  it('warn of what must not be overlooked', () => {
    expect(warnings({ hung: series('complete'), index })).toEqual(['LOSSY 12:1', 'One of its 2 focal planes is shown.']);
    expect(warnings({ hung: series('incomplete'), index: { ...index, spacing: null } })[0]).toBe('INCOMPLETE: 3 of 5 objects are here');
    expect(warnings({ hung: series('complete'), index: { ...index, spacing: null } })[0]).toBe('UNCALIBRATED');
  });
});
