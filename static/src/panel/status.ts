/** Where this screen is, who presents, and whether it follows: in words. */

import { html, nothing, type TemplateResult } from 'lit-html';
import type { Connection } from '../outcome/api';
import type { Presenter } from '../room/protocol';
import { clockOf } from './words';

export interface Standing {
  connection: Connection;
  behind: number;
  since: Date | null;
  ended: string | null;
  signInUrl: string;
  leaveUrl: string;
  pending: number;
  status: 'planned' | 'open' | 'closed';
  presenter: Presenter | null;
  presenting: boolean;
  following: boolean;
  may: ReadonlySet<string>;
  /** A case is prepared here, for oneself; the address of its meeting's room. */
  prepares: string | null;
}

export interface StandingActs {
  take(): void;
  release(): void;
  follow(following: boolean): void;
  openMeeting(): void;
}

export function connectionWords({ connection, behind, since, ended }: Pick<Standing, 'connection' | 'behind' | 'since' | 'ended'>): string {
  switch (connection) {
    case 'connecting':
      return 'Joining';
    case 'in-step':
      return 'In step';
    case 'catching-up':
      return behind > 0 ? `Catching up, ${behind} behind` : 'Catching up';
    case 'reconnecting':
      return `Reconnecting since ${clockOf(since ?? new Date())}`;
    case 'signed-out':
      return ended ?? 'Signed out';
  }
}

export function standing(now: Standing, acts: StandingActs): TemplateResult {
  return html`
    <div class="presenting">${presenting(now, acts)}</div>
    <div class="connection connection-${now.connection}" role="status" aria-live="polite">
      <span class="lamp" aria-hidden="true"></span>
      <span>${connectionWords(now)}</span>
      ${now.connection === 'signed-out' ? html`<a href=${now.signInUrl}>Sign in</a>` : nothing}
      ${now.pending > 0 ? html`<span class="pending">${now.pending} not yet saved</span>` : nothing}
    </div>
    <a class="leave" href=${now.leaveUrl}>Leave</a>
  `;
}

function presenting(now: Standing, acts: StandingActs): TemplateResult | typeof nothing {
  const { presenter, may } = now;
  if (now.prepares !== null) {
    if (now.status === 'closed') return html`<span class="who">The meeting is closed; nothing more is prepared for it.</span>`;
    return now.status === 'open'
      ? html`<span class="who"><b>You prepare this case.</b> The meeting is open.</span> <a class="go" href=${now.prepares}>Join it</a>`
      : html`<span class="who"><b>You prepare this case.</b> Nobody sees what you look at; what you keep is there for the meeting.</span>`;
  }
  if (now.status === 'closed') return html`<span class="who">The meeting is closed.</span>`;
  if (now.status === 'planned') {
    return html`<span class="who">The meeting is not open yet.</span>
      ${may.has('meeting.open') ? html`<button class="go" @click=${acts.openMeeting}>Open the meeting</button>` : nothing}`;
  }
  if (presenter === null) {
    return html`<span class="who">Nobody presents.</span>
      ${may.has('presenter.take') ? html`<button class="go" @click=${acts.take} aria-keyshortcuts="T">Present <kbd>T</kbd></button>` : nothing}`;
  }
  if (now.presenting) {
    return html`<span class="who who-me" title="Everybody who follows sees what you see"><b>You present.</b></span> <button @click=${acts.release}>Stop</button>`;
  }
  const take = may.has('presenter.takeback') ? html`<button @click=${acts.take} aria-keyshortcuts="T">Take over <kbd>T</kbd></button>` : nothing;
  return now.following
    ? html`<span class="who">You follow <b>${presenter.name}</b>.</span>
        <button @click=${() => acts.follow(false)} aria-keyshortcuts="Space">Look freely <kbd>Space</kbd></button>${take}`
    : html`<span class="who who-free">You look freely; <b>${presenter.name}</b> presents.</span>
        <button class="go" @click=${() => acts.follow(true)} aria-keyshortcuts="Space">Back to the presenter <kbd>Space</kbd></button>${take}`;
}
