/** The actions: each with what is to be done, by whom and by when. The last row is always a new one. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { repeat } from 'lit-html/directives/repeat.js';
import { uuid } from '../room/uuid';
import { readDay } from './days';
import { type Owned } from './owner-box';
import { actionsOf, isEmpty, type Action, type Values } from './form';
import type { Panel } from './panel';

/** Working days, offered as due dates. */
const OFFERED = [5, 10];

export function actionsView(panel: Panel, values: Values): TemplateResult {
  const actions = actionsOf(values);
  const blank: Action = { id: panel.newAction, text: '', owner: '', due: null };
  const rows = actions.length < panel.form.most_actions ? [...actions, blank] : actions;
  const put = (next: Action[], atOnce: boolean): void => {
    if (next.some(({ id }) => id === panel.newAction)) panel.newAction = uuid();
    panel.typing.type('actions', next, atOnce);
  };
  const change = (action: Action, at: number, atOnce: boolean): void => put(at < actions.length ? actions.with(at, action) : [...actions, action], atOnce);
  return html`
    <ol class="outcome-actions" @keydown=${onEnter}>
      ${repeat(
        rows,
        ({ id }) => id,
        (action, at) => row(panel, action, at, at < actions.length, (next, atOnce) => change(next, at, atOnce), () => put(actions.toSpliced(at, 1), true)),
      )}
    </ol>
  `;
}

function row(panel: Panel, action: Action, at: number, real: boolean, change: (action: Action, atOnce: boolean) => void, remove: () => void): TemplateResult {
  const number = at + 1;
  return html`
    <li class=${real ? '' : 'outcome-new'}>
      <input
        class="outcome-action-text"
        aria-label=${`Action ${number}: what is to be done`}
        placeholder=${real ? '' : 'New action'}
        maxlength=${panel.form.longest_action}
        autocomplete="off"
        .value=${live(action.text)}
        @input=${(event: Event) => change({ ...action, text: (event.target as HTMLInputElement).value }, false)}
      />
      ${real
        ? html`
            <owner-box
              .about=${{ people: panel.people, value: action.owner, name: `Action ${number}: owner`, input: '', longest: panel.form.longest_line }}
              @owned=${(event: CustomEvent<Owned>) => change(owned(action, event.detail), event.detail.chosen)}
            ></owner-box>
            <input
              type="date"
              aria-label=${`Action ${number}: due`}
              min=${panel.api.meetingDay}
              max="2100-12-31"
              .value=${live(action.due ?? '')}
              @input=${(event: Event) => change({ ...action, due: (event.target as HTMLInputElement).value || null }, false)}
            />
            <button type="button" class="outcome-remove" aria-label=${`Remove action ${number}`} @click=${remove}>×</button>
            ${isEmpty(action.due)
              ? html`<div class="outcome-suggestions">
                  <span>Due:</span>
                  ${OFFERED.map((days) => {
                    const due = panel.workingDay(days);
                    return html`<button type="button" title=${`${days} working days`} @click=${() => change({ ...action, due }, true)}>${readDay(due)}</button>`;
                  })}
                </div>`
              : html`<span class="outcome-day">${readDay(action.due ?? '')}</span>`}
          `
        : nothing}
    </li>
  `;
}

/** Whoever was chosen is kept as themselves, a service by what it is called. */
function owned({ id, text, due }: Action, { name, person }: Owned): Action {
  return { id, text, owner: name, due, ...(person === null ? {} : { person }) };
}

/** Enter goes on to the next row. */
function onEnter(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  event.target.closest('li')?.nextElementSibling?.querySelector<HTMLInputElement>('.outcome-action-text')?.focus();
}
