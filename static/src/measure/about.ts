/** What a mark is, besides what it measures: whose lesion, whether others see it, of which meeting; and who drew it. */

import { clockOf, dayOf } from '../panel/words';
import type { Mark } from '../room/protocol';
import { PRIVATE } from './drawn';
import type { Shown } from './keeping';

/** Lines beside the mark on the image. */
export function aboutMark(shown: Shown | undefined): string[] {
  if (shown === undefined) return [];
  const { mark, standing, meeting } = shown;
  return [...(standing === 'private' ? [PRIVATE] : []), ...(mark.lesion === undefined ? [] : [mark.lesion.name]), ...(meeting === null ? [] : [meeting])];
}

/** E.g. "Ayesha Siddiqui, 24 November 2026 at 14:03; changed by Harriet Ormerod". */
export function whoDrew({ author, edited, at }: Pick<Mark, 'author' | 'edited' | 'at'>): string {
  const when = `${dayOf(at.slice(0, 10))} at ${clockOf(at)}`;
  return edited ? `${author.name}; changed by ${edited.name}, ${when}` : `${author.name}, ${when}`;
}
