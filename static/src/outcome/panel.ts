/** The outcome of the open case: typed here by whoever may, seen live by everybody, read back and signed by the chair. */

import './outcome.css';
import { html, render } from 'lit-html';
import { londonDay, nameOf } from '../panel/words';
import { uuid } from '../room/uuid';
import type { MountOutcome, OutcomeApi } from './api';
import { askReason, confirmSigning } from './dialogs';
import { formOf, readForms, type FormDefinition, type Forms } from './form';
import { Helper, suggested } from './help';
import { Journal } from './journal';
import { workingDaysAfter } from './days';
import type { Owner } from './owners';
import { panelView } from './panel-view';
import { FRESH } from './read-view';
import { Typing } from './typing';

export const mountOutcome: MountOutcome = (element, api) => {
  const panel = new Panel(element, api, readForms(document));
  return () => panel.close();
};

/** The panel of one case: holds what is typed, and draws again whenever that or the room changes. */
export class Panel {
  readonly typing: Typing;
  readonly journal = new Journal(sessionStorage);
  readonly helper: Helper;
  /** The row of a new action that is not typed yet. */
  newAction: string = uuid();
  /** The server's answer to a signature or an amendment that it refused. */
  refusal = '';
  busy = false;
  private drawn = false;
  private closed = false;
  private readonly stop: () => void;
  private readonly dialogs = new AbortController();
  private fading: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly element: HTMLElement,
    readonly api: OutcomeApi,
    readonly forms: Forms,
  ) {
    this.helper = new Helper(api.caseId, () => this.draw());
    this.typing = new Typing(api, this.journal, nameOf(api.patient), () => this.draw(), later);
    this.stop = api.onChange(() => {
      this.typing.heard();
      this.helper.soon();
      this.draw();
    });
    this.drawNow();
  }

  /** The proforma of the outcome as it is now: a new one is written on the team's, an old one on its own. */
  get form(): FormDefinition {
    return formOf(this.forms, this.api.state());
  }

  private get hasForm(): boolean {
    return this.api.state() === null || (this.api.state()?.proforma ?? 'core-1') in this.forms.forms;
  }

  may(act: string): boolean {
    return this.api.me.may.includes(act);
  }

  /** From when suggested dates count: the meeting's day, or today when that is past. */
  get countFrom(): string {
    const today = londonDay(new Date());
    return today > this.api.meetingDay ? today : this.api.meetingDay;
  }

  close(): void {
    this.closed = true;
    this.stop();
    this.typing.close();
    this.helper.close();
    this.dialogs.abort();
    clearTimeout(this.fading);
  }

  draw(): void {
    if (this.drawn) return;
    this.drawn = true;
    queueMicrotask(() => this.drawNow());
  }

  /** Alt+Enter in a field takes what is suggested for it; among choices a letter goes to the next that begins with it. */
  onKey(event: KeyboardEvent): void {
    if (this.choose(event)) return;
    if (event.key !== 'Enter' || !event.altKey) return;
    const name = (event.target as HTMLElement).closest<HTMLElement>('[data-field]')?.dataset['field'];
    const one = name === undefined ? null : suggested(this, name, this.typing.values([name]));
    if (name === undefined || one === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.typing.type(name, one.value, true);
  }

  private choose(event: KeyboardEvent): boolean {
    const at = event.target as HTMLInputElement;
    if (at.type !== 'radio' || event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.altKey || event.metaKey) return false;
    const name = at.closest<HTMLElement>('[data-field]')?.dataset['field'] ?? '';
    const codes = this.form.fields.find((field) => field.name === name)?.codes ?? [];
    const from = codes.findIndex(({ code }) => code === this.typing.value(name));
    const next = [...codes.slice(from + 1), ...codes.slice(0, from + 1)].find(({ label }) => label.toLowerCase().startsWith(event.key.toLowerCase()));
    if (next === undefined) return false;
    event.preventDefault();
    event.stopPropagation();
    this.typing.type(name, next.code, true);
    at.closest('fieldset')?.querySelector<HTMLInputElement>(`input[value="${next.code}"]`)?.focus();
    return true;
  }

  /** The day so many working days on: as the server counts them, or without bank holidays until it has said. */
  workingDay(count: number): string {
    return this.helper.help?.days[count - 1] ?? workingDaysAfter(this.countFrom, count);
  }

  /** The team's people, then whoever else is in the room. */
  get people(): Owner[] {
    const team = this.helper.help?.people ?? [];
    const others = this.api.roster().filter((name) => !team.some((one) => one.name === name));
    return [...team, ...others.map((name) => ({ id: null, name, specialty: '' }))];
  }

  /** Moves to a field, from what is said to be missing. */
  goTo(name: string): void {
    const field = this.element.querySelector<HTMLElement>(`[data-field="${name}"]`);
    field?.scrollIntoView({ block: 'nearest' });
    field?.querySelector<HTMLElement>('input:checked, textarea, input, button')?.focus();
  }

  async sign(): Promise<void> {
    await this.helper.now(); // what was typed a moment ago is no longer "not touched"
    const read = this.api.state();
    if (read === null || !(await confirmSigning(this.api, this.form, this.helper.help, this.dialogs.signal))) return;
    if (this.api.state()?.revision !== read.revision) return;
    await this.act(this.api.sign());
  }

  async check(): Promise<void> {
    await this.act(this.api.check());
  }

  async amend(): Promise<void> {
    const reason = await askReason(this.api, this.dialogs.signal);
    if (reason !== null) await this.act(this.api.amend(reason));
  }

  private async act(asked: ReturnType<OutcomeApi['sign']>): Promise<void> {
    this.busy = true;
    this.refusal = '';
    this.draw();
    const answer = await asked;
    this.busy = false;
    this.refusal = answer.ok ? '' : answer.message;
    this.draw();
  }

  private drawNow(): void {
    this.drawn = false;
    if (this.closed) return;
    render(this.hasForm ? panelView(this) : html`<p class="outcome-problem" role="alert">This outcome is written on a proforma that came after this page. Reload the page.</p>`, this.element);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.draw(), FRESH);
  }
}

function later(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}
