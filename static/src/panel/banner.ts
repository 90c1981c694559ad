/** Whose case this is: always on the screen, and never anybody else's than the images' and the outcome's. */

import { html, nothing, type TemplateResult } from 'lit-html';
import type { AgendaCase } from '../room/agenda';
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
