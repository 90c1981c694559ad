/** The socket a room is heard through: WebSocket only, and soon tried again when it breaks. */

import { io, type Socket } from 'socket.io-client';

/** A line that answers at all answers within this; one that does not is tried anew. */
const CONNECTED_WITHIN = 3000;

/** The meeting stands in the address too, so that a proxy keeps it on one process. */
export const socketTo = (meeting: string, who: { client: string; ticket: string; prepares: boolean }): Socket =>
  io('/live', {
    transports: ['websocket'],
    query: { meeting },
    auth: { meeting, ...who },
    reconnectionDelay: 250,
    reconnectionDelayMax: 1000,
    randomizationFactor: 0.3,
    timeout: CONNECTED_WITHIN,
  });
