/** Lengths on a slide. Places are micrometres from the upper left corner of its finest level, to the right and downwards. */

import type { Vector } from '../imaging/types';
import type { SlideIndex } from './types';

/** At a magnification of one, a pixel of the screen shows this many micrometres: an objective of 40 scans at 0.25. */
const AT_ONE = 10;
/** Magnifications of the objectives a microscope has; the number keys choose them. */
export const OBJECTIVES = [1, 2.5, 5, 10, 20, 40] as const;
/** Beyond the scan's own pixels by this much, nothing more is to be seen. */
const BEYOND = 1.05;

export type Place = [number, number];

/** Micrometres of a pixel of the finest level: its width and its height. A slide without scale counts pixels. */
export const pixelOf = ({ spacing }: Pick<SlideIndex, 'spacing'>): Place => (spacing === null ? [1, 1] : [spacing[1] * 1000, spacing[0] * 1000]);

/** The magnification at which a pixel of the screen shows so many micrometres. */
export const magnificationOf = (micrometres: number): number => AT_ONE / micrometres;
export const micrometresAt = (magnification: number): number => AT_ONE / magnification;

/** Whether the screen shows more pixels than were scanned. */
export const isBeyond = (micrometres: number, index: Pick<SlideIndex, 'spacing'>): boolean => pixelOf(index)[0] > micrometres * BEYOND;

/** E.g. `20×`, `2.5×`, `0.3×`. */
export const magnificationWord = (magnification: number): string => `${Number(magnification.toPrecision(magnification >= 10 ? 2 : 1 + Number(magnification >= 1)))}×`;

/** A length as a pathologist says it: whole micrometres up to a millimetre, then hundredths of one. */
export function lengthWord(micrometres: number, hasScale: boolean): string {
  if (!hasScale) return `${Math.round(micrometres)} px (no scale)`;
  return micrometres < 1000 ? `${Math.round(micrometres)} µm` : `${(micrometres / 1000).toFixed(2)} mm`;
}

/** A round length for a scale bar of at most `most` pixels, and how many it takes. */
export function barOf(micrometres: number, most: number): { length: number; pixels: number } {
  const longest = micrometres * most;
  const tens = 10 ** Math.floor(Math.log10(longest));
  const step = [5, 2, 1].find((one) => one * tens <= longest) ?? 1;
  return { length: step * tens, pixels: (step * tens) / micrometres };
}

/** What a scale bar of this length says: 500 µm, 2 mm. */
export const barWord = (length: number, hasScale: boolean): string =>
  !hasScale ? `${length} px` : length < 1000 ? `${Number(length.toPrecision(1))} µm` : `${Number((length / 1000).toPrecision(1))} mm`;

/** Marks and pointers travel in millimetres with z 0, as thousandths. */
export const toWire = ([x, y]: Place): Vector => [Math.round(x) / 1000, Math.round(y) / 1000, 0];
export const fromWire = ([x, y]: Vector): Place => [x * 1000, y * 1000];

export const apart = ([ax, ay]: Place, [bx, by]: Place): number => Math.hypot(bx - ax, by - ay);

/** What a closed outline holds, in square micrometres. */
export function areaOf(outline: readonly Place[]): number {
  const twice = outline.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = outline[(at + 1) % outline.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

export function areaWord(squares: number, hasScale: boolean): string {
  if (!hasScale) return `${Math.round(squares)} px² (no scale)`;
  return squares < 10_000 ? `${Math.round(squares)} µm²` : `${(squares / 1_000_000).toFixed(squares < 1_000_000 ? 3 : 2)} mm²`;
}

/** Degrees from 0 up to 360, in tenths. */
export const upright = (degrees: number): number => ((Math.round(degrees * 10) / 10) % 360 + 360) % 360;

export interface Area {
  /** In the middle of the viewport. */
  centre: Place;
  /** Micrometres that fit it. */
  height: number;
  width: number;
  rotation: number;
}

/** How many micrometres a pixel shows in a viewport of `width` x `height` pixels that must show at least the area. */
export const fits = (area: Pick<Area, 'height' | 'width'>, width: number, height: number): number => Math.max(area.height / Math.max(1, height), area.width / Math.max(1, width));
