/** Says in words when the presenter's place comes to this screen, or leaves it, by somebody else's doing. */

import type { RoomLine } from './line';
import type { RoomEvent } from './protocol';
import type { Toasts } from './toasts';

export class PresentersPlace {
  private had = false;

  constructor(private readonly room: { readonly client: RoomLine; readonly toasts: Toasts }) {}

  /** `events` are empty when this page has just come back: then what it missed is told. */
  heard(events: readonly RoomEvent[]): void {
    const { client, toasts } = this.room;
    const { had } = this;
    this.had = client.presenting;
    if (had === client.presenting) return;
    const change = events.findLast(({ kind }) => kind.startsWith('presenter.') || kind === 'meeting.close');
    if (change?.by.id === client.me?.person) return;
    const now = client.state.presenter?.name;
    if (client.presenting) toasts.say(change === undefined ? 'You still present.' : `${change.by.name} let you present: the others see what you see.`);
    else if (client.state.status === 'open') toasts.say(now === undefined ? 'You no longer present: your line was away too long.' : `${now} presents now; the others no longer see what you do.`, true);
  }
}
