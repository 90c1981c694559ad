/** The marks of the open case: the room's, one's own private ones, and those of earlier meetings; and what is done to them. */

import type { Lesion, Mark, MarkBody, OpAnswer, Refusal } from '../room/protocol';
import type { Op } from '../room/outbox';
import { conflictWords } from './conflict';
import { History } from './history';

/** What a hand has made of a mark; its version and its author are added on the way. */
export type Draft = Omit<MarkBody, 'version'>;

export type Standing = 'kept' | 'private' | 'earlier';

export interface Shown {
  mark: Mark;
  standing: Standing;
  mayChange: boolean;
  /** Of an earlier meeting's: which, in words. */
  meeting: string | null;
}

export interface KeepingAsk {
  openId(): string | null;
  /** The kept marks of the open case. */
  kept(): Record<string, Mark>;
  pendingOps(): readonly Op[];
  op(kind: string, body: Record<string, unknown>): Promise<OpAnswer>;
  me(): { person: string; name: string } | null;
  mayMark(): boolean;
  mayChangeOthers(): boolean;
  say(sentence: string, action?: { name: string; act: () => void }): void;
  changed(): void;
  /** What is drawn of a mark no longer counts: it is drawn anew. */
  restore(id: string): void;
}

/** Marks that are not the room's own: `secrets.ts` brings them from the server. */
export interface Others {
  readonly secrets: ReadonlyMap<string, Mark>;
  readonly earlier: readonly { meeting: string; marks: readonly Mark[] }[];
  put(mark: MarkBody): void;
  remove(id: string, version: number): void;
  forget(id: string): void;
}

export class Keeping {
  /** New marks are private until they are shown to all. */
  privately = false;
  private readonly history = new History();

  constructor(
    private readonly ask: KeepingAsk,
    private readonly others: Others,
  ) {}

  get canUndo(): boolean {
    return this.history.canUndo;
  }

  get canRedo(): boolean {
    return this.history.canRedo;
  }

  clear(): void {
    this.history.clear();
  }

  shown(): Map<string, Shown> {
    const { ask, others } = this;
    const me = ask.me()?.person;
    const found = new Map<string, Shown>();
    for (const { meeting, marks } of others.earlier) for (const mark of marks) if (!mark.removed) found.set(mark.id, { mark, standing: 'earlier', mayChange: false, meeting });
    for (const mark of others.secrets.values()) if (!mark.removed) found.set(mark.id, { mark, standing: 'private', mayChange: true, meeting: null });
    for (const mark of Object.values(ask.kept())) {
      if (!mark.removed) found.set(mark.id, { mark, standing: 'kept', mayChange: ask.mayMark() && (mark.author.id === me || ask.mayChangeOthers()), meeting: null });
    }
    return found;
  }

  /** What this tab drew and the server has not yet kept; null for a mark that is to go. */
  pending(): Map<string, Draft | null> {
    return new Map([...this.sent()].map(([id, { mark }]) => [id, mark]));
  }

  /**
   * `on` is the version that a hand saw as it began. If somebody else has changed the mark since, the server refuses
   * what was made of the older one, and whoever made it is told: no change is lost without a word.
   */
  put(draft: Draft, on?: number): number {
    const before = this.now(draft.id);
    const after = { ...(before?.lesion === undefined ? {} : { lesion: before.lesion }), ...draft };
    const secret = this.isPrivate(draft.id);
    this.history.did({ id: draft.id, before, after, secret });
    return this.send(draft.id, after, secret, on);
  }

  remove(id: string): void {
    const before = this.now(id);
    if (before === null) return;
    const secret = this.isSecret(id);
    this.history.did({ id, before, after: null, secret });
    this.send(id, null, secret);
  }

  write(id: string, text: string): void {
    const now = this.now(id);
    if (now !== null && now.text !== text) this.put({ ...now, text });
  }

  follow(id: string, lesion: Lesion | null): void {
    const now = this.now(id);
    if (now === null) return;
    const { lesion: _before, ...rest } = now;
    const after = lesion === null ? rest : { ...rest, lesion };
    this.history.did({ id, before: now, after, secret: this.isSecret(id) });
    this.send(id, after, this.isSecret(id));
  }

  /** One's own private mark becomes one that is kept for all. */
  showToAll(id: string): void {
    const mark = this.others.secrets.get(id);
    if (mark === undefined || mark.removed) return;
    const draft = draftOf(mark);
    this.history.forget(id);
    this.history.did({ id, before: null, after: draft, secret: false });
    this.others.forget(id); // the server does the same as it keeps it
    this.send(id, draft, false);
  }

  undo(): void {
    const act = this.history.back();
    if (act === null) this.ask.say('There is nothing of yours to undo.');
    else this.turn(act, act.after, act.before, 'undone');
  }

  redo(): void {
    const act = this.history.again();
    if (act === null) this.ask.say('There is nothing to do again.');
    else this.turn(act, act.before, act.after, 'done again');
  }

  private turn({ id, secret }: { id: string; secret: boolean }, expected: Draft | null, wanted: Draft | null, word: string): void {
    if (!same(this.now(id), expected)) {
      const mark = this.ask.kept()[id];
      this.history.forget(id);
      this.ask.say(`${(mark?.edited ?? mark?.author)?.name ?? 'Somebody'} has changed that mark since, so it is not ${word}.`);
      return;
    }
    this.send(id, wanted, secret);
  }

  /** The server refused what this tab asked of a mark. */
  refused({ kind, body }: Op, answer: Refusal): void {
    const mark = body['mark'] as MarkBody | undefined;
    const id = mark?.id ?? (body['id'] as string);
    this.history.forget(id);
    this.ask.restore(id);
    if (answer.code !== 'stale') {
      this.ask.say(answer.message);
      return;
    }
    const theirs = (answer.current ?? null) as Mark | null;
    const mine = kind === 'mark.put' && mark !== undefined ? draftOf(mark) : null;
    const again = body['case'] === this.ask.openId() && mine !== null && theirs !== null ? { name: 'Put mine back', act: () => this.put(mine) } : undefined;
    this.ask.say(conflictWords(mine, theirs, this.ask.me()?.person ?? null), again);
  }

  /** The mark as this tab last left it, or as it is kept; null for none. */
  private now(id: string): Draft | null {
    const sent = this.sent().get(id);
    if (sent !== undefined) return sent.mark;
    const mark = this.others.secrets.get(id) ?? this.ask.kept()[id];
    return mark === undefined || mark.removed ? null : draftOf(mark);
  }

  /** Whether others may not see it: one that is kept privately, or a new one while new ones are private. */
  isPrivate(id: string): boolean {
    return this.isSecret(id) || (this.privately && this.now(id) === null);
  }

  private isSecret(id: string): boolean {
    return this.others.secrets.has(id) && this.ask.kept()[id] === undefined;
  }

  /** Answers with the version it becomes, once it is kept. */
  private send(id: string, draft: Draft | null, secret: boolean, on?: number): number {
    const openId = this.ask.openId();
    let version: number;
    if (secret) {
      version = (this.others.secrets.get(id)?.version ?? 0) + 1;
      if (draft === null) this.others.remove(id, version);
      else this.others.put({ ...draft, version });
    } else {
      version = (this.sent().get(id)?.version ?? on ?? this.ask.kept()[id]?.version ?? 0) + 1;
      if (draft === null) void this.ask.op('mark.remove', { case: openId, id, version });
      else void this.ask.op('mark.put', { case: openId, mark: { ...draft, version } });
    }
    this.ask.changed();
    return version;
  }

  private sent(): Map<string, { version: number; mark: Draft | null }> {
    const pending = new Map<string, { version: number; mark: Draft | null }>();
    for (const { kind, body } of this.ask.pendingOps()) {
      const mark = body['mark'] as MarkBody;
      if (kind === 'mark.put') pending.set(mark.id, { version: mark.version, mark: draftOf(mark) });
      if (kind === 'mark.remove') pending.set(body['id'] as string, { version: body['version'] as number, mark: null });
    }
    return pending;
  }
}

/** A kept mark as a hand would make it. */
export function draftOf({ id, tool, study, series, sop, frame, plane, points, text, lesion }: MarkBody): Draft {
  const place = plane === undefined ? { sop: sop as string, frame: frame as number } : { plane };
  return { id, tool, study, series, ...place, points, text, ...(lesion === undefined ? {} : { lesion }) };
}

/** Whether two are the same mark drawn alike, whatever the order of their parts. */
export function same(a: Draft | null, b: Draft | null): boolean {
  if (a === null || b === null) return a === b;
  return JSON.stringify(draftOf({ ...a, version: 0 })) === JSON.stringify(draftOf({ ...b, version: 0 }));
}
