/** What helps whoever types: suggestions with their source, the checklist, working days. Asked of the server, never kept. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { isEmpty, type Values } from './form';
import type { Owner } from './owners';
import type { Panel } from './panel';
import { plain } from './read-view';

export interface Suggestion {
  field: string;
  value: unknown;
  /** Where it was found, such as "Colorectal MDT, Tue 3 Nov 2026". */
  source: string;
}

export interface Help {
  checklist: { name: string; label: string; by: string }[];
  suggestions: Suggestion[];
  /** The next working days, bank holidays left out. */
  days: string[];
  /** Who takes part in the team. */
  people: Owner[];
  policy: { check: boolean; checklist: boolean };
}

const ASK_AFTER = 900;
const ASK_EVERY = 15_000;

/** Asks again a moment after something changed, and now and then, for what is shown ticks too. */
export class Helper {
  help: Help | null = null;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly beat = setInterval(() => this.soon(), ASK_EVERY);
  private closed = false;

  constructor(
    private readonly caseId: string,
    private readonly told: () => void,
  ) {
    void this.now();
  }

  soon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.now(), ASK_AFTER);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.waiting);
    clearInterval(this.beat);
  }

  /** Asks at once; without an answer what was told last stays. */
  async now(): Promise<void> {
    try {
      const answer = await fetch(`/cases/${this.caseId}/outcome/help.json`, { headers: { Accept: 'application/json' } });
      if (!answer.ok || this.closed) return;
      this.help = (await answer.json()) as Help;
      this.told();
    } catch {
      // Without a line there is no help; typing goes on.
    }
  }
}

/** What is suggested for a field that is still empty. */
export function suggested(panel: Panel, name: string, values: Values): Suggestion | null {
  if (!isEmpty(values[name])) return null;
  return panel.helper.help?.suggestions.find(({ field }) => field === name) ?? null;
}

/** Marked as a suggestion, with its source; only the key or the button makes it an answer. */
export function suggestionView(panel: Panel, name: string, values: Values): TemplateResult | typeof nothing {
  const one = suggested(panel, name, values);
  if (one === null) return nothing;
  return html`<div class="outcome-suggestion">
    <button type="button" @click=${() => panel.typing.type(name, one.value, true)} title="Alt+Enter in the field">Suggested: ${plain(panel.form, name, one.value)}</button>
    <small>${one.source}</small>
  </div>`;
}

export function checklistView(panel: Panel): TemplateResult | typeof nothing {
  const list = panel.helper.help?.checklist ?? [];
  if (list.length === 0) return nothing;
  return html`<ul class="outcome-checklist" aria-label="Checklist of the discussion">
    ${list.map(({ label, by }) => html`<li class=${by === '' ? '' : 'ticked'} title=${by === '' ? 'Not yet' : by}><span aria-hidden="true">${by === '' ? '○' : '✓'}</span> ${label}<span class="unseen">${by === '' ? ', not yet' : `, ${by}`}</span></li>`)}
  </ul>`;
}
