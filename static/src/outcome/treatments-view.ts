/** The planned treatments: ticked from the list, and put in order, each sequential or alternative to the one before. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { repeat } from 'lit-html/directives/repeat.js';
import { labelOf, treatmentsOf, type Field, type Treatment, type Values } from './form';
import type { Panel } from './panel';

const SEQUENTIAL = 'sequential';

export function treatmentsView(panel: Panel, field: Field, values: Values): TemplateResult {
  const planned = treatmentsOf(values);
  const put = (treatments: Treatment[]): void => panel.typing.type(field.name, tidy(treatments), true);
  return html`
    <div class="outcome-choices outcome-ticks">
      ${field.codes.map(({ code, label }) => {
        const at = planned.findIndex((one) => one.code === code);
        const tick = (): void => put(at < 0 ? [...planned, { code, relation: SEQUENTIAL }] : planned.filter((one) => one.code !== code));
        return html`
          <label class="outcome-choice">
            <input type="checkbox" .checked=${live(at >= 0)} @change=${tick} />
            <span>${label} <small>${code}</small>${at < 0 || planned.length < 2 ? nothing : html` <b class="outcome-place">${at + 1}</b>`}</span>
          </label>
        `;
      })}
    </div>
    ${planned.length < 2 ? nothing : html`<ol class="outcome-order">${repeat(planned, ({ code }) => code, (one, at) => row(panel, field, planned, one, at, put))}</ol>`}
  `;
}

function row(panel: Panel, field: Field, planned: Treatment[], { code, relation }: Treatment, at: number, put: (treatments: Treatment[]) => void): TemplateResult {
  const label = labelOf(field, code);
  const chosen = (event: Event): void => put(planned.with(at, { code, relation: (event.target as HTMLSelectElement).value }));
  return html`
    <li>
      ${at === 0
        ? html`<span class="outcome-first">first</span>`
        : html`<select aria-label=${`How ${label} follows`} .value=${live(relation)} @change=${chosen}>
            ${panel.form.relations.map((one) => html`<option value=${one.code} ?selected=${one.code === relation}>${one.label}</option>`)}
          </select>`}
      <span>${label}</span>
      <button type="button" ?disabled=${at === 0} aria-label=${`${label} earlier`} @click=${() => put(moved(planned, at))}>↑</button>
    </li>
  `;
}

/** One place earlier. */
export function moved(planned: readonly Treatment[], at: number): Treatment[] {
  const order = [...planned];
  const [one] = order.splice(at, 1);
  if (one !== undefined) order.splice(at - 1, 0, one);
  return order;
}

/** The first stands to nothing before it; the server keeps it as sequential, and so does this. */
export const tidy = (treatments: readonly Treatment[]): Treatment[] => treatments.map((one, at) => (at === 0 ? { ...one, relation: SEQUENTIAL } : one));
