/** The words over a rendered volume: that it is one, of what, by which preset, and from where it is seen. */

import { tidy } from '../overlay';
import type { Volume } from '../volume/volume';
import { sourceLine } from '../volume/words';
import type { Pooling } from './grid';
import type { Turn } from './sight';
import { PRESET_NAMES, type PresetName } from './transfer';

const FROM: readonly [number, string][] = [
  [0, 'the front'],
  [90, 'the left'],
  [180, 'the back'],
  [270, 'the right'],
];

/** E.g. "Seen from the front", "Seen from 30° around and 15° above". */
export function fromWhere([around, up]: Turn): string {
  if (up === 90 || up === -90) return `Seen from ${up > 0 ? 'above the head' : 'below the feet'}`;
  const side = FROM.find(([degrees]) => degrees === around)?.[1] ?? `${around}° around`;
  return `Seen from ${side}${up === 0 ? '' : ` and ${Math.abs(up)}° ${up > 0 ? 'above' : 'below'}`}`;
}

export function renderingLines(volume: Volume, preset: PresetName, shift: number, turn: Turn, { across, along }: Pooling): string[] {
  const moved = shift === 0 ? '' : `, ${shift > 0 ? '+' : '−'}${tidy(Math.abs(shift))} ${volume.frame.units ?? ''}`.trimEnd();
  const means = [across > 1 ? `${across} × ${across} pixels` : '', along > 1 ? `${along} slices` : ''].filter(Boolean).join(' and ');
  return [preset === 'mip' ? 'VOLUME: MIP' : `VOLUME RENDERED: ${PRESET_NAMES[preset].toLowerCase()}${moved}`, fromWhere(turn), sourceLine(volume), means === '' ? '' : `Means of ${means}`].filter(Boolean);
}
