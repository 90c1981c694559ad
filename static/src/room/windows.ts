/** One person's two windows: the first, which is in the room, and a second one for another monitor, which only looks. */

import type { Said } from '../viewer/links';
import type { AgendaCase } from './agenda';

/** What the second window must know. It is nowhere but on this computer. */
export interface Situation {
  open: AgendaCase | null;
  meetingDay: string;
  meetingKind: string;
}

export type Message = { to: 'second'; situation: Situation } | { to: 'second'; closed: true } | { to: 'first'; ask: true } | { to: 'first' | 'second'; link: Said };

export const channelOf = (meeting: string, client: string): BroadcastChannel => new BroadcastChannel(`mdt-windows:${meeting}:${client}`);

/** The first window's side. */
export class SecondWindow {
  private readonly channel: BroadcastChannel;
  private opened: Window | null = null;
  private sent = '';

  constructor(
    meeting: string,
    private readonly client: string,
    private readonly situation: () => Situation,
    heard: (said: Said) => void,
  ) {
    this.channel = channelOf(meeting, client);
    this.channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (data.to !== 'first') return;
      if ('ask' in data) this.tell();
      else if ('link' in data) heard(data.link);
    });
    window.addEventListener('pagehide', () => this.channel.postMessage({ to: 'second', closed: true } satisfies Message));
  }

  get isOpen(): boolean {
    return this.opened !== null && !this.opened.closed;
  }

  /** False when the browser does not let it open. */
  open(): boolean {
    if (this.isOpen) this.opened?.focus();
    else this.opened = window.open(`${location.pathname}?second=${this.client}`, `mdt-second-${this.client}`, 'popup,width=1200,height=900');
    return this.opened !== null;
  }

  /** Called whenever something may have changed: another case must be gone from both windows at once. */
  changed(): void {
    const said = JSON.stringify(this.situation());
    if (said === this.sent) return;
    this.sent = said;
    this.tell();
  }

  link(said: Said): void {
    this.channel.postMessage({ to: 'second', link: said } satisfies Message);
  }

  private tell(): void {
    this.channel.postMessage({ to: 'second', situation: this.situation() } satisfies Message);
  }
}
