/** The words over a slide: whose it is, which glass, stained with what, how strongly magnified, and what to beware of. */

import type { Patient } from '../imaging/types';
import type { Hung } from '../viewer/hanging';
import { whenLines, whoLines, type Overlay } from '../viewer/overlay';
import { isBeyond, magnificationOf, magnificationWord, type Area } from './scale';
import type { SlideIndex } from './types';

export interface Seen {
  hung: Hung;
  index: SlideIndex;
  patient: Patient;
  meetingDay: string;
  trustName: (ods: string) => string;
  area: Area;
  micrometres: number;
  sharp: boolean;
  /** Tiles that could not be fetched. */
  missed: number;
  /** Micrometres of a scanned pixel. */
  pixel: number;
}

export function say(overlay: Overlay, seen: Seen): void {
  const { hung, index, patient, meetingDay, trustName, area, micrometres } = seen;
  overlay.say('who', whoLines(patient, meetingDay));
  overlay.say('when', whenLines(hung, meetingDay, trustName));
  overlay.say('where', glassLines(index));
  overlay.say('how', howLines(index, micrometres, area.rotation));
  overlay.say('marks', warnings(seen));
  overlay.say('progress', seen.missed > 0 ? [`${seen.missed} ${seen.missed === 1 ? 'tile' : 'tiles'} could not be fetched`] : seen.sharp ? [] : ['PREVIEW: sharper tiles are coming']);
}

/** Which glass it is, what is on it, and what it was stained with. */
export function glassLines({ container, specimens }: SlideIndex): string[] {
  const stains = [...new Set(specimens.flatMap((one) => one.stains))];
  return [
    container === '' ? '' : `Slide ${container}`,
    ...specimens.slice(0, 2).map(({ description, anatomy }) => description || anatomy),
    specimens.length > 2 ? `and ${specimens.length - 2} more specimens` : '',
    stains.length === 0 ? 'Stain not given' : stains.join(', '),
  ].filter(Boolean);
}

export function howLines(index: SlideIndex, micrometres: number, rotation: number): string[] {
  const { objective, spacing } = index;
  const lines = spacing === null ? [`${Number((100 / micrometres).toPrecision(3))} % of the scan`] : [magnificationWord(magnificationOf(micrometres))];
  if (spacing !== null && objective !== null) lines.push(`scanned at ${magnificationWord(objective)}`);
  const turned = [rotation === 0 ? '' : `ROTATED ${rotation}°`, isBeyond(micrometres, index) ? 'BEYOND SCAN RESOLUTION' : ''].filter(Boolean);
  return turned.length > 0 ? [...lines, turned.join(' ')] : lines;
}

export function warnings({ hung: { series }, index }: Pick<Seen, 'hung' | 'index'>): string[] {
  const lines: string[] = [];
  const counts = series.expected === null ? '' : `${series.received} of ${series.expected} objects are here`;
  if (series.state === 'arriving') lines.push(`ARRIVING: ${counts || 'more may come'}`);
  if (series.state === 'incomplete') lines.push(`INCOMPLETE: ${series.gaps[0] ?? (counts || 'parts are missing')}`);
  if (index.spacing === null) lines.push('UNCALIBRATED');
  if (index.lossy) lines.push(index.lossy_ratio === null ? 'LOSSY' : `LOSSY ${index.lossy_ratio.toFixed(0)}:1`);
  lines.push(...index.left_out);
  return lines;
}
