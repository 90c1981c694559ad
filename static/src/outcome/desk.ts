/** Completes a draft after the meeting: the same panel as in the live room, talking to the page's own addresses. */

import './desk.css';
import type { Connection, FieldValue, Me, OutcomeAnswer, OutcomeApi, OutcomeState } from './api';
import { mountOutcome } from './panel';

const ASK_EVERY = 4000;
const AGAIN_AFTER = 2000;

interface Bound {
  case: string;
  meetingDay: string;
  me: Omit<Me, 'client'>;
  people: string[];
  patient: { id: string; family: string; given: string; nhs: string };
}

interface Answer {
  ok?: boolean;
  code?: string;
  message?: string;
  outcome?: OutcomeState | null;
}

class Desk implements OutcomeApi {
  readonly caseId: string;
  readonly patientId: string;
  readonly patient: Bound['patient'];
  readonly meetingDay: string;
  readonly me: Me;
  private outcome: OutcomeState | null = null;
  private connected: Connection = 'connecting';
  private readonly waiting: { field: string; value: FieldValue }[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly bound: Bound,
    private readonly now: string,
    private readonly act: string,
    private readonly ticket: string,
  ) {
    this.caseId = bound.case;
    this.patientId = bound.patient.id;
    this.patient = bound.patient;
    this.meetingDay = bound.meetingDay;
    this.me = { ...bound.me, client: '' };
  }

  roster = (): readonly string[] => this.bound.people;
  lastTyped = (): null => null;
  state = (): OutcomeState | null => this.outcome;
  fieldRevision = (field: string): number => this.outcome?.changed[field] ?? 0;
  pending = (): readonly { field: string; value: FieldValue }[] => this.waiting;
  connection = (): Connection => this.connected;
  check = (): Promise<OutcomeAnswer> => this.post('check', { revision: this.outcome?.revision ?? 0 });
  sign = (): Promise<OutcomeAnswer> => this.post('sign', { revision: this.outcome?.revision ?? 0 });
  amend = (reason: string): Promise<OutcomeAnswer> => this.post('amend', { reason });

  async set(field: string, value: FieldValue): Promise<OutcomeAnswer> {
    const sent = { field, value };
    this.waiting.push(sent);
    const answer = await this.post('set', { revision: this.outcome?.revision ?? 0, ...sent });
    this.waiting.splice(this.waiting.indexOf(sent), 1);
    this.tell();
    return answer;
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks what is kept now. */
  async look(): Promise<void> {
    const answer = await this.ask(this.now);
    if (answer !== null) this.heard(answer);
  }

  /** The version goes with every message; the patient too, so that nothing is ever saved for another. */
  private async post(act: string, body: object): Promise<OutcomeAnswer> {
    const bound = { patient: this.patientId, version: this.outcome?.version ?? 1 };
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': this.ticket }, body: JSON.stringify({ ...bound, ...body }) };
    for (;;) {
      const answer = await this.ask(this.act.replace('set.json', `${act}.json`), request);
      if (answer?.ok === true) {
        this.heard(answer);
        return { ok: true, fresh: true };
      }
      if (answer !== null && answer.code !== 'try-again') {
        await this.look();
        return { ok: false, code: answer.code ?? 'invalid', message: answer.message ?? 'It was not saved.' };
      }
      await new Promise((done) => setTimeout(done, AGAIN_AFTER));
    }
  }

  /** Null when no answer came; then the line is down. */
  private async ask(address: string, request: RequestInit = {}): Promise<Answer | null> {
    try {
      const response = await fetch(address, { ...request, headers: { Accept: 'application/json', ...request.headers } });
      const answer = (await response.json()) as Answer;
      this.connect(response.status === 401 ? 'signed-out' : 'in-step');
      return answer;
    } catch {
      this.connect('reconnecting');
      return null;
    }
  }

  private heard({ outcome }: Answer): void {
    if (outcome === undefined) return;
    const [before, now] = [this.outcome, outcome];
    // An answer that was overtaken by a later one tells nothing new.
    if (before !== null && (now === null || now.version < before.version || (now.version === before.version && now.revision < before.revision))) return;
    this.outcome = now;
    this.tell();
  }

  private connect(connected: Connection): void {
    if (connected === this.connected) return;
    this.connected = connected;
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

const place = document.getElementById('outcome-desk');
if (place !== null) {
  const { bound, now, act, ticket } = place.dataset as Record<'bound' | 'now' | 'act' | 'ticket', string>;
  const desk = new Desk(JSON.parse(bound) as Bound, now, act, ticket);
  await desk.look();
  place.replaceChildren();
  mountOutcome(place, desk);
  setInterval(() => void desk.look(), ASK_EVERY);
}
