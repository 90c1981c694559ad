/** Where this screen is, who presents, and whether it follows: in words. */

import { html, nothing, type TemplateResult } from 'lit-html';
import type { Clock, Presenter } from '../room/protocol';
import { stepOf, type Step } from '../room/step';
import { clockPanel } from './clock';

export interface Standing {
  step: Step;
  clock: Clock | null;
  /** The server's time. */
  now: Date;
  call: { url: string; host: string } | null;
  signInUrl: string;
  leaveUrl: string;
  /** A past case: nobody presents now, and there is nothing to be in step with. */
  replay: boolean;
  pending: number;
  status: 'planned' | 'open' | 'closed';
  presenter: Presenter | null;
  presenting: boolean;
  /** Whoever presents is not connected just now. */
  away: boolean;
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

export function standing(now: Standing, acts: StandingActs): TemplateResult {
  if (now.replay) return html`<span class="who"><b>Replay</b> of what was shown and said. Nothing here can be changed.</span><a class="leave" href=${now.leaveUrl}>Leave</a>`;
  const step = stepOf(now.step);
  return html`
    <div class="presenting">${presenting(now, acts)}</div>
    ${clockPanel(now.clock, now.now)}
    <div class="connection connection-${step.at}" role="status" aria-live="polite">
      <span class="lamp" aria-hidden="true"></span>
      <span>${step.words}</span>
      ${step.at === 'signed-out' ? html`<a href=${now.signInUrl}>Sign in</a>` : nothing}
      ${now.pending > 0 ? html`<span class="pending">${now.pending} not yet saved</span>` : nothing}
    </div>
    ${now.call === null ? nothing : html`<a class="call" href=${now.call.url} target="_blank" rel="noopener noreferrer" title=${`Opens ${now.call.host} in a new window`}>Call<span class="unseen"> at ${now.call.host}, in a new window</span></a>`}
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
  if (now.away) {
    const words = `The connection to ${presenter.name}, who presents, is lost.`;
    return html`<span class="who who-away" role="status">${words}</span>
      ${may.has('presenter.takeback') ? html`<button class="go" @click=${acts.take} aria-keyshortcuts="T">Take over <kbd>T</kbd></button>` : nothing}`;
  }
  const take = may.has('presenter.takeback') ? html`<button @click=${acts.take} aria-keyshortcuts="T">Take over <kbd>T</kbd></button>` : nothing;
  return now.following
    ? html`<span class="who">You follow <b>${presenter.name}</b>.</span>
        <button @click=${() => acts.follow(false)} aria-keyshortcuts="Space">Look freely <kbd>Space</kbd></button>${take}`
    : html`<span class="who who-free">You look freely; <b>${presenter.name}</b> presents.</span>
        <button class="go" @click=${() => acts.follow(true)} aria-keyshortcuts="Space">Back to the presenter <kbd>Space</kbd></button>${take}`;
}
