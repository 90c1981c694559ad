/** What a case shows when it opens: the newest main series, and beside it its prior. */

import type { SeriesSummary, StudySummary } from '../imaging/types';
import type { Layout } from '../room/protocol';

export interface Hung {
  study: StudySummary;
  series: SeriesSummary;
}

export interface Hanging {
  layout: Layout;
  panes: (Hung | null)[];
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

/** `studies` are newest first, as the server gives them. */
export function hang(studies: readonly StudySummary[]): Hanging {
  const newest = studies.find((study) => mainSeries(study) !== null);
  if (newest === undefined) return { layout: '1x1', panes: [null] };
  const main = { study: newest, series: mainSeries(newest) as SeriesSummary };
  const beside = hybrid(main) ?? prior(studies, main) ?? companion(main);
  return beside === null ? { layout: '1x1', panes: [main] } : { layout: '1x2', panes: [main, beside] };
}

/** PET and CT of one examination are read together. */
function hybrid({ study, series }: Hung): Hung | null {
  const pet = series.modality === 'CT' ? mainSeries(study, 'PT') : null;
  return pet === null ? null : { study, series: pet };
}

/** The study the server names as the prior (`docs/wire.md` section 1), and of it the series most alike. */
function prior(studies: readonly StudySummary[], { study, series }: Hung): Hung | null {
  const earlier = studies.find((other) => other.study === study.prior?.study);
  const able = earlier?.series.filter((other) => shows(other) && !ASIDE.test(other.description)) ?? [];
  const same = able.filter((other) => other.modality === series.modality);
  const [alike] = (same.length > 0 ? same : able).sort((a, b) => rank(a.modality) - rank(b.modality) || likeness(b, series) - likeness(a, series) || b.frames - a.frames);
  return earlier === undefined || alike === undefined ? null : { study: earlier, series: alike };
}

/** The prior of the newest study there is something to look at in: what hangs beside it when the case opens. */
export const hungBeside = (studies: readonly StudySummary[]): StudySummary['prior'] => studies.find((study) => mainSeries(study) !== null)?.prior ?? null;

const likeness = (a: SeriesSummary, b: SeriesSummary): number => (a.description === b.description ? 2 : 0) + (a.body_part !== '' && a.body_part === b.body_part ? 1 : 0);

/** Masks are drawn over the images they belong to. */
const isMask = ({ modality, layers }: SeriesSummary): boolean => modality === 'SEG' && (layers ?? 0) > 0;

/** The same study's other half: the other view of a mammogram, the second sequence. */
function companion({ study, series }: Hung): Hung | null {
  const others = study.series.filter((other) => shows(other) && other !== series && !isMask(other) && !ASIDE.test(other.description));
  const [other] = others.sort((a, b) => Number(a.modality === series.modality) - Number(b.modality === series.modality) || b.frames - a.frames);
  return other === undefined ? null : { study, series: other };
}
