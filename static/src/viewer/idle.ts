/** What an empty viewport says: why there is nothing to see, and what to do or wait for. */

import type { CaseImaging, TrustProgress } from '../imaging/types';
import { mainSeries } from './hanging';

export interface Idle {
  caseIsOpen: boolean;
  imaging: CaseImaging | null;
  /** Why the case's imaging cannot be listed. */
  problem: string | null;
}

export function idleWords({ caseIsOpen, imaging, problem }: Idle): string[] {
  if (!caseIsOpen) return ['No case is open.'];
  if (imaging === null) return [problem ?? 'Fetching what there is of this case…'];
  const { studies, trusts } = imaging;
  if (studies.some((study) => mainSeries(study) !== null)) return ['Choose a series above, or drag one here.'];
  const sending = trusts.filter(({ status }) => status === 'asking' || status === 'answered');
  const expected = sending.reduce((sum, trust) => sum + trust.expected, 0);
  const received = sending.reduce((sum, trust) => sum + trust.received, 0);
  const asking = named(trusts, ['asking']);
  if (received < expected) return ['Images are on their way.', `${received} of ${expected} are here.`];
  if (asking !== null) return ['No image yet.', `Still asking ${asking}.`];
  if (studies.some(({ series }) => series.some((one) => one.kind === 'images' && one.received > 0))) return ['The images are here and are being made ready to look at.'];
  const waiting = listed(trusts.filter((trust) => trust.waiting > 0));
  const silent = named(trusts, ['no-answer', 'refused']);
  const found = studies.length > 0 ? 'No images are here, only what is listed above.' : waiting === null ? 'No imaging of this patient has been found.' : 'No images are here yet.';
  const words = [found];
  if (waiting !== null) words.push(`A study at ${waiting} waits until a person says whose it is.`);
  if (silent !== null) words.push(`No answer from ${silent}: there may be more.`);
  return words;
}

const named = (trusts: readonly TrustProgress[], statuses: TrustProgress['status'][]): string | null => listed(trusts.filter(({ status }) => statuses.includes(status)));

function listed(trusts: readonly TrustProgress[]): string | null {
  const names = trusts.map(({ name }) => name);
  if (names.length === 0) return null;
  return names.length > 2 ? `${names.length} trusts` : names.join(' and ');
}
