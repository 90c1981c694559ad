/** The two questions of the panel. Both say whose outcome it is, and go away with the case. */

import { html, render, type TemplateResult } from 'lit-html';
import { nameOf, nhsNumber } from '../panel/words';
import type { OutcomeApi } from './api';
import { isEmpty, type FormDefinition } from './form';
import type { Help } from './help';
import { sentence } from './sentence';

/** The chair reads the decision back, with the patient's identity above it. No when the outcome changes meanwhile. */
export function confirmSigning(api: OutcomeApi, form: FormDefinition, help: Help | null, gone: AbortSignal): Promise<boolean> {
  const read = api.state();
  return ask(
    gone,
    'Sign this outcome?',
    (close) => html`
      ${identity(api)}
      <p class="read-back">${sentence(form, read?.form ?? {})}</p>
      ${isEmpty(read?.form['rationale']) ? '' : html`<p class="outcome-rationale"><b>Rationale:</b> ${read?.form['rationale']}</p>`}
      ${read !== null && read.version > 1 ? html`<p class="quiet">Amendment ${read.version - 1}: ${read.reason}</p>` : ''}
      ${untouched(help)}
      <p class="quiet">${read?.checked === undefined ? 'Nobody but those who typed it has checked it.' : `Checked by ${read.checked.name}.`}</p>
      <p class="quiet">Once signed it never changes; it can only be amended by a new version with a reason.</p>
      <div class="ask-buttons">
        <button class="go" type="button" @click=${() => close(true)}>Sign for ${nameOf(api.patient)}</button>
        <button type="button" autofocus @click=${() => close(false)}>Go back</button>
      </div>
    `,
    false,
    (close) => api.onChange(() => (api.state()?.revision !== read?.revision || api.state()?.status !== 'draft' ? close(false) : undefined)),
  );
}

/** Why a signed outcome is to be changed; null when it is not. */
export function askReason(api: OutcomeApi, gone: AbortSignal): Promise<string | null> {
  return ask<string | null>(
    gone,
    'Amend the signed outcome?',
    (close) => html`
      ${identity(api)}
      <form
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          close((new FormData(event.target as HTMLFormElement).get('reason') as string).trim());
        }}
      >
        <label for="outcome-reason">Why is it amended?</label>
        <textarea id="outcome-reason" name="reason" rows="3" maxlength="500" required autofocus></textarea>
        <p class="quiet">The signed version stays in force, and stays as it is, until the new one is signed.</p>
        <div class="ask-buttons">
          <button class="go" type="submit">Amend for ${nameOf(api.patient)}</button>
          <button type="button" @click=${() => close(null)}>Go back</button>
        </div>
      </form>
    `,
    null,
  );
}

/** What the discussion has not touched, as far as the room knows: said, and the chair decides. */
function untouched(help: Help | null): TemplateResult | '' {
  const list = help?.checklist.filter(({ by }) => by === '') ?? [];
  return list.length === 0 ? '' : html`<p class="outcome-untouched"><b>Not touched in the discussion:</b> ${list.map(({ label }) => label.toLowerCase()).join(', ')}.</p>`;
}

const identity = ({ patient }: OutcomeApi): TemplateResult => html`
  <p class="outcome-identity"><strong>${nameOf(patient)}</strong> <span>NHS ${nhsNumber(patient.nhs)}</span></p>
`;

function ask<T>(
  gone: AbortSignal,
  title: string,
  content: (close: (value: T) => void) => TemplateResult,
  otherwise: T,
  watch: (close: (value: T) => void) => () => unknown = () => () => undefined,
): Promise<T> {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    dialog.className = 'ask outcome-ask';
    dialog.setAttribute('aria-labelledby', 'outcome-ask-title');
    const before = document.activeElement as HTMLElement | null;
    let answer = otherwise;
    const close = (value: T): void => {
      answer = value;
      dialog.close();
    };
    const leave = (): void => close(otherwise);
    const unwatch = watch(close);
    render(html`<h2 id="outcome-ask-title">${title}</h2>${content(close)}`, dialog);
    dialog.addEventListener('close', () => {
      unwatch();
      gone.removeEventListener('abort', leave);
      dialog.remove();
      before?.focus();
      resolve(answer);
    });
    // Keys typed here are not for the viewer.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    gone.addEventListener('abort', leave);
    document.body.append(dialog);
    dialog.showModal();
  });
}
