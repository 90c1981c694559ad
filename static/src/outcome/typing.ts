/**
 * One tab's typing into one case's outcome: shown at once, saved a moment later, one save of a field at a time.
 * Nothing is overwritten that the typist has not seen, and nothing typed goes away before it is kept.
 */

import type { OutcomeApi } from './api';
import type { Journal } from './journal';

/**
 * waiting: typed a moment ago. saving: sent. conflict: somebody else changed the field meanwhile.
 * refused: the server will not keep it, `message` says why.
 */
export type Phase = 'waiting' | 'saving' | 'conflict' | 'refused';

interface Typed {
  value: unknown;
  version: number;
  base: number;
  phase: Phase;
  message: string;
  sent: unknown;
  /** The answer was yes, and its event is still to come. */
  accepted: boolean;
  /** Sent before this page was loaded again: its answer reaches nobody, and what is kept must tell. */
  resumed: boolean;
  cancel: (() => void) | null;
}

export interface Standing {
  state: 'nothing' | 'saving' | 'saved' | 'not-saved';
  at: Date | null;
  message: string;
}

/** Calls back later; returns the way to stop. */
export type Later = (milliseconds: number, act: () => void) => () => void;

const PAUSE = 350;

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null) || (isBlank(a) && isBlank(b));
const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

export class Typing {
  private readonly fields = new Map<string, Typed>();
  private savedAt: Date | null = null;
  private closed = false;

  constructor(
    private readonly api: OutcomeApi,
    private readonly journal: Journal,
    private readonly who: string,
    private readonly changed: () => void,
    private readonly later: Later,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.resume();
  }

  /** What this tab shows: what is typed here, or else what is kept. */
  value(field: string): unknown {
    const typed = this.fields.get(field);
    return typed === undefined ? this.kept(field) : typed.value;
  }

  values(names: readonly string[]): Record<string, unknown> {
    return Object.fromEntries(names.map((name) => [name, this.value(name)]));
  }

  phase(field: string): Phase | null {
    return this.fields.get(field)?.phase ?? null;
  }

  message(field: string): string {
    return this.fields.get(field)?.message ?? '';
  }

  /** What is kept of a field: in a conflict, what somebody else made of it. */
  kept(field: string): unknown {
    return this.api.state()?.form[field] ?? null;
  }

  /** What is typed here and will not be kept as it is: in conflict or refused. */
  get stuck(): string[] {
    return [...this.fields].filter(([, { phase }]) => phase === 'conflict' || phase === 'refused').map(([field]) => field);
  }

  get isSettled(): boolean {
    return this.fields.size === 0;
  }

  get standing(): Standing {
    const all = [...this.fields.values()];
    const stuck = all.find(({ phase }) => phase === 'refused' || phase === 'conflict');
    if (stuck !== undefined) return { state: 'not-saved', at: null, message: stuck.message };
    if (all.length > 0) {
      const down = this.api.connection() === 'reconnecting' || this.api.connection() === 'signed-out';
      return down ? { state: 'not-saved', at: null, message: 'No connection. It is saved when the line is back.' } : { state: 'saving', at: null, message: '' };
    }
    return { state: this.savedAt === null ? 'nothing' : 'saved', at: this.savedAt, message: '' };
  }

  /** The typist changed a field. Text waits for a pause; a choice is saved at once. */
  type(field: string, value: unknown, atOnce: boolean): void {
    const typed = this.fields.get(field) ?? this.begin(field, value);
    typed.value = value;
    this.note(field, typed);
    if (typed.phase === 'refused') typed.phase = 'waiting';
    if (typed.phase === 'waiting') this.schedule(field, typed, atOnce ? 0 : PAUSE);
    this.changed();
  }

  /** The typist left the field: save now. */
  left(field: string): void {
    const typed = this.fields.get(field);
    if (typed?.phase === 'waiting') this.schedule(field, typed, 0);
  }

  /** In a conflict, having read what the other wrote: this tab's text replaces it. */
  keepMine(field: string): void {
    const typed = this.fields.get(field);
    if (typed === undefined) return;
    typed.version = this.version;
    typed.base = this.api.fieldRevision(field);
    typed.phase = 'waiting';
    this.schedule(field, typed, 0);
    this.changed();
  }

  /** Sends again what was refused, e.g. because another case was being discussed. */
  again(field: string): void {
    const typed = this.fields.get(field);
    if (typed?.phase !== 'refused') return;
    typed.phase = 'waiting';
    this.schedule(field, typed, 0);
    this.changed();
  }

  /** The other's text stays; what was typed here goes. */
  takeTheirs(field: string): void {
    this.finish(field);
    this.changed();
  }

  /** The room told something new: accepted saves may have arrived, or somebody else typed. */
  heard(): void {
    const pending = new Set(this.api.pending().map(({ field }) => field));
    for (const [field, typed] of this.fields) {
      if (typed.accepted) this.settle(field, typed);
      else if (typed.resumed && !pending.has(field)) this.settleResumed(field, typed);
      else if (typed.phase === 'waiting' && this.overtaken(field, typed)) this.conflict(field, typed);
    }
  }

  /** The panel goes away. What is typed and not kept stays in the journal. */
  close(): void {
    this.closed = true;
    for (const typed of this.fields.values()) typed.cancel?.();
  }

  private get version(): number {
    return this.api.state()?.version ?? 1;
  }

  private begin(field: string, value: unknown): Typed {
    const typed: Typed = {
      value,
      version: this.version,
      base: this.api.fieldRevision(field),
      phase: 'waiting',
      message: '',
      sent: undefined,
      accepted: false,
      resumed: false,
      cancel: null,
    };
    this.fields.set(field, typed);
    return typed;
  }

  private schedule(field: string, typed: Typed, wait: number): void {
    typed.cancel?.();
    typed.cancel = this.later(wait, () => {
      typed.cancel = null;
      void this.save(field, typed);
    });
  }

  private async save(field: string, typed: Typed): Promise<void> {
    if (this.closed || typed.phase !== 'waiting') return;
    if (this.overtaken(field, typed)) {
      this.conflict(field, typed);
      return;
    }
    if (same(typed.value, this.kept(field))) {
      this.finish(field);
      this.changed();
      return;
    }
    typed.phase = 'saving';
    typed.sent = typed.value;
    this.changed();
    const answer = await this.api.set(field, typed.value);
    if (this.closed) {
      if (answer.ok) this.settleClosed(field, typed);
      return;
    }
    if (answer.ok) {
      typed.accepted = true;
      this.settle(field, typed);
    } else if (answer.code === 'stale' && this.overtaken(field, typed)) {
      this.conflict(field, typed);
    } else {
      typed.phase = 'refused';
      typed.message = answer.message;
    }
    this.changed();
  }

  /** Once the kept revision shows this tab's save: done, or on with what was typed meanwhile. */
  private settle(field: string, typed: Typed): void {
    const revision = this.api.fieldRevision(field);
    if (typed.version === this.version && revision <= typed.base) return; // its event is on the way
    typed.accepted = false;
    this.savedAt = this.now();
    if (same(typed.value, typed.sent)) {
      this.finish(field);
    } else if (typed.version === this.version && same(this.kept(field), typed.sent)) {
      typed.base = revision;
      typed.phase = 'waiting';
      this.note(field, typed);
      this.schedule(field, typed, 0);
    } else {
      this.conflict(field, typed);
    }
  }

  private settleResumed(field: string, typed: Typed): void {
    typed.resumed = false;
    if (same(this.kept(field), typed.sent)) {
      this.settle(field, typed);
    } else {
      typed.phase = 'waiting';
      this.schedule(field, typed, 0);
    }
  }

  /** The panel is gone, and its last save was kept: only what was typed after it stays in the journal. */
  private settleClosed(field: string, typed: Typed): void {
    if (same(typed.value, typed.sent)) this.journal.drop(this.api.caseId, field);
    else this.note(field, { ...typed, base: Math.max(typed.base, this.api.fieldRevision(field)) });
  }

  private note(field: string, { value, version, base }: Typed): void {
    this.journal.put(this.api.caseId, this.who, field, { value, version, base });
  }

  /** Takes up what an earlier panel of this case could not get kept. */
  private resume(): void {
    const pending = new Map(this.api.pending().map(({ field, value }) => [field, value]));
    for (const [field, { value, version, base }] of Object.entries(this.journal.of(this.api.caseId))) {
      if (same(value, this.kept(field))) {
        this.journal.drop(this.api.caseId, field);
        continue;
      }
      const typed = this.begin(field, value);
      typed.version = version;
      typed.base = base;
      if (pending.has(field)) Object.assign(typed, { phase: 'saving', resumed: true, sent: pending.get(field) });
      else this.schedule(field, typed, PAUSE);
    }
  }

  private overtaken(field: string, typed: Typed): boolean {
    return typed.version !== this.version || this.api.fieldRevision(field) > typed.base;
  }

  private conflict(field: string, typed: Typed): void {
    typed.cancel?.();
    typed.cancel = null;
    if (same(typed.value, this.kept(field))) {
      this.finish(field);
      return;
    }
    const by = this.api.lastTyped(field)?.name ?? 'Somebody else';
    typed.phase = 'conflict';
    typed.message = `${by} changed this while you were typing.`;
  }

  private finish(field: string): void {
    this.fields.get(field)?.cancel?.();
    this.fields.delete(field);
    this.journal.drop(this.api.caseId, field);
  }
}
