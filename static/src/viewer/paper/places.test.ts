/** Where somebody reads is the same place of the document on every screen. */

import { expect, it } from 'vitest';
import { placeAt, scrolledTo, type Part } from './places';

const pages = (height: number): Part[] => [0, 1, 2].map((at) => ({ top: at * (height + 6), height }));

it('is a page, and how far down it', () => {
  expect(placeAt(pages(1000), 0)).toBe(0);
  expect(placeAt(pages(1000), 1006 + 250)).toBe(1.25);
  expect(scrolledTo(pages(1000), 1.25)).toBe(1256);
});

it('is the same on a screen of another width, whatever stands between the pages', () => {
  for (const scrolled of [0, 333, 1006, 1700, 2012]) expect(scrolledTo(pages(500), placeAt(pages(1000), scrolled))).toBeLessThan(1512);
  expect(scrolledTo(pages(500), placeAt(pages(1000), 1506))).toBe(756);
});

it('between two pages is the beginning of the next, and beyond the last is its end', () => {
  expect(placeAt(pages(1000), 1003)).toBe(1);
  expect(placeAt(pages(1000), 9000)).toBe(3);
  expect(scrolledTo(pages(1000), 3)).toBe(3012);
});

it('of a paragraph within a list item is told by the outermost', () => {
  const item: Part[] = [{ top: 0, height: 40 }, { top: 40, height: 200 }, { top: 60, height: 20 }];
  expect(placeAt(item, 140)).toBe(1.5);
  expect(scrolledTo(item, 1.5)).toBe(140);
});
