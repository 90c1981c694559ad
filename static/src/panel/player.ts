/** The time line of a replay: play, pause, how fast, where, and what happened, in words. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { clockOf } from './words';

export const SPEEDS = [1, 2, 4, 8] as const;

export interface PlayerState {
  playing: boolean;
  speed: number;
  /** Milliseconds along, of how many. */
  along: number;
  length: number;
  moment: number;
  /** A view of the presenter is known here. */
  views: number;
  events: readonly { at: number; along: number; who: string; what: string }[];
  here: readonly string[];
  following: boolean;
}

export interface PlayerActs {
  play(playing: boolean): void;
  speed(speed: number): void;
  seek(along: number): void;
  follow(): void;
}

const second = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'Europe/London' });
const lengthOf = (milliseconds: number): string => `${Math.floor(milliseconds / 60_000)}:${String(Math.floor(milliseconds / 1000) % 60).padStart(2, '0')}`;

export function player(now: PlayerState, acts: PlayerActs): TemplateResult {
  return html`<div class="player" role="group" aria-label="Replay">
    <button class="go" @click=${() => acts.play(!now.playing)} aria-pressed=${now.playing}>${now.playing ? 'Pause' : 'Play'}</button>
    <label><span class="unseen">Speed</span>
      <select @change=${(event: Event) => acts.speed(Number((event.target as HTMLSelectElement).value))}>
        ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === now.speed}>${speed}×</option>`)}
      </select>
    </label>
    <span class="player-slide">
      <input type="range" min="0" max=${now.length} step="1000" .value=${String(now.along)} aria-label="Moment" aria-valuetext=${`${lengthOf(now.along)} of ${lengthOf(now.length)}, at ${second.format(now.moment)}`}
        @input=${(event: Event) => acts.seek(Number((event.target as HTMLInputElement).value))} />
      <span class="player-ticks" aria-hidden="true">${now.events.map(({ along }) => html`<i style=${`left: ${now.length > 0 ? (100 * along) / now.length : 0}%`}></i>`)}</span>
    </span>
    <span class="player-time">${lengthOf(now.along)} of ${lengthOf(now.length)} <span class="quiet">${second.format(now.moment)}</span></span>
    ${now.following ? nothing : html`<button @click=${acts.follow}>Back to what was shown</button>`}
    ${now.views > 0 ? nothing : html`<span class="badge badge-amber">What was shown was not recorded; marks and words are</span>`}
  </div>`;
}

export function playerSide(now: PlayerState, acts: PlayerActs): TemplateResult {
  const current = now.events.findLastIndex(({ at }) => at <= now.moment);
  return html`
    <h2 class="player-title">What happened</h2>
    <ol class="player-events">
      ${now.events.map(
        ({ along, at, who, what }, place) => html`<li><button aria-current=${place === current ? 'step' : nothing} @click=${() => acts.seek(along)}><span class="player-at">${clockOf(new Date(at))}</span> <span><b>${who}</b> ${what}</span></button></li>`,
      )}
    </ol>
    <h2 class="player-title">In the room then</h2>
    <p>${now.here.length === 0 ? 'Nobody is known.' : now.here.join(', ')}</p>
  `;
}
