/** What a case shows when it opens: what the first hanging protocol that fits says (`protocols.json`). */

import type { SeriesSummary, StudySummary } from '../imaging/types';
import type { Layout, Pane as PaneView } from '../room/protocol';
import type { Start } from './contents/content';
import { PROTOCOLS, type Protocol, type Protocols, type Slot } from './protocols';
import { overOf } from './volume/arranging';
import { plainPlane, plainWhole } from './volume/plain';

export interface Hung {
  study: StudySummary;
  series: SeriesSummary;
}

/** What a protocol puts into a viewport: from which image on, and which way round. */
export interface Placed extends Hung {
  begin?: Start;
  wall?: 'left' | 'right';
  /** Shown so, rather than as it was taken. */
  view?: PaneView;
}

export interface Hanging {
  layout: Layout;
  panes: (Placed | null)[];
  /** The protocol that says so; null where there is nothing to hang. */
  protocol: string | null;
}

/** A protocol that something of the case can be hung by. */
export interface Choice extends Hanging {
  protocol: string;
  name: string;
  current: StudySummary;
}

/** Series that help to plan or to book, not to decide. */
const ASIDE = /scout|localis|localiz|topogram|surview|dose (report|info|record|summary)|screen ?save|secondary|phoenix|report|protocol/i;

const MAIN = ['CT', 'MR', 'PT', 'MG', 'DX', 'CR', 'US', 'NM', 'XA', 'RF'];

const shows = (series: SeriesSummary): boolean => series.kind === 'images' && series.version !== null && series.frames > 0;

const rank = (modality: string): number => (MAIN.indexOf(modality) + MAIN.length + 1) % (MAIN.length + 1);

/** The series of a study somebody would open first: not an aside, of the first modality, with the most images. */
export function mainSeries(study: StudySummary, modality?: string): SeriesSummary | null {
  const candidates = study.series.filter((series) => shows(series) && (modality === undefined || series.modality === modality));
  const [first] = candidates.sort(
    (a, b) =>
      Number(ASIDE.test(a.description)) - Number(ASIDE.test(b.description)) ||
      rank(a.modality) - rank(b.modality) ||
      b.frames - a.frames ||
      (a.number ?? 0) - (b.number ?? 0),
  );
  return first ?? null;
}

/** `studies` are newest first, as the server gives them; `meeting` is the code of the meeting's kind (COSD CR3190). */
export function hang(studies: readonly StudySummary[], meeting = ''): Hanging {
  const newest = studies.find((study) => mainSeries(study) !== null);
  // Of one day, what comes first among the protocols comes first.
  const [first] = choices(studies, meeting).filter(({ current }) => current === newest || (newest?.date !== null && current.date === newest?.date));
  return first ?? { layout: '1x1', panes: [null], protocol: null };
}

/** All that the case can be hung by, in the order of the protocols, each for the newest study that it fits. */
export function choices(studies: readonly StudySummary[], meeting: string, { protocols, sites }: Protocols = PROTOCOLS): Choice[] {
  return protocols.flatMap((protocol) => {
    for (const current of studies) {
      if (mainSeries(current) === null || !isFor(protocol, current, meeting, sites)) continue;
      const panes = fill(protocol, studies, current);
      if (panes !== null) return [{ protocol: protocol.id, name: protocol.name, layout: protocol.layout, panes, current }];
    }
    return [];
  });
}

/** `t2_tse_tra` is three words. */
const spaced = (said: string): string => said.replaceAll('_', ' ');

function isFor({ modalities, about }: Protocol, study: StudySummary, meeting: string, sites: Protocols['sites']): boolean {
  if (!modalities.every((modality) => study.series.some((series) => series.modality === modality && shows(series)))) return false;
  if (about === null) return true;
  const words = [study.description, ...study.series.flatMap(({ description, body_part: part }) => [part, description])].map(spaced);
  return (about.text !== null && words.some((said) => about.text?.test(said))) || about.sites.some((site) => sites[site]?.some((code) => meeting.startsWith(code)));
}

/** Null when a viewport that must not be empty would be. */
function fill({ slots }: Protocol, studies: readonly StudySummary[], current: StudySummary): (Placed | null)[] | null {
  const prior = studies.find((other) => other.study === current.prior?.study);
  const panes: (Placed | null)[] = [];
  for (const slot of slots) {
    const study = slot.of === 'current' ? current : prior;
    const found = study === undefined ? null : shownAs(slot, study, place(slot, study, panes));
    if (found === null && !slot.optional) return null;
    panes.push(found === null ? null : { ...found, ...(slot.wall === null ? {} : { wall: slot.wall }) });
  }
  return panes;
}

/** A PET over its own CT, or from around. */
function shownAs({ as }: Slot, study: StudySummary, pet: Placed | null): Placed | null {
  if (as === null || pet === null) return pet;
  if (as === 'mip') return { ...pet, view: plainWhole(pet) };
  const series = mainSeries(study, 'CT');
  return series === null ? null : { study, series, view: { ...plainPlane({ study, series }, 'axial'), over: overOf(pet) } };
}

function place({ by }: Slot, study: StudySummary, before: readonly (Placed | null)[]): Placed | null {
  if ('view' in by) return viewOf(study, by.view, by.side);
  const found = seriesFor(by, study, before);
  return found === null ? null : { study, series: found };
}

function seriesFor(by: Exclude<Slot['by'], { view: string }>, study: StudySummary, before: readonly (Placed | null)[]): SeriesSummary | null {
  if ('main' in by) return mainSeries(study);
  if ('like' in by) return alike(study, before[by.like]?.series);
  if ('other' in by) return companion(study, before);
  const { modality, said, not } = by;
  if (said === null && not === null) return mainSeries(study, modality);
  const free = study.series.filter((series) => shows(series) && series.modality === modality && !ASIDE.test(series.description) && !before.some((pane) => pane?.series === series));
  return free.find(({ description }) => (said?.test(spaced(description)) ?? true) && !(not?.test(spaced(description)) ?? false)) ?? null;
}

/** An image by the side and the way it was taken; of several the last, which is the one that turned out. */
function viewOf(study: StudySummary, view: string, side: 'L' | 'R'): Placed | null {
  for (const series of study.series.filter(shows).reverse()) {
    const found = (series.views ?? []).findLast((one) => one.view === view && one.laterality === side);
    if (found !== undefined) return { study, series, begin: { sop: found.sop, frame: 1 } };
  }
  return null;
}

/** Of a prior, which may be of another kind, the series most like the one that it hangs beside. */
function alike(study: StudySummary, series: SeriesSummary | undefined): SeriesSummary | null {
  const able = study.series.filter((other) => shows(other) && !ASIDE.test(other.description));
  const same = able.filter((other) => other.modality === series?.modality);
  const [found] = (same.length > 0 ? same : able).sort((a, b) => rank(a.modality) - rank(b.modality) || likeness(b, series) - likeness(a, series) || b.frames - a.frames);
  return found ?? null;
}

const likeness = (a: SeriesSummary, b: SeriesSummary | undefined): number => (a.description === b?.description ? 2 : 0) + (a.body_part !== '' && a.body_part === b?.body_part ? 1 : 0);

/** The same study's other half: the other view, the second sequence. */
function companion(study: StudySummary, before: readonly (Placed | null)[]): SeriesSummary | null {
  const main = before[0]?.series;
  const others = study.series.filter((other) => shows(other) && !isMask(other) && !ASIDE.test(other.description) && !before.some((pane) => pane?.series === other));
  const [other] = others.sort((a, b) => Number(a.modality === main?.modality) - Number(b.modality === main?.modality) || b.frames - a.frames);
  return other ?? null;
}

/** The prior of the newest study there is something to look at in: what hangs beside it when the case opens. */
export const hungBeside = (studies: readonly StudySummary[]): StudySummary['prior'] => studies.find((study) => mainSeries(study) !== null)?.prior ?? null;

/** Masks are drawn over the images they belong to. */
const isMask = ({ modality, layers }: SeriesSummary): boolean => modality === 'SEG' && (layers ?? 0) > 0;
