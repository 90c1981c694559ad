/** What somebody is told whose change of a mark came after another's. */

import { infoOf } from './tools';
import type { Mark } from '../room/protocol';
import type { Draft } from './keeping';

/** `mine` is null when it was to be removed, `theirs` when the mark was never kept. */
export function conflictWords(mine: Draft | null, theirs: Mark | null, me: string | null): string {
  if (theirs === null) return 'That mark is not kept here any more, so your change of it is not either.';
  const by = theirs.edited ?? theirs.author;
  const who = by.id !== null && by.id === me ? 'You, on another screen,' : by.name;
  const what = infoOf(theirs.tool).noun.toLowerCase();
  if (theirs.removed) return `The ${what} of ${theirs.author.name} was removed before your change of it was kept; it is gone from the image.`;
  if (mine === null) return `${who} changed this ${what} before it was removed; it stays, as ${who} left it.`;
  const did = JSON.stringify(mine.points) === JSON.stringify(theirs.points) ? 'changed' : 'moved';
  return `${who} ${did} this ${what} first. You see it as ${who} left it; yours was not kept.`;
}
