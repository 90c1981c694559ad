/** What one value of an image means, in words. */

import { scaleOf } from '../imaging/nature';
import type { FrameInfo } from '../imaging/types';
import { tidy } from './overlay';

type Meaning = Pick<FrameInfo, 'units' | 'suv' | 'segment' | 'padding' | 'slope' | 'intercept'>;

/** A rescaled value in words. */
export function worded(value: number, frame: Meaning): string {
  if (frame.segment) return masked(value, frame.segment);
  const ends = frame.padding?.map((stored) => stored * frame.slope + frame.intercept) ?? [];
  if (ends.length === 2 && value >= Math.min(...ends) && value <= Math.max(...ends)) return 'Nothing was measured here';
  const { factor, unit } = scaleOf(frame);
  if (frame.suv?.factor) return `${unit} ${(value * factor).toFixed(2)}`;
  return unit === '' ? `Value ${tidy(value)}` : `${tidy(value)} ${unit}`;
}

function masked(value: number, { kind, label, labels }: NonNullable<FrameInfo['segment']>): string {
  if (value === 0) return 'Outside the mask';
  if (kind === 'LABELMAP') return labels.find((one) => one.value === value)?.label ?? `Segment ${value}`;
  return kind === 'FRACTIONAL' ? `${label}: ${value}` : label;
}
