/** What stands beside a mark on the image, and what is said of it in a list. */

import { worded } from '../viewer/values';
import { measure, type Drawn, type Ground, type Measure } from './measures';
import { infoOf } from './tools';

const number = (value: number, decimals: number): string => value.toFixed(decimals).replace('-', '−');

/** Values to about three figures; whole numbers where they are large. */
const plain = (value: number): string => number(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

/** One line each. `coarse`: a preview stands for the image, so that values cannot be told yet. */
export function linesOf(drawn: Drawn, ground: Ground | null, coarse = false): string[] {
  const found = measure(drawn, ground);
  const lines = said(found, drawn, ground, coarse);
  if (lines.length === 0) return [];
  return [...lines, ...found.notes, ...(coarse && infoOf(drawn.tool).measures !== 'value' ? ['measured on a preview'] : [])];
}

function said(found: Measure, drawn: Drawn, ground: Ground | null, coarse: boolean): string[] {
  const { unit, length, across, angle, area } = found;
  const uncalibrated = unit === 'px' ? 'uncalibrated: ' : '';
  const decimals = unit === 'px' ? 0 : 1;
  const waiting = 'values when all of the image is here';
  switch (infoOf(drawn.tool).measures) {
    case 'length':
      return [`${uncalibrated}${number(length!, decimals)} ${unit}`];
    case 'axes':
      return [`${uncalibrated}${number(length!, decimals)} × ${number(across!, decimals)} ${unit}`, `product ${number(length! * across!, 0)} ${unit}²`];
    case 'angle':
      return [`${number(angle!, 1)}°`];
    case 'region':
      return [`${uncalibrated}area ${number(area!, area! < 100 ? 1 : 0)} ${unit}²`, ...(coarse ? [waiting] : regionLines(found, ground))];
    case 'value':
      return ground === null ? ['no value: not on an image'] : coarse ? [waiting] : found.value === undefined ? ['outside the image'] : [worded(found.value, ground.frame)];
    case null:
      return [];
  }
}

function regionLines({ statistics: values, valueUnit: unit, factor }: Measure, ground: Ground | null): string[] {
  if (!values) return [];
  const { count, mean, sd, min, max } = values;
  const named = unit === '' ? 'stored value' : unit;
  const scaled = ground?.frame.suv?.factor ? [`factor ${Number(factor.toPrecision(4))}`] : [];
  return [`mean ${plain(mean)}  SD ${plain(sd)} ${named}`, `min ${plain(min)}  max ${plain(max)}  of ${count} pixels`, ...scaled];
}

/** In one sentence, e.g. "Two axes 24.1 × 15.0 mm" or "Arrow: the left adrenal". */
export function wordsOf(drawn: Drawn & { text: string }, ground: Ground | null): string {
  const { noun, texted } = infoOf(drawn.tool);
  if (texted) return `${noun}: ${drawn.text || 'without words'}`;
  const [first = ''] = linesOf(drawn, ground);
  return [`${noun} ${first}`.trim(), ...measure(drawn, ground).notes].join(', ');
}
