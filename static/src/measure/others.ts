/** Marks that are not the room's own: one's private ones, kept by the server and told to nobody, and those of earlier meetings. */

import { askJson, isAbort } from '../imaging/requests';
import type { Mark, MarkBody, OpAnswer } from '../room/protocol';
import { Outbox, type Op } from '../room/outbox';
import { Sealed } from '../room/sealed';

export interface EarlierMeeting {
  /** When it began. */
  at: string;
  team: string;
  marks: Mark[];
}

interface Answer {
  private: Mark[];
  earlier: EarlierMeeting[];
}

interface Ask {
  meeting: string;
  ticket: string;
  /** Seals what waits in this tab (ADR 7). */
  framesKey: string;
  me(): { person: string; name: string } | null;
  /** How an earlier meeting is called beside its marks. */
  named(meeting: EarlierMeeting): string;
  changed(): void;
  refused(sentence: string): void;
}

const AGAIN = 4000;

export class OtherMarks {
  readonly secrets = new Map<string, Mark>();
  earlier: { meeting: string; at: string; marks: readonly Mark[] }[] = [];
  private openId: string | null = null;
  private ended = new AbortController();
  private readonly outbox: Outbox;

  constructor(private readonly ask: Ask) {
    this.outbox = new Outbox(new Sealed(`mdt-private:${ask.meeting}`, ask.framesKey, sessionStorage), (op) => this.send(op), () => ask.changed(), (op, answer) => this.refused(op, answer.message));
    setInterval(() => void this.outbox.flush(), AGAIN);
  }

  /** Private marks that the server does not have yet. */
  get unsent(): number {
    return this.outbox.pending.length;
  }

  /** Another case is open: what belonged to the one before is forgotten at once. */
  open(id: string | null): void {
    this.ended.abort();
    this.ended = new AbortController();
    this.openId = id;
    this.secrets.clear();
    this.earlier = [];
    if (id !== null) void this.load(id, this.ended.signal);
  }

  put(mark: MarkBody): void {
    const me = this.ask.me();
    if (me === null || this.openId === null) return;
    this.secrets.set(mark.id, { ...mark, author: { id: me.person, name: me.name }, edited: null, at: new Date().toISOString() });
    void this.outbox.put('private.put', { case: this.openId, mark });
    void this.outbox.flush();
  }

  remove(id: string, version: number): void {
    this.secrets.delete(id);
    void this.outbox.put('private.remove', { case: this.openId, id, version });
    void this.outbox.flush();
  }

  /** It is no longer private. */
  forget(id: string): void {
    this.secrets.delete(id);
  }

  private async load(id: string, signal: AbortSignal): Promise<void> {
    try {
      const found = await askJson<Answer>(`${this.address(id)}/marks.json`, { signal });
      if (this.openId !== id) return;
      for (const mark of found.private) if (!this.secrets.has(mark.id)) this.secrets.set(mark.id, mark);
      for (const { body } of this.outbox.pending) if ('id' in body) this.secrets.delete(body['id'] as string);
      this.earlier = found.earlier.map((meeting) => ({ meeting: this.ask.named(meeting), at: meeting.at, marks: meeting.marks }));
      this.ask.changed();
    } catch (error) {
      if (isAbort(error) || this.openId !== id) return;
      this.ask.refused('Your private marks and those of earlier meetings cannot be fetched. It is tried again.');
      setTimeout(() => {
        if (!signal.aborted) void this.load(id, signal);
      }, AGAIN);
    }
  }

  private address(id: string): string {
    return `/cases/${id}`;
  }

  private async send({ kind, body }: Op): Promise<OpAnswer | null> {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': this.ask.ticket };
    try {
      const response = await fetch(`${this.address(body['case'] as string)}/marks/private.json`, { method: 'POST', credentials: 'same-origin', headers, body: JSON.stringify({ kind, ...body }) });
      if (response.status >= 500 || response.redirected) return null;
      return (await response.json()) as OpAnswer;
    } catch {
      return null;
    }
  }

  /** It is not kept, so it is not shown either; the server is asked how things are. */
  private refused({ body }: Op, message: string): void {
    const id = (body['mark'] as MarkBody | undefined)?.id ?? (body['id'] as string);
    this.secrets.delete(id);
    this.ask.refused(message);
    if (this.openId !== null) void this.load(this.openId, this.ended.signal);
  }
}
