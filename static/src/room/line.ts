/** What the page needs of the room's end of the line: the live one, or one fed from what was kept. */

import type { Op } from './outbox';
import type { RoomClient } from './client';

export type RoomLine = Pick<
  RoomClient,
  'state' | 'last' | 'behind' | 'connection' | 'presenting' | 'presented' | 'op' | 'show' | 'point' | 'draw' | 'follow' | 'tell' | 'roster' | 'lost' | 'word' | 'desk' | 'skew' | 'me' | 'ended' | 'out' | 'since' | 'resyncs' | 'astray' | 'client'
> & { readonly outbox: { readonly pending: readonly Op[] } };
