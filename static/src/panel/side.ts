/** The side of the room: the agenda, the outcome of the open case, and who is here. */

import { html, nothing, type TemplateResult } from 'lit-html';
import type { Agenda, AgendaCase } from '../room/agenda';
import type { Readiness } from '../room/ahead';
import { people, type PeopleActs, type PeopleState } from './people';
import { clockOf, nameOf, nhsNumber } from './words';

export type Tab = 'agenda' | 'marks' | 'outcome' | 'prepared' | 'people';

export interface SideState extends PeopleState {
  tab: Tab;
  open: boolean;
  agenda: Agenda | null;
  openCase: string | null;
  /** Of a replay: what happened; it takes the place of agenda and people. */
  replay: HTMLElement | null;
  mayOpen: boolean;
  /** How many scenes and key images there are, and what their tab shows; `prepares` while only one case is prepared here. */
  scenes: number;
  prepared(): TemplateResult;
  prepares: boolean;
  /** As the open case was referred; null where nobody may read it here. */
  referral: HTMLElement | null;
  /** How many marks are seen on the open case, and what their tab shows. */
  marks: number;
  marked(): TemplateResult;
  signed(id: string): boolean;
  /** How far the images of a case that may come next are on this computer. */
  ahead(id: string): Readiness | null;
}

export interface SideActs extends PeopleActs {
  tab(tab: Tab): void;
  toggle(): void;
  openCase(id: string): void;
  /** The chair's one act for all that a standard of care answers, as it was shown. */
  ratify(seen: readonly string[]): void;
  promote(id: string, reason: string): void;
}

const counted = (name: string, count: number): string | TemplateResult => (count === 0 ? name : html`${name} <span class="tab-count">${count}</span>`);

const TABS: readonly { tab: Tab; name: (now: SideState) => string | TemplateResult }[] = [
  { tab: 'outcome', name: () => 'Outcome' },
  { tab: 'prepared', name: ({ scenes }) => counted('Prepared', scenes) },
  { tab: 'agenda', name: () => 'Agenda' },
  { tab: 'marks', name: ({ marks }) => counted('Marks', marks) },
  { tab: 'people', name: ({ people, lobby }) => peopleTab(people.filter(({ lost }) => lost === undefined), lobby.filter(({ state }) => state === 'waiting').length) },
];

const REPLAYED: typeof TABS = [
  { tab: 'people', name: () => 'What happened' },
  { tab: 'outcome', name: () => 'Outcome then' },
  { tab: 'marks', name: ({ marks }) => counted('Marks then', marks) },
];

/** What needs somebody is said on the tab itself. */
function peopleTab(here: PeopleState['people'], waiting: number): TemplateResult {
  const hands = here.filter(({ place }) => place !== null).length;
  return html`${counted('People', here.length)}${hands > 0 ? html` <span class="badge badge-amber">${hands === 1 ? '1 hand' : `${hands} hands`}</span>` : nothing}${waiting > 0 ? html` <span class="badge badge-amber">${waiting === 1 ? '1 waits' : `${waiting} wait`}</span>` : nothing}`;
}

/** `outcome` is the element that belongs to the outcome panel; it is moved in and never drawn here. */
export function side(now: SideState, acts: SideActs, outcome: HTMLElement): TemplateResult {
  return html`
    <div class="side-head">
      <button class="fold" aria-expanded=${now.open} aria-controls="side-body" @click=${acts.toggle} title=${now.open ? 'Hide the side panel (B)' : 'Show the side panel (B)'}>${now.open ? '»' : '«'}<span class="unseen">Side panel</span></button>
      ${now.open
        ? html`<div class="tabs" role="tablist" aria-label="Side panel" @keydown=${(event: KeyboardEvent) => arrows(event, now, acts)}>
            ${tabsOf(now).map(
              ({ tab, name }) => html`<button role="tab" id=${`tab-${tab}`} aria-controls="side-body" aria-selected=${now.tab === tab} tabindex=${now.tab === tab ? 0 : -1} @click=${() => acts.tab(tab)}>${name(now)}</button>`,
            )}
          </div>`
        : nothing}
    </div>
    <div class="side-body" id="side-body" role="tabpanel" aria-labelledby=${`tab-${now.tab}`} ?hidden=${!now.open} tabindex="-1">
      <div ?hidden=${now.tab !== (now.prepares ? 'prepared' : 'outcome')}>${now.referral ?? nothing}</div>
      <div ?hidden=${now.tab !== 'outcome'}>${outcome}</div>
      ${now.tab === 'prepared' ? now.prepared() : nothing} ${now.tab === 'marks' ? now.marked() : nothing} ${now.tab === 'agenda' ? agendaOf(now, acts) : nothing} ${now.tab === 'people' ? (now.replay ?? people(now, acts)) : nothing}
    </div>
  `;
}

/** Before the meeting there is no outcome to type. */
const tabsOf = ({ prepares, replay }: SideState): typeof TABS => (replay === null ? TABS.filter(({ tab }) => !prepares || tab !== 'outcome') : REPLAYED);

function arrows(event: KeyboardEvent, now: SideState, acts: SideActs): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  event.stopPropagation();
  const tabs = tabsOf(now);
  const next = tabs[(tabs.findIndex((one) => one.tab === now.tab) + by + tabs.length) % tabs.length]!.tab;
  acts.tab(next);
  document.getElementById(`tab-${next}`)?.focus();
}

/** What is to be discussed first, then what a standard of care answers, ratified in one act. */
function agendaOf(now: SideState, acts: SideActs): TemplateResult {
  if (now.agenda === null) return html`<p class="quiet">Fetching the agenda…</p>`;
  if (now.agenda.cases.length === 0) return html`<p class="quiet">No case is listed for this meeting.</p>`;
  const discussed = now.agenda.cases.filter(({ standard }) => standard === null);
  const standard = now.agenda.cases.filter((one) => one.standard !== null);
  return html`
    <ol class="agenda">
      ${discussed.map((one) => discussedCase(one, now, acts))}
    </ol>
    ${standard.length > 0 ? standards(standard, now, acts) : nothing}
    <p class="quiet">${now.mayOpen ? html`<kbd>N</kbd> opens the next case, <kbd>Shift N</kbd> the one before.` : 'The chair, the coordinator and whoever presents open the cases.'} The meeting starts at ${clockOf(now.agenda.meeting.starts_at)}.</p>
  `;
}

function discussedCase({ case: id, patient, question, position, clock, notes, missing, stream }: AgendaCase, now: SideState, acts: SideActs): TemplateResult {
  const current = id === now.openCase;
  return html`
    <li>
      <button class="agenda-case" aria-current=${current ? 'true' : nothing} ?disabled=${!now.mayOpen} @click=${() => acts.openCase(id)}>
        <span class="agenda-number">${position}</span>
        <span class="agenda-name">${nameOf(patient)}</span>
        <span class="agenda-nhs">${nhsNumber(patient.nhs)}</span>
        <span class="agenda-question">${question}</span>
        ${missing === null ? nothing : html`<span class="agenda-note"><span class="badge badge-amber">Not ready</span> ${missing}</span>`}
        ${clock === null ? nothing : html`<span class="agenda-note">${clock}</span>`}
        ${notes.map((note) => html`<span class="agenda-note">${note}</span>`)}
        ${current ? html`<span class="badge badge-blue">Now</span>` : nothing}${now.signed(id) ? html`<span class="badge badge-green">Signed</span>` : nothing}
        ${stream === '' ? html`<span class="badge">Not triaged</span>` : nothing}
        ${current || now.ahead(id) === null ? nothing : html`<span class="agenda-ahead">${now.ahead(id) === 'ready' ? 'Ready on this computer' : 'Being fetched'}</span>`}
      </button>
    </li>
  `;
}

function standards(cases: readonly AgendaCase[], now: SideState, acts: SideActs): TemplateResult {
  const waiting = cases.filter((one) => one.standard?.waits === true);
  const mayRatify = now.agenda?.may['standard.ratify'] === true && now.agenda.meeting.status === 'open' && waiting.length > 0;
  return html`
    <section class="standards" aria-labelledby="standards-head">
      <h3 id="standards-head">On a standard of care: listed, not discussed</h3>
      <ul>
        ${cases.map(
          ({ case: id, patient, question, standard, position }) => html`
            <li>
              <p><span class="agenda-number">${position}</span> <strong>${nameOf(patient)}</strong> <span class="agenda-nhs">${nhsNumber(patient.nhs)}</span></p>
              <p class="agenda-question">${question}</p>
              <p class="agenda-note">${standard?.named}: ${standard?.plan}</p>
              ${standard?.says == null ? nothing : html`<p class="agenda-says">Once ratified: ${standard.says}</p>`}
              ${standard?.ratified != null ? html`<p><span class="badge badge-green">Ratified</span> by ${standard.ratified}</p>` : nothing}
              ${standard?.waits === true && now.agenda?.may['case.promote'] === true
                ? html`<form class="promote" @submit=${(event: SubmitEvent) => promoteBy(event, id, acts)}>
                    <label>Discuss it after all, because <input name="reason" required maxlength="500" autocomplete="off" @keydown=${(event: KeyboardEvent) => event.stopPropagation()} /></label>
                    <button>Promote<span class="unseen"> ${nameOf(patient)} to full discussion</span></button>
                  </form>`
                : nothing}
            </li>
          `,
        )}
      </ul>
      ${mayRatify ? html`<button class="ratify" @click=${() => acts.ratify(waiting.flatMap(({ standard }) => standard?.seen ?? []))}>${waiting.length === 1 ? 'Ratify it' : `Ratify all ${waiting.length}`}</button>` : nothing}
    </section>
  `;
}

function promoteBy(event: SubmitEvent, id: string, acts: SideActs): void {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  acts.promote(id, (form.elements.namedItem('reason') as HTMLInputElement).value);
}
