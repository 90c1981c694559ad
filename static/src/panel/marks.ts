/** Everything drawn on the open case, in words: go to it, change its text, follow it as a lesion, show it, remove it. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { whoDrew } from '../measure/about';
import type { Shown } from '../measure/keeping';
import type { LesionTable } from '../measure/lesion-table';
import { followsLesions, infoOf } from '../measure/tools';
import { lesions, STATES, type LesionActs } from './lesions';

export interface MarkLine extends Shown {
  /** E.g. "Two axes 24.1 × 15.0 mm". */
  words: string;
  /** E.g. "CT chest, 02-Nov-2026". */
  where: string;
  selected: boolean;
}

export interface MarksState {
  marks: readonly MarkLine[];
  table: LesionTable | null;
  problem: string | null;
  mayMark: boolean;
}

export interface MarksActs extends LesionActs {
  show(id: string): void;
  remove(id: string): void;
  write(id: string): void | Promise<void>;
  follow(id: string): void | Promise<void>;
  showToAll(id: string): void;
}

export function marksPanel(now: MarksState, acts: MarksActs): TemplateResult {
  return html`
    <section aria-labelledby="lesions-head">
      <h2 id="lesions-head" class="side-title">Lesions</h2>
      ${lesions(now.table, now.problem, now.mayMark, acts)}
    </section>
    <section aria-labelledby="marks-head">
      <h2 id="marks-head" class="side-title">Marks</h2>
      ${now.marks.length === 0
        ? html`<p class="quiet">Nothing is marked on this case. <kbd>L</kbd> measures a length, <kbd>Shift L</kbd> two axes, <kbd>A</kbd> draws an arrow.</p>`
        : html`<ul class="mark-list">
            ${now.marks.map((line) => item(line, acts))}
          </ul>`}
    </section>
  `;
}

function item(line: MarkLine, acts: MarksActs): TemplateResult {
  const { mark, standing, mayChange, meeting, words, where, selected } = line;
  const { id, lesion } = mark;
  const named = (what: string): string => `${what}: ${words}`;
  return html`
    <li class="mark-line" aria-current=${selected ? 'true' : nothing}>
      <button class="mark-words" @click=${() => acts.show(id)} title="Show it on its image">${words}</button>
      ${standing === 'private' ? html`<span class="badge badge-private">PRIVATE</span>` : nothing} ${meeting === null ? nothing : html`<span class="badge">${meeting}</span>`}
      ${lesion === undefined ? nothing : html`<span class="badge badge-blue">${lesion.name}${lesion.state === 'measured' ? '' : `: ${STATES[lesion.state]}`}</span>`}
      <span class="mark-where">${where}</span>
      <span class="mark-where">${whoDrew(mark)}</span>
      ${mayChange
        ? html`<span class="mark-acts">
            ${standing === 'private' ? html`<button class="go" @click=${() => acts.showToAll(id)} aria-label=${named('Show to all')}>Show to all</button>` : nothing}
            ${infoOf(mark.tool).texted ? html`<button @click=${() => void acts.write(id)} aria-label=${named('Change the text')}>Text</button>` : nothing}
            ${followsLesions(mark.tool) || infoOf(mark.tool).texted ? html`<button @click=${() => void acts.follow(id)} aria-label=${named(lesion === undefined ? 'Follow as a lesion' : 'Change the lesion')}>${lesion === undefined ? 'Follow' : 'Lesion'}</button>` : nothing}
            <button @click=${() => acts.remove(id)} aria-label=${named('Remove')}>Remove</button>
          </span>`
        : nothing}
    </li>
  `;
}
