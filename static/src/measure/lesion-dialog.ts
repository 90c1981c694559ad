/** Asks which lesion a mark is of, and how that lesion is followed. */

import { html } from 'lit-html';
import type { Lesion } from '../room/protocol';
import { openDialog } from '../viewer/dialogs';
import type { LesionTable } from './lesion-table';
import { STATES } from '../panel/lesions';

const ORGANS = ['Lung', 'Liver', 'Lymph node', 'Adrenal', 'Bone', 'Brain', 'Breast', 'Kidney', 'Pancreas', 'Peritoneum', 'Pleura', 'Soft tissue', 'Spleen'];
const ROLES: readonly (readonly [Lesion['role'], string])[] = [
  ['target', 'Target'],
  ['non-target', 'Non-target'],
  ['new', 'New'],
];

/** Null when nothing is to be changed; `none` when the mark shall not be of a lesion any more. */
export type Answer = Lesion | 'none' | null;

export function askLesion(before: Lesion | undefined, table: LesionTable | null, measures: boolean): Promise<Answer> {
  const known = table?.lesions ?? [];
  const states = (Object.keys(STATES) as Lesion['state'][]).filter((state) => state !== 'measured' || measures);
  return openDialog<Answer>(
    (close) => html`
      <form
        method="dialog"
        class="lesion-form"
        @submit=${(event: Event) => {
          event.preventDefault();
          close(read(new FormData(event.target as HTMLFormElement)));
        }}
      >
        <h2>${before === undefined ? 'Follow this lesion' : 'The lesion'}</h2>
        <label for="lesion-name">Name, as on its earlier studies</label>
        <input
          id="lesion-name"
          name="name"
          maxlength="60"
          required
          autocomplete="off"
          list="lesion-names"
          .value=${before?.name ?? ''}
          autofocus
          @change=${(event: Event) => fill(event.target as HTMLInputElement, known)}
        />
        <datalist id="lesion-names">${known.map(({ name }) => html`<option value=${name}></option>`)}</datalist>
        <fieldset>
          <legend>It is</legend>
          ${ROLES.map(([role, name]) => html`<label><input type="radio" name="role" value=${role} .checked=${(before?.role ?? 'target') === role} /> ${name}</label>`)}
        </fieldset>
        <label for="lesion-organ">Organ</label>
        <input id="lesion-organ" name="organ" maxlength="40" autocomplete="off" list="lesion-organs" .value=${before?.organ ?? ''} />
        <datalist id="lesion-organs">${ORGANS.map((organ) => html`<option value=${organ}></option>`)}</datalist>
        <label><input type="checkbox" name="node" .checked=${before?.node ?? false} /> Lymph node: its short axis counts</label>
        <label for="lesion-state">On this study it is</label>
        <select id="lesion-state" name="state">
          ${states.map((state) => html`<option value=${state} ?selected=${state === (before?.state ?? states[0])}>${STATES[state]}</option>`)}
        </select>
        <div class="ask-buttons">
          <button class="go" type="submit">Save</button>
          ${before === undefined ? '' : html`<button type="button" @click=${() => close('none')}>No lesion</button>`}
          <button type="button" @click=${() => close(null)}>Cancel</button>
        </div>
      </form>
    `,
    null,
  );
}

/** A name that is known brings what is known of it. */
function fill(input: HTMLInputElement, known: LesionTable['lesions']): void {
  const found = known.find(({ name }) => name.toLowerCase() === input.value.trim().toLowerCase());
  const form = input.form;
  if (found === undefined || form === null) return;
  for (const radio of form.querySelectorAll<HTMLInputElement>('input[name="role"]')) radio.checked = radio.value === found.role;
  (form.querySelector('#lesion-organ') as HTMLInputElement).value = found.organ;
  (form.querySelector('input[name="node"]') as HTMLInputElement).checked = found.node;
}

function read(form: FormData): Answer {
  const name = (form.get('name') as string).trim();
  if (name === '') return null;
  return { name, role: form.get('role') as Lesion['role'], organ: (form.get('organ') as string).trim(), node: form.get('node') !== null, state: form.get('state') as Lesion['state'] };
}
