/** Who is here, whose hand is up, and, for those who may open the door, who waits at it. */

import { html, nothing, type TemplateResult } from 'lit-html';
import type { Companion } from '../room/company';
import type { Me, Presenter, Visitor } from '../room/protocol';
import { clockOf } from './words';

export interface PeopleState {
  people: readonly Companion[];
  lobby: readonly Visitor[];
  presenter: Presenter | null;
  word: string | null;
  me: Me | null;
  presenting: boolean;
}

export interface PeopleActs {
  hand(client: string): void;
  raise(up: boolean, person?: string): void;
  giveWord(person: string | null): void;
  admit(guest: string, decision: 'observer' | 'participant' | 'declined' | 'shown-out'): void;
}

/** Roles that may be handed the presenter's place (`presenter.take` in the permission table). */
const PRESENT: ReadonlySet<string> = new Set(['chair', 'member', 'presenter']);

export function people(now: PeopleState, acts: PeopleActs): TemplateResult {
  const may = (act: string): boolean => now.me?.may.includes(act) ?? false;
  const hands = now.people.filter(({ place }) => place !== null).sort((a, b) => (a.place as number) - (b.place as number));
  const mine = now.people.find(({ person }) => person === now.me?.person);
  return html`
    ${lobby(now, acts, may('guest.admit.part'))}
    ${hands.length > 0 || now.word !== null
      ? html`<section class="hands" aria-label="Hands up">
          <h2>Hands up</h2>
          ${now.word === null ? nothing : html`<p class="word"><b>${now.people.find(({ person }) => person === now.word)?.name ?? 'Somebody'}</b> has the word. ${may('hand.lower') || now.word === now.me?.person ? html`<button @click=${() => acts.giveWord(null)}>Done</button>` : nothing}</p>`}
          <ol class="people">
            ${hands.map(
              (one) => html`<li class="person">
                <span><span class="hand-place">${one.place}</span> <b>${one.name}</b> <span class="person-role">since ${clockOf(one.hand as string)}</span></span>
                <span class="person-acts">
                  ${may('hand.lower') ? html`<button class="go" @click=${() => acts.giveWord(one.person)} aria-label=${`Give ${one.name} the word`}>Give the word</button>` : nothing}
                  ${mayHand(one, now, may) ? html`<button @click=${() => acts.hand(one.client)} aria-label=${`Let ${one.name} present`}>Let present</button>` : nothing}
                  ${may('hand.lower') && one.person !== now.me?.person ? html`<button @click=${() => acts.raise(false, one.person)} aria-label=${`Lower ${one.name}’s hand`}>Lower</button>` : nothing}
                </span>
              </li>`,
            )}
          </ol>
        </section>`
      : nothing}
    <p class="raise"><button aria-pressed=${mine?.place !== null && mine !== undefined} @click=${() => acts.raise(mine?.place === null)} aria-keyshortcuts="Shift+B">${mine?.place == null ? 'Raise your hand' : 'Lower your hand'} <kbd>Shift B</kbd></button></p>
    <ul class="people" aria-label="In the room">
      ${now.people.map((one) => person(one, now, acts, may))}
    </ul>
  `;
}

function person(one: Companion, now: PeopleState, acts: PeopleActs, may: (act: string) => boolean): TemplateResult {
  const me = one.person === now.me?.person;
  return html`
    <li class=${one.lost === undefined ? 'person' : 'person person-lost'}>
      <span><b>${one.name}</b>${me ? ' (you)' : ''}${one.tabs > 1 ? html` <span class="person-role">${one.tabs} screens</span>` : nothing}</span>
      <span class="person-role">${[one.guest ? `guest, ${one.role === 'observer' ? 'looks' : 'takes part'}` : one.role, one.specialty, one.trust].filter(Boolean).join(', ')}</span>
      <span class="person-state">
        ${one.lost !== undefined
          ? html`<span class="badge badge-red">Connection lost ${clockOf(one.lost)}</span>`
          : html`${one.place === null ? nothing : html`<span class="badge badge-amber">Hand up</span>`} ${one.idle ? html`<span class="badge" title="Has not touched this screen for two minutes">Away</span>` : nothing}
            ${one.presents ? html`<span class="badge badge-blue">Presents</span>` : now.presenter === null ? nothing : html`<span class="badge">${one.following ? 'Follows' : 'Free look'}</span>`}
            ${mayHand(one, now, may) ? html`<button @click=${() => acts.hand(one.client)} aria-label=${`Hand over to ${one.name}`}>Hand over</button>` : nothing}`}
      </span>
    </li>
  `;
}

/** By whoever presents, and by the chair for them. */
const mayHand = (one: Companion, now: PeopleState, may: (act: string) => boolean): boolean =>
  one.lost === undefined && !one.presents && PRESENT.has(one.role) && (now.presenting ? one.person !== now.me?.person : may('presenter.takeback') && one.person !== now.me?.person);

function lobby({ lobby: visitors }: PeopleState, acts: PeopleActs, mayTakePart: boolean): TemplateResult | typeof nothing {
  if (visitors.length === 0) return nothing;
  const waiting = visitors.filter(({ state }) => state === 'waiting');
  const admitted = visitors.filter(({ state }) => state === 'admitted');
  const who = (one: Visitor): TemplateResult => html`<span><b>${one.name}</b></span><span class="person-role">${[one.specialty, one.trust].filter(Boolean).join(', ')}</span><span class="person-reason">“${one.reason}”</span>`;
  return html`<section class="lobby" aria-label="Lobby">
    ${waiting.length === 0 ? nothing : html`<h2>In the lobby</h2>`}
    <ul class="people">
      ${waiting.map(
        (one) => html`<li class="person person-waits">
          ${who(one)}
          <span class="person-acts">
            <button class="go" @click=${() => acts.admit(one.id, 'observer')} aria-label=${`Admit ${one.name} to look`}>Admit to look</button>
            ${mayTakePart ? html`<button @click=${() => acts.admit(one.id, 'participant')} aria-label=${`Admit ${one.name} to take part`}>To take part</button>` : nothing}
            <button @click=${() => acts.admit(one.id, 'declined')} aria-label=${`Decline ${one.name}`}>Decline</button>
          </span>
        </li>`,
      )}
    </ul>
    ${admitted.length === 0 ? nothing : html`<h2>Guests</h2>`}
    <ul class="people">
      ${admitted.map(
        (one) => html`<li class="person">
          ${who(one)}
          <span class="person-acts">
            ${mayTakePart ? html`<button @click=${() => acts.admit(one.id, one.role === 'observer' ? 'participant' : 'observer')} aria-label=${`${one.name}: ${one.role === 'observer' ? 'let take part' : 'only look'}`}>${one.role === 'observer' ? 'Let take part' : 'Only look'}</button>` : nothing}
            <button @click=${() => acts.admit(one.id, 'shown-out')} aria-label=${`Show ${one.name} out`}>Show out</button>
          </span>
        </li>`,
      )}
    </ul>
  </section>`;
}
