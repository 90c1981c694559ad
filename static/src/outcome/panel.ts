/** The outcome of the open case: typed here by whoever may, seen live by everybody, read back and signed by the chair. */

import './outcome.css';
import { render } from 'lit-html';
import { londonDay, nameOf } from '../panel/words';
import { uuid } from '../room/uuid';
import type { MountOutcome, OutcomeApi } from './api';
import { askReason, confirmSigning } from './dialogs';
import { readForm, type FormDefinition } from './form';
import { Journal } from './journal';
import { panelView } from './panel-view';
import { FRESH } from './read-view';
import { Typing } from './typing';

export const mountOutcome: MountOutcome = (element, api) => {
  const panel = new Panel(element, api, readForm(document));
  return () => panel.close();
};

/** The panel of one case: holds what is typed, and draws again whenever that or the room changes. */
export class Panel {
  readonly typing: Typing;
  readonly journal = new Journal(sessionStorage);
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
    readonly form: FormDefinition,
  ) {
    this.typing = new Typing(api, this.journal, nameOf(api.patient), () => this.draw(), later);
    this.stop = api.onChange(() => {
      this.typing.heard();
      this.draw();
    });
    this.drawNow();
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
    this.dialogs.abort();
    clearTimeout(this.fading);
  }

  draw(): void {
    if (this.drawn) return;
    this.drawn = true;
    queueMicrotask(() => this.drawNow());
  }

  /** Moves to a field, from what is said to be missing. */
  goTo(name: string): void {
    const field = this.element.querySelector<HTMLElement>(`[data-field="${name}"]`);
    field?.scrollIntoView({ block: 'nearest' });
    field?.querySelector<HTMLElement>('input:checked, textarea, input, button')?.focus();
  }

  async sign(): Promise<void> {
    const read = this.api.state();
    if (read === null || !(await confirmSigning(this.api, this.form, this.dialogs.signal))) return;
    if (this.api.state()?.revision !== read.revision) return;
    await this.act(this.api.sign());
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
    render(panelView(this), this.element);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.draw(), FRESH);
  }
}

function later(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}
