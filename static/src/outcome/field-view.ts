/** The fields as they are typed. Each is reached with Tab, chosen with arrows and Space, and saved by itself. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { actionsView } from './actions-view';
import { matters } from './completeness';
import './owner-box';
import type { Owned } from './owner-box';
import { readDay } from './days';
import { suggestionView } from './help';
import { isEmpty, textOf, type Field, type Values } from './form';
import type { Panel } from './panel';
import { plain, typedBy } from './read-view';
import { treatmentsView } from './treatments-view';

/** How soon the patient is told, unless somebody says otherwise. */
const TELL_WITHIN = 2;

type Piece = TemplateResult | typeof nothing;

/** The fields that have something to say, under their headings. Small ones stand side by side. */
export function blocksView(panel: Panel, values: Values): TemplateResult[] {
  const shown = panel.form.fields.filter(({ name }) => matters(panel.form, values, name));
  const blocks = [...new Set(shown.map(({ block }) => block))];
  return blocks.map((block) => {
    const fields = shown.filter((field) => field.block === block).map((field) => fieldView(panel, field, values));
    return block === '' ? html`${fields}` : html`<section class="outcome-block" aria-label=${block}><h3>${block}</h3><div class="outcome-block-fields">${fields}</div></section>`;
  });
}

const isSmall = ({ kind, compact }: Field): boolean => kind === 'number' || kind === 'date' || compact;

export function fieldView(panel: Panel, field: Field, values: Values): Piece {
  const { name, kind } = field;
  const grouped = (kind === 'code' && !field.compact) || kind === 'codes' || kind === 'treatments' || kind === 'actions';
  const phase = panel.typing.phase(name);
  const body = html`${input(panel, field, values)} ${suggestionView(panel, name, values)} ${trouble(panel, field)}`;
  const label = html`${field.label}${field.cosd === '' ? nothing : html` <small>${field.cosd}</small>`}`;
  return html`
    <div class="outcome-field ${isSmall(field) ? 'outcome-small' : ''} ${phase === 'conflict' || phase === 'refused' ? 'outcome-stuck' : ''}" data-field=${name} @focusout=${() => panel.typing.left(name)}>
      ${grouped
        ? html`<fieldset><legend>${label} ${typedBy(panel, name)}</legend>${body}</fieldset>`
        : html`<div class="outcome-label"><label for=${`outcome-${name}`}>${label}</label> ${typedBy(panel, name)}</div>${body}`}
    </div>
  `;
}

function input(panel: Panel, field: Field, values: Values): TemplateResult {
  switch (field.kind) {
    case 'code':
      return field.compact ? selectView(panel, field, values) : codeView(panel, field, values);
    case 'codes':
      return codesView(panel, field, values);
    case 'number':
      return numberView(panel, field, values);
    case 'treatments':
      return treatmentsView(panel, field, values);
    case 'actions':
      return actionsView(panel, values);
    case 'text':
      return textView(panel, field, values);
    case 'line':
      return lineView(panel, field, values);
    case 'date':
      return dateView(panel, field, values);
  }
}

function codeView(panel: Panel, { name, codes, cosd }: Field, values: Values): TemplateResult {
  const value = values[name];
  return html`
    <div class="outcome-choices">
      ${codes.map(
        ({ code, label }) => html`
          <label class="outcome-choice">
            <input type="radio" name=${`outcome-${name}`} value=${code} .checked=${live(value === code)} @change=${() => panel.typing.type(name, code, true)} />
            <span>${label}${cosd === '' || code === label ? nothing : html` <small>${code}</small>`}</span>
          </label>
        `,
      )}
      ${isEmpty(value) ? nothing : html`<button type="button" class="outcome-clear" @click=${() => panel.typing.type(name, null, true)}>Clear<span class="unseen"> the choice</span></button>`}
    </div>
  `;
}

/** A long list of short codes: typing "T3" in it chooses T3. */
const selectView = (panel: Panel, { name, codes }: Field, values: Values): TemplateResult => html`
  <select id=${`outcome-${name}`} @change=${(event: Event) => panel.typing.type(name, (event.target as HTMLSelectElement).value || null, true)}>
    <option value="" ?selected=${isEmpty(values[name])}></option>
    ${codes.map(({ code, label }) => html`<option value=${code} ?selected=${values[name] === code}>${label}</option>`)}
  </select>
`;

function codesView(panel: Panel, { name, codes }: Field, values: Values): TemplateResult {
  const held = (values[name] as string[] | null | undefined) ?? [];
  const put = (code: string): void => panel.typing.type(name, codes.map((one) => one.code).filter((one) => (one === code) !== held.includes(one)), true);
  return html`<div class="outcome-choices outcome-ticks">
    ${codes.map(({ code, label }) => html`<label class="outcome-choice"><input type="checkbox" .checked=${live(held.includes(code))} @change=${() => put(code)} /><span>${label}</span></label>`)}
  </div>`;
}

const numberView = (panel: Panel, { name, unit, least, most, step }: Field, values: Values): TemplateResult => html`
  <span class="outcome-number"
    ><input
      id=${`outcome-${name}`}
      type="number"
      min=${least}
      max=${most}
      step=${step}
      .value=${live(isEmpty(values[name]) ? '' : String(values[name]))}
      @input=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        if (!input.validity.badInput) panel.typing.type(name, input.value === '' ? null : input.valueAsNumber, false);
      }}
    />${unit === '' ? nothing : html` ${unit}`}</span
  >
`;

const textView = (panel: Panel, { name, longest }: Field, values: Values): TemplateResult => html`
  <textarea
    id=${`outcome-${name}`}
    rows="3"
    maxlength=${longest}
    .value=${live(textOf(values, name))}
    @input=${(event: Event) => panel.typing.type(name, (event.target as HTMLTextAreaElement).value, false)}
  ></textarea>
`;

/** A line; where it names somebody, the team and those in the room are offered. */
function lineView(panel: Panel, { name, longest, people }: Field, values: Values): TemplateResult {
  const value = textOf(values, name);
  const put = (text: string, atOnce: boolean): void => panel.typing.type(name, text, atOnce);
  return html`
    ${people
      ? html`<owner-box .about=${{ people: panel.people, value, name: '', input: `outcome-${name}`, longest }} @owned=${({ detail }: CustomEvent<Owned>) => put(detail.name, detail.chosen)}></owner-box>`
      : html`<input id=${`outcome-${name}`} maxlength=${longest} autocomplete="off" .value=${live(value)} @input=${(event: Event) => put((event.target as HTMLInputElement).value, false)} />`}
    ${isEmpty(value) && people
      ? html`<div class="outcome-suggestions">
          <span>Suggested:</span>
          ${panel.api.roster().slice(0, 4).map((person) => html`<button type="button" @click=${() => panel.typing.type(name, person, true)}>${person}</button>`)}
        </div>`
      : nothing}
  `;
}

function dateView(panel: Panel, { name }: Field, values: Values): TemplateResult {
  const value = textOf(values, name);
  const suggested = name === 'tell_by' ? panel.workingDay(TELL_WITHIN) : null;
  return html`
    <input
      id=${`outcome-${name}`}
      type="date"
      min=${name === 'tell_by' ? panel.api.meetingDay : nothing}
      max="2100-12-31"
      .value=${live(value)}
      @input=${(event: Event) => panel.typing.type(name, (event.target as HTMLInputElement).value || null, false)}
    />
    ${value === '' && suggested === null ? nothing : value === '' && suggested !== null
      ? html`<div class="outcome-suggestions">
          <span>Suggested:</span>
          <button type="button" @click=${() => panel.typing.type(name, suggested, true)}>${readDay(suggested)}</button>
          <span>(${TELL_WITHIN} working days)</span>
        </div>`
      : html`<span class="outcome-day">${readDay(value)}</span>`}
  `;
}

/** A save that did not go through: what it is about, and the two ways out. */
function trouble({ form, typing }: Panel, { name }: Field): Piece {
  const phase = typing.phase(name);
  if (phase === 'conflict') {
    return html`
      <div class="outcome-trouble" role="alert">
        <p>${typing.message(name)} It now says: <q>${plain(form, name, typing.kept(name))}</q></p>
        <button type="button" @click=${() => typing.takeTheirs(name)}>Take that</button>
        <button type="button" @click=${() => typing.keepMine(name)}>Keep mine</button>
      </div>
    `;
  }
  if (phase !== 'refused') return nothing;
  return html`
    <div class="outcome-trouble" role="alert">
      <p>Not saved: ${typing.message(name)}</p>
      <button type="button" @click=${() => typing.again(name)}>Try again</button>
      <button type="button" @click=${() => typing.takeTheirs(name)}>Undo my change</button>
    </div>
  `;
}
