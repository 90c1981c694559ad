import { beforeEach, describe, expect, it } from 'vitest';
import type { OutcomeAnswer, OutcomeApi, OutcomeState } from './api';
import { Journal } from './journal';
import { Typing } from './typing';

class Box {
  private readonly held = new Map<string, string>();
  getItem = (name: string): string | null => this.held.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.held.set(name, value);
  removeItem = (name: string): void => void this.held.delete(name);
}

/** A server that keeps fields as the real one does, and answers when it is told to. */
class Room {
  /** What this tab has been told; `truth` is what the server has. */
  state: OutcomeState | null = null;
  truth: OutcomeState | null = null;
  lagging = false;
  case = 'case-a';
  sets: { field: string; value: unknown }[] = [];
  waiting: (() => void)[] = [];
  pending: { field: string; value: unknown }[] = [];
  typist = 'Dr B';
  heard = (): void => undefined;

  api(caseId: string): OutcomeApi {
    return {
      caseId,
      patientId: 'p',
      patient: { family: 'Ashworth', given: 'Pat', nhs: '9990000018' },
      meetingDay: '2026-11-24',
      me: { person: 'me', name: 'Me', client: 'c', role: 'coordinator', may: ['outcome.type'] },
      roster: () => [],
      lastTyped: () => ({ person: 'b', name: this.typist, at: '2026-11-24T09:00:00.000Z' }),
      state: () => this.state,
      fieldRevision: (field) => this.state?.changed[field] ?? 0,
      pending: () => this.pending,
      connection: () => 'in-step',
      set: (field, value) => this.set(caseId, field, value),
      check: () => Promise.resolve({ ok: true, fresh: true }),
      sign: () => Promise.resolve({ ok: true, fresh: true }),
      amend: () => Promise.resolve({ ok: true, fresh: true }),
      onChange: () => () => undefined,
    };
  }

  set(caseId: string, field: string, value: unknown): Promise<OutcomeAnswer> {
    const seen = this.state?.revision ?? 0;
    this.sets.push({ field, value });
    return new Promise((resolve) =>
      this.waiting.push(() => {
        if (caseId !== this.case) return resolve({ ok: false, code: 'stale', message: 'The meeting has moved on.' });
        if ((this.truth?.changed[field] ?? 0) > seen) return resolve({ ok: false, code: 'stale', message: 'Somebody else changed this.' });
        this.keep(field, value);
        resolve({ ok: true, fresh: true });
      }),
    );
  }

  keep(field: string, value: unknown): void {
    const before = this.truth ?? { case: this.case, patient: 'p', version: 1, revision: 0, status: 'draft' as const, form: {}, changed: {}, signed: null, reason: '' };
    const revision = before.revision + 1;
    this.truth = { ...before, revision, form: { ...before.form, [field]: value }, changed: { ...before.changed, [field]: revision } };
    if (!this.lagging) this.tell();
  }

  tell(): void {
    this.state = this.truth;
  }

  async answer(): Promise<void> {
    this.waiting.shift()?.();
    await settled();
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

describe('typing an outcome', () => {
  let room: Room;
  let journal: Journal;
  let timers: (() => void)[];
  const later = (_: number, act: () => void): (() => void) => {
    timers.push(act);
    return () => (timers = timers.filter((one) => one !== act));
  };
  const pass = async (): Promise<void> => {
    for (const act of timers.splice(0)) act();
    await settled();
  };
  const typing = (caseId = 'case-a'): Typing => new Typing(room.api(caseId), journal, 'ASHWORTH, Pat', () => undefined, later);

  beforeEach(() => {
    room = new Room();
    journal = new Journal(new Box());
    timers = [];
  });

  it('shows at once, saves after a pause, and says when it is saved', async () => {
    const here = typing();
    expect(here.standing.state).toBe('nothing');
    here.type('rationale', 'F', false);
    here.type('rationale', 'Fit', false);
    expect([here.value('rationale'), here.standing.state, room.sets]).toEqual(['Fit', 'saving', []]);
    await pass();
    expect(room.sets).toEqual([{ field: 'rationale', value: 'Fit' }]);
    await room.answer();
    expect([here.standing.state, here.isSettled]).toEqual(['saved', true]);
  });

  it('saves a field once at a time, and goes on with what was typed meanwhile', async () => {
    const here = typing();
    here.type('rationale', 'Fit', false);
    await pass();
    here.type('rationale', 'Fit and well', false);
    await pass();
    expect(room.sets).toHaveLength(1);
    await room.answer();
    await pass();
    expect(room.sets.map(({ value }) => value)).toEqual(['Fit', 'Fit and well']);
    await room.answer();
    expect([here.standing.state, room.state?.form['rationale']]).toEqual(['saved', 'Fit and well']);
  });

  it('waits for the event of a save that was accepted', async () => {
    const here = typing();
    here.type('rationale', 'Fit', true);
    await pass();
    room.lagging = true; // the acknowledgement comes before its event
    await room.answer();
    here.type('rationale', 'Fit and', true);
    await pass();
    expect(room.sets).toHaveLength(1);
    room.lagging = false;
    room.tell();
    here.heard();
    await pass();
    await room.answer();
    expect([here.phase('rationale'), room.state?.form['rationale']]).toEqual([null, 'Fit and']);
  });

  it('does not overwrite what somebody else wrote in the same field', async () => {
    room.keep('rationale', 'Fit');
    const here = typing();
    here.type('rationale', 'Fit, mine', false);
    room.keep('rationale', 'Fit, theirs');
    here.heard();
    await pass();
    expect([here.phase('rationale'), here.message('rationale'), room.sets]).toEqual(['conflict', 'Dr B changed this while you were typing.', []]);
    expect([here.value('rationale'), here.kept('rationale'), here.standing.state]).toEqual(['Fit, mine', 'Fit, theirs', 'not-saved']);
    here.keepMine('rationale');
    await pass();
    await room.answer();
    expect(room.state?.form['rationale']).toBe('Fit, mine');
  });

  it('sees a change that crosses its own save', async () => {
    room.keep('rationale', 'Fit');
    const here = typing();
    here.type('rationale', 'Fit, mine', false);
    await pass();
    room.keep('rationale', 'Fit, theirs');
    await room.answer();
    expect(here.phase('rationale')).toBe('conflict');
    here.takeTheirs('rationale');
    expect([here.value('rationale'), here.isSettled]).toEqual(['Fit, theirs', true]);
  });

  it('is not disturbed by others in other fields, nor by the same text', async () => {
    const here = typing();
    here.type('rationale', 'Fit', false);
    room.keep('responsible', 'Miss Patel');
    here.heard();
    expect(here.phase('rationale')).toBe('waiting');
    room.keep('rationale', 'Fit');
    here.heard();
    expect(here.isSettled).toBe(true);
  });

  it('keeps what was typed when the meeting moves on, and saves it when the case is back', async () => {
    const here = typing();
    here.type('rationale', 'Half a thought', false);
    room.case = 'case-b';
    here.close();
    await pass();
    expect(room.sets).toEqual([]);
    const next = typing('case-b');
    expect([next.value('rationale'), journal.others('case-b').map(({ who }) => who)]).toEqual([null, ['ASHWORTH, Pat']]);
    next.close();
    room.case = 'case-a';
    const back = typing();
    expect(back.value('rationale')).toBe('Half a thought');
    await pass();
    await room.answer();
    expect([room.state?.form['rationale'], journal.others('case-b')]).toEqual(['Half a thought', []]);
  });

  it('keeps what the server refused, says why, and sends it again when asked', async () => {
    const here = typing();
    here.type('rationale', 'Late', true);
    room.case = 'case-b';
    await pass();
    await room.answer();
    expect([here.phase('rationale'), here.message('rationale'), here.value('rationale')]).toEqual(['refused', 'The meeting has moved on.', 'Late']);
    room.case = 'case-a';
    here.again('rationale');
    await pass();
    await room.answer();
    expect([here.isSettled, room.state?.form['rationale']]).toEqual([true, 'Late']);
  });

  it('survives a reload while a save is on its way', async () => {
    const before = typing();
    before.type('rationale', 'Fit', true);
    await pass();
    before.close();
    room.pending = [{ field: 'rationale', value: 'Fit' }];
    const after = typing();
    expect([after.value('rationale'), after.phase('rationale')]).toEqual(['Fit', 'saving']);
    after.type('rationale', 'Fit and well', false);
    room.keep('rationale', 'Fit');
    room.pending = [];
    after.heard();
    await pass();
    expect(room.sets.at(-1)?.value).toBe('Fit and well');
    room.waiting.shift(); // the save of the page that is gone
    await room.answer();
    expect([after.isSettled, room.state?.form['rationale']]).toEqual([true, 'Fit and well']);
  });

  it('does not save over a new version', async () => {
    room.keep('intent', 'C');
    const here = typing();
    here.type('rationale', 'For version one', false);
    room.state = { ...(room.state as OutcomeState), version: 2, revision: 0, changed: {} };
    here.heard();
    expect(here.phase('rationale')).toBe('conflict');
  });

  it('sends nothing when the text is back to what is kept', async () => {
    room.keep('rationale', 'Fit');
    const here = typing();
    here.type('rationale', 'Fit!', false);
    here.type('rationale', 'Fit', false);
    await pass();
    expect([room.sets, here.isSettled]).toEqual([[], true]);
  });
});
