/** The panel from top to bottom: how saving stands, what was left behind, the form or what is kept, the signature. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { missing } from './completeness';
import { clockOf } from './days';
import { blocksView } from './field-view';
import type { FormDefinition, Values } from './form';
import { checklistView } from './help';
import type { Left } from './journal';
import type { Panel } from './panel';
import { plain, readView } from './read-view';
import { sentence } from './sentence';

type Piece = TemplateResult | typeof nothing;

export function panelView(panel: Panel): TemplateResult {
  const { api, form, typing } = panel;
  const state = api.state();
  const signed = state?.status === 'signed';
  const types = !signed && panel.may('outcome.type');
  const values = types ? typing.values(form.fields.map(({ name }) => name)) : (state?.form ?? {});
  const version = state?.version ?? 1;
  return html`
    <section class="outcome-panel" aria-label="Outcome" data-case=${api.caseId} @keydown=${(event: KeyboardEvent) => panel.onKey(event)}>
      <header class="outcome-head">
        <span class="badge ${signed ? 'badge-green' : 'badge-amber'}">${signed ? 'Signed' : 'Draft'}${version > 1 ? `, version ${version}` : ''}</span>
        ${standing(panel)}
      </header>
      ${checklistView(panel)}
      ${panel.journal.others(api.caseId).map((left) => leftBehind(panel, left))} ${types ? nothing : stuck(panel)}
      ${version > 1 ? html`<p class="outcome-why">Amended because: ${state?.reason}</p>` : nothing}
      ${types ? html`<div class="outcome-fields">${blocksView(panel, values)}</div>` : readView(panel, values)}
      ${signed ? signature(panel) : unsigned(panel, values)}
    </section>
  `;
}

function standing({ typing }: Panel): TemplateResult {
  const { state, at, message } = typing.standing;
  const said = { nothing: '', saving: 'Saving…', saved: at === null ? '' : `Saved ${clockOf(at)}`, 'not-saved': `Not saved: ${message}` }[state];
  return html`<span class="outcome-standing outcome-${state}" role="status">${said}</span>`;
}

/** Text typed for another case before the meeting moved on: named, folded, never mixed with this patient's. */
function leftBehind(panel: Panel, { caseId, who, fields }: Left): TemplateResult {
  const putAway = (): void => {
    panel.journal.forget(caseId);
    panel.draw();
  };
  return html`
    <details class="outcome-left">
      <summary>Not saved for <strong>${who}</strong>, another patient</summary>
      ${Object.entries(fields).map(([name, { value }]) => quoted(panel.form, name, value))}
      <p>It is saved by itself when their case is open again.</p>
      <button type="button" @click=${putAway}>Throw it away</button>
    </details>
  `;
}

/** What this tab typed and the server will not keep, e.g. because the outcome was signed meanwhile. */
function stuck({ form, typing }: Panel): Piece {
  if (typing.stuck.length === 0) return nothing;
  return html`
    <div class="outcome-left" role="alert">
      ${typing.stuck.map((name) => html`${quoted(form, name, typing.value(name))}<p>${typing.message(name)}</p><button type="button" @click=${() => typing.takeTheirs(name)}>Throw it away</button>`)}
    </div>
  `;
}

const quoted = (form: FormDefinition, name: string, value: unknown): TemplateResult =>
  // What was typed for another patient may be of another form.
  html`<p><b>${form.fields.find((one) => one.name === name)?.label ?? name}:</b> <q>${form.fields.some((one) => one.name === name) ? plain(form, name, value) : String(value)}</q></p>`;

function signature(panel: Panel): TemplateResult {
  const signed = panel.api.state()?.signed;
  return html`
    <p class="outcome-sentence">${sentence(panel.form, panel.api.state()?.form ?? {})}</p>
    <p class="outcome-signature">Signed by <b>${signed?.name}</b> at ${signed === null || signed === undefined ? '' : clockOf(new Date(signed.at))}</p>
    ${panel.may('outcome.amend') ? html`<button type="button" ?disabled=${panel.busy} @click=${() => panel.amend()}>Amend…</button>` : nothing} ${refusal(panel)}
  `;
}

/** What is missing, how it will be read back, and the chair's button. */
function unsigned(panel: Panel, values: Values): TemplateResult {
  const { api, form, typing } = panel;
  const lacks = missing(form, values, api.meetingDay);
  const read = sentence(form, values);
  return html`
    <p class="outcome-sentence">${read === '' ? html`<span class="quiet">Nothing is decided yet.</span>` : read}</p>
    ${lacks.length > 0
      ? html`
          <div class="outcome-missing">
            <p id="outcome-missing">Still missing (${lacks.length})</p>
            <ul aria-labelledby="outcome-missing">
              ${lacks.map(({ name, say }) => html`<li>${panel.may('outcome.type') ? html`<button type="button" class="outcome-jump" @click=${() => panel.goTo(name)}>${say}</button>` : say}</li>`)}
            </ul>
          </div>
        `
      : html`<p class="outcome-complete">Complete${panel.may('outcome.sign') ? '' : ': ready for the chair to sign'}.</p>`}
    ${checked(panel, lacks.length === 0)}
    ${panel.may('outcome.sign')
      ? html`<button type="button" class="go outcome-sign" ?disabled=${lacks.length > 0 || panel.busy || !typing.isSettled || api.pending().length > 0 || api.connection() !== 'in-step'} @click=${() => panel.sign()}>Sign…</button>`
      : nothing}
    ${refusal(panel)}
  `;
}

/** Who read it beside its typists; or the button of somebody who may. */
function checked(panel: Panel, complete: boolean): Piece {
  const { api, typing } = panel;
  const by = api.state()?.checked;
  if (by !== undefined) return html`<p class="outcome-complete">Checked by ${by.name} at ${clockOf(new Date(by.at))}.</p>`;
  if (!complete || api.state() === null || !panel.may('outcome.check')) return nothing;
  return html`<button type="button" class="outcome-check" ?disabled=${panel.busy || !typing.isSettled || api.connection() !== 'in-step'} @click=${() => panel.check()}>I have read it: it is right</button>`;
}

const refusal = ({ refusal: said }: Panel): Piece => (said === '' ? nothing : html`<p class="outcome-problem" role="alert">${said}</p>`);
