/** Whose case this is: always on the screen, and never anybody else's than the images' and the outcome's. */

import { html, nothing, type TemplateResult } from 'lit-html';
import type { AgendaCase } from '../room/agenda';
import type { Quorum } from '../room/protocol';
import { bornOf, nameOf, nhsNumber, sexOf } from './words';

export function banner(open: AgendaCase | null, state: 'none' | 'opening' | 'open', meetingDay: string): TemplateResult {
  if (state === 'none') return html`<div class="banner banner-none" data-case="">No case is open.</div>`;
  if (open === null) return html`<div class="banner banner-none" data-case="">Opening the case…</div>`;
  const { patient } = open;
  return html`
    <div class="banner" role="region" aria-label="Patient" data-case=${open.case}>
      <strong class="banner-name">${nameOf(patient)}</strong>
      <dl>
        <div><dt>Born</dt><dd>${bornOf(patient.born, meetingDay)}</dd></div>
        <div><dt>Sex</dt><dd>${sexOf(patient.sex)}</dd></div>
        <div><dt>NHS</dt><dd>${nhsNumber(patient.nhs)}</dd></div>
      </dl>
      ${open.question ? html`<p class="banner-question" title=${open.question}><span>Question</span> ${open.question}</p>` : nothing}
    </div>
  `;
}

/** Who is missing for this case, by name where the team has somebody; nothing while all are here. */
export function quorumLine(quorum: Quorum | null): TemplateResult | typeof nothing {
  if (quorum === null || quorum.missing.length === 0) return nothing;
  const waits = { nothing: '', signing: 'Signing waits for them.', opening: 'The next case and signing wait for them.' }[quorum.blocks];
  return html`<p class="quorum" role="status"><b>Not quorate</b> ${quorum.missing.map(({ sentence }) => html`<span>${sentence}</span> `)}${waits}</p>`;
}
