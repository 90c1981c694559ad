/** The words over a picture made of a volume: which plane of what, how thick, and what of it is not as it was taken. */

import type { Vector } from '../../imaging/types';
import { seriesName, tidy } from '../overlay';
import { scaleOf } from '../../imaging/nature';
import type { Hung } from '../hanging';
import { letters, dot } from '../orientation';
import { COLOUR_NAMES } from './colours';
import { ownWindow, type Laid } from './fusion';
import { cornerOf, degreesOf, slices, type Pile } from './planes';
import type { Blend } from './rays';
import type { Volume } from './volume';

export const BLEND_NAMES: Record<Blend, string> = { average: 'average', mip: 'MIP', minip: 'MinIP' };

const mm = (value: number): string => Number(value.toFixed(2)).toString();

/** E.g. "Source 0.72 × 0.72 × 2.5 mm". */
export const sourceLine = ({ geometry: { spacing } }: Volume): string => `Source ${spacing.map(mm).join(' × ')} mm`;

export function planeLines(volume: Volume, plane: string, pile: Pile, at: number, slab: number, blend: Blend): string[] {
  const along = dot(cornerOf(pile, at), pile.onwards);
  const towards = letters(pile.onwards.map((part) => part * Math.sign(along || 1)) as Vector);
  const taken = slices(pile, slab);
  return [
    `${plane.toUpperCase()}, REFORMATTED`,
    `Plane ${at + 1} / ${pile.count}, ${towards} ${Math.abs(along).toFixed(1)} mm`,
    slab > 0 ? `SLAB ${mm(slab)} mm, ${BLEND_NAMES[blend]} of ${taken === 1 ? 'one plane' : `${taken} planes`}` : '',
    sourceLine(volume),
  ].filter(Boolean);
}

/** E.g. "MIP, PROJECTED" and from where: the side that is nearest to the reader. */
export function projectionLines(volume: Volume, turn: number, pooled: number): string[] {
  const degrees = degreesOf(turn);
  const from: Record<number, string> = { 0: ' from the front', 90: ' from the left', 180: ' from the back', 270: ' from the right' };
  return ['MIP, PROJECTED', `Turned ${degrees}°${from[degrees] ?? ''}`, sourceLine(volume), ...(pooled > 1 ? [`Maxima of ${pooled} × ${pooled} pixels`] : [])];
}

/** What lies over the plane: "FUSED with PT FDG", "Hot iron SUVbw 0 to 10, 50 %". */
export function overLines(hung: Hung, volume: Volume, laid: Laid): string[] {
  const { lower, upper } = laid.voi ?? ownWindow(volume);
  const { factor, unit } = volume.uptake === null ? { factor: 1, unit: volume.frame.units ?? '' } : scaleOf(volume.frame);
  return [`FUSED with ${seriesName(hung.study, hung.series)}`, `${COLOUR_NAMES[laid.colormap]} ${unit} ${tidy(lower * factor)} to ${tidy(upper * factor)}, ${Math.round(laid.opacity * 100)} %`];
}

export const noUptake = ({ frame: { suv } }: Volume): string[] => (suv?.factor === null ? [`NO SUV: ${suv.why ?? 'it cannot be worked out.'}`] : []);
