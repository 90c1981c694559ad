/** Writes the words over a rendered volume. */

import { edges } from '../caption';
import type { Holder } from '../contents/content';
import type { Hung } from '../hanging';
import { letters } from '../orientation';
import { markLines, tidy, whenLines, whoLines } from '../overlay';
import type { Volume } from '../volume/volume';
import type { Pooling } from './grid';
import { directions, type Turn } from './sight';
import type { PresetName } from './transfer';
import { renderingLines } from './words';

export interface Said {
  hung: Hung;
  volume: Volume;
  preset: PresetName;
  shift: number;
  turn: Turn;
  sharp: boolean;
  pooling: Pooling;
  /** Of maxima. */
  voi: { lower: number; upper: number } | null;
}

export function captioned({ overlay, around }: Holder, { hung, volume, preset, shift, turn, sharp, pooling, voi }: Said): void {
  const patient = around.patient();
  if (patient === null) return;
  const { factor, unit } = volume.scale();
  overlay.onPaper(false);
  overlay.say('who', whoLines(patient, around.meetingDay));
  overlay.say('when', whenLines(hung, around.meetingDay, around.trustName));
  overlay.say('where', renderingLines(volume, preset, shift, turn, pooling));
  overlay.say('how', [...(voi === null ? [] : [`${unit} ${tidy(voi.lower * factor)} to ${tidy(voi.upper * factor)}`.trim()]), 'Not for measuring', ...(sharp ? [] : ['PREVIEW: coarse while it turns'])]);
  overlay.say('marks', markLines(hung, volume.frame));
  edges(overlay, directions(turn), letters);
}
