/** The outcome as those see it who do not type: what is filled, who typed it, changing as it is typed. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { readDay } from './days';
import { fieldOf, isEmpty, labelOf, type Action, type Field, type FormDefinition, type Treatment, type Values } from './form';
import type { Panel } from './panel';

/** How long a change counts as just typed. */
export const FRESH = 4000;

export function readView(panel: Panel, values: Values): TemplateResult {
  const filled = panel.form.fields.filter(({ name }) => !isEmpty(values[name]));
  return html`
    <dl class="outcome-read">
      ${filled.map(
        (field) => html`
          <div data-field=${field.name} class=${typist(panel, field.name)?.fresh === true ? 'fresh' : ''}>
            <dt>${field.label} ${typedBy(panel, field.name)}</dt>
            <dd>${shown(panel.form, field, values[field.name])}</dd>
          </div>
        `,
      )}
    </dl>
  `;
}

/** A value in words, on one line. */
export function plain(form: FormDefinition, name: string, value: unknown): string {
  const field = fieldOf(form, name);
  if (isEmpty(value)) return 'nothing';
  if (field.kind === 'treatments') return (value as Treatment[]).map(({ code }) => labelOf(field, code)).join(', ');
  if (field.kind === 'actions') return (value as Action[]).map(actionLine).join('; ');
  if (field.kind === 'code') return labelOf(field, value);
  if (field.kind === 'codes') return (value as string[]).map((code) => labelOf(field, code)).join(', ');
  if (field.kind === 'number') return `${value as number} ${field.unit}`.trim();
  return field.kind === 'date' ? readDay(value as string) : (value as string);
}

/** "Dr B", marked while they type. Nothing for one's own typing. */
export function typedBy(panel: Panel, name: string): TemplateResult | typeof nothing {
  const by = typist(panel, name);
  return by === null ? nothing : html`<span class="outcome-typist">${by.name}${by.fresh ? ' is typing' : ''}</span>`;
}

function typist({ api }: Panel, name: string): { name: string; fresh: boolean } | null {
  const last = api.lastTyped(name);
  if (last === null || last.person === api.me.person) return null;
  return { name: last.name, fresh: api.state()?.status === 'draft' && Date.now() - Date.parse(last.at) < FRESH };
}

function shown(form: FormDefinition, field: Field, value: unknown): TemplateResult | string {
  if (field.kind === 'treatments') {
    const relation = (code: string): string => form.relations.find((one) => one.code === code)?.label ?? code;
    return html`<ol>
      ${(value as Treatment[]).map(({ code, relation: how }, at) => html`<li>${at > 0 ? html`<i>${relation(how)}</i> ` : nothing}${labelOf(field, code)} <small>${code}</small></li>`)}
    </ol>`;
  }
  if (field.kind === 'actions') return html`<ol>${(value as Action[]).map((action) => html`<li>${actionLine(action)}</li>`)}</ol>`;
  const text = plain(form, field.name, value);
  return field.cosd === '' || field.kind !== 'code' ? html`<span class="outcome-text">${text}</span>` : html`${text} <small>${value}</small>`;
}

const actionLine = ({ text, owner, due }: Action): string => [text || '…', owner || 'no owner', due === null ? 'no date' : `by ${readDay(due)}`].join(', ');
