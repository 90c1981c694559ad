/** This tab's end of the line: it joins, keeps in step, sends again what was not answered, and says in a word where it is. */

import type { Socket } from 'socket.io-client';
import type { Connection } from '../outcome/api';
import { digest } from './digest';
import type { RoomListener } from './listener';
import { Log } from './log';
import { Outbox, type Op } from './outbox';
import { Sealed } from './sealed';
import type { Desk, Drawing, Me, OpAnswer, Pointer, Refusal, RoomEvent, RoomState, Somebody, View, ViewMessage, Welcome } from './protocol';
import { socketTo } from './socket';
import { Turns } from './turns';

const ANSWER_WITHIN = 8000;
const RENEW_EVERY = 5000;
const CHECK_EVERY = 10_000;
/** The server tells its head every second; silence this long is a broken line, whatever the socket believes. */
const SILENCE = 4500;
const VIEWS_A_SECOND = 25;
const POINTERS_A_SECOND = 25;
const DRAWINGS_A_SECOND = 10;

interface Company {
  people: Somebody[];
  lost?: Somebody[];
  word?: string | null;
}

/** An op that is kept shows as an event about at once; the next op waits for it, so as to build on it. */
const APPLIED_WITHIN = 3000;

/** Codes after which this tab does not try again by itself. */
const FINAL = new Set(['signed-out', 'forbidden', 'gone', 'invalid', 'replaced']);
/** Of these, after which the person may not see the meeting: signed out, or no longer of the team. */
const OUT = ['signed-out', 'forbidden'] as const;
/** How long to stay away, by the code of a cut. */
const AWAY: Record<string, number> = { restart: 1500, 'slow-down': 5000 };

export class RoomClient {
  private readonly socket: Socket;
  private readonly log = new Log();
  readonly outbox: Outbox;
  roster: Somebody[] = [];
  /** Whose line broke a moment ago. */
  lost: Somebody[] = [];
  /** The person who has the word. */
  word: string | null = null;
  desk: Desk = {};
  /** How far the server's clock is ahead of this computer's, in milliseconds. */
  skew = 0;
  me: Me | null = null;
  /** Why the line is closed for good, in the server's words. */
  ended: string | null = null;
  /** Whoever sits here may no longer see the meeting, and why. */
  out: (typeof OUT)[number] | null = null;
  since: Date | null = null;
  resyncs = 0;
  /** What is held here was found to differ from the room's, and is being put right. */
  astray = false;
  private epoch: string | null = null;
  private head = 0;
  private heardAt = 0;
  private joined = false;
  private pulling = false;
  private starting = false;
  private readonly ours = new Set<string>();
  private awaited: { seq: number; act: () => void }[] = [];
  private viewNumber = 0;
  private pointerNumber = 0;
  private drawingNumber = Date.now(); // grows over a reload
  private following = true;
  /** The newest view's term and number, and the view itself until another case opens. */
  private newest = { term: 0, n: 0 };
  private seen: ViewMessage | null = null;
  private readonly views = new Turns<View>(VIEWS_A_SECOND, (view) => this.emitView(view));
  private readonly pointers = new Turns<Pointer>(POINTERS_A_SECOND, (pointer) => this.socket.emit('pointer', { n: ++this.pointerNumber, pointer }));

  private readonly drawings = new Turns<Drawing | null>(DRAWINGS_A_SECOND, (drawing) => this.emitDrawing(drawing));

  constructor(
    meeting: string,
    readonly client: string,
    ticket: string,
    key: string,
    private readonly listener: RoomListener,
    /** A case is prepared here, for oneself: told what is kept, but not there in the meeting. */
    prepares = false,
  ) {
    this.outbox = new Outbox(
      new Sealed(`mdt-outbox:${meeting}`, key, sessionStorage),
      (op) => this.sendOp(op),
      () => listener.status(),
      (op, answer) => listener.refused(op, answer),
    );
    this.socket = socketTo(meeting, { client, ticket, prepares });
    this.socket.on('connect', () => void this.join());
    this.socket.on('disconnect', () => {
      this.goneNow();
      this.again(1000);
    });
    this.socket.on('connect_error', (error) => this.notConnected(error as Error & { data?: { code?: string; message?: string } }));
    this.socket.on('event', (event: RoomEvent) => this.take([event]));
    this.socket.on('head', (head: { epoch: string; head: number }) => this.heard(head));
    this.socket.on('view', (message: ViewMessage) => this.see(message));
    this.socket.on('pointer', ({ client: from, name, pointer }: { client: string; name: string; pointer: Pointer | null }) => listener.pointed(from, name, pointer));
    this.socket.on('drawing', (told: { client: string; name: string; n: number; case: string; drawing: Drawing | null }) => {
      if (told.case === this.state.case) listener.drew(told.client, told.name, told.n, told.drawing);
    });
    this.socket.on('unshown', ({ message }: { message: string }) => listener.unshown(message));
    this.socket.on('roster', (now: Company) => this.meet(now));
    this.socket.on('desk', (desk: Desk) => {
      this.desk = desk;
      listener.status();
    });
    this.socket.on('cut', ({ code, message }: { code: string; message: string }) => this.cut(code, message));
    setInterval(() => this.renew(), RENEW_EVERY);
    setInterval(() => void this.check(), CHECK_EVERY);
    setInterval(() => this.watch(), 1000);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.check(); // who comes back to this tab sees at once whether it can be believed
    });
    window.addEventListener('offline', () => this.broken());
    window.addEventListener('online', () => this.atOnce());
    // Leaving is no broken line; a page that comes back from the browser's memory joins again.
    window.addEventListener('pagehide', () => this.socket.disconnect());
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.atOnce();
    });
  }

  get state(): RoomState {
    return this.log.state;
  }

  get last(): number {
    return this.log.last;
  }

  get behind(): number {
    return Math.max(0, this.head - this.log.last);
  }

  get connection(): Connection {
    if (this.ended !== null) return 'signed-out';
    if (!this.joined) return this.since === null ? 'connecting' : 'reconnecting';
    return this.behind > 0 || this.log.gap || this.starting ? 'catching-up' : 'in-step';
  }

  get presenting(): boolean {
    return this.state.presenter !== null && this.state.presenter.client === this.client;
  }

  /** What whoever presents shows, if it belongs to the case that is open. */
  get presented(): ViewMessage | null {
    const { presenter, case: open } = this.state;
    const { seen } = this;
    return seen !== null && presenter !== null && seen.term === presenter.term && seen.view.case === open ? seen : null;
  }

  op(kind: string, body: Record<string, unknown>): Promise<OpAnswer> {
    const answer = this.outbox.put(kind, body);
    if (this.joined) void this.outbox.flush();
    return answer;
  }

  show(view: View): void {
    if (this.presenting) this.views.put(view);
  }

  point(pointer: Pointer): void {
    if (this.joined) this.pointers.put(pointer);
  }

  /** What a hand here draws in the open case; null: it let go. */
  draw(drawing: Drawing | null): void {
    this.drawings.put(drawing);
  }

  private emitDrawing(drawing: Drawing | null): void {
    const { status, case: open } = this.state;
    if (this.joined && status === 'open' && open !== null) this.socket.emit('drawing', { n: ++this.drawingNumber, case: open, drawing });
  }

  follow(following: boolean): void {
    this.following = following;
    if (this.joined) this.socket.emit('follow', { following }, () => undefined);
  }

  /** Something fleeting, or for the lobby; the server's refusal in words, or null when it did it. */
  async tell(event: 'hand' | 'word' | 'guest' | 'here', body: object): Promise<string | null> {
    if (!this.joined) return 'Not connected just now.';
    const answer = await this.ask<{ ok: true } | Refusal>(event, body);
    return answer === null ? 'No answer came; try again.' : answer.ok ? null : answer.message;
  }

  private async ask<T>(event: string, body: object): Promise<T | null> {
    try {
      return (await this.socket.timeout(ANSWER_WITHIN).emitWithAck(event, body)) as T;
    } catch {
      return null; // no answer: the line is down or the server slow; the caller asks again later
    }
  }

  private async join(): Promise<void> {
    const answer = await this.ask<Welcome | Refusal>('hello', { epoch: this.epoch, last: this.epoch === null ? 0 : this.log.last });
    if (answer === null) {
      this.socket.disconnect().connect();
      return;
    }
    if (!answer.ok) {
      this.cut(answer.code, answer.message);
      return;
    }
    this.me = answer.me ?? this.me;
    if (answer.roster !== undefined) this.meet({ people: answer.roster, lost: answer.lost ?? [], word: answer.word ?? null });
    this.desk = answer.desk ?? this.desk;
    this.skew = Date.parse(answer.now) - Date.now();
    this.heardAt = performance.now();
    this.joined = true;
    this.since = null;
    this.catchUp(answer);
    if (!this.following) this.follow(false);
    this.listener.status();
    this.renew();
    await this.outbox.flush();
  }

  private catchUp(welcome: Welcome): void {
    if (welcome.epoch !== this.epoch) {
      this.log.clear();
      this.newest = { term: 0, n: 0 };
      this.seen = null;
    }
    this.epoch = welcome.epoch;
    this.head = welcome.head;
    if (welcome.snapshot !== null) this.log.reset(welcome.snapshot.seq, welcome.snapshot.state);
    const applied = this.apply(welcome.tail);
    this.listener.changed(welcome.snapshot === null ? applied : []);
    if (welcome.view !== null) this.see(welcome.view);
  }

  private take(events: RoomEvent[]): void {
    const applied = this.apply(events);
    this.head = Math.max(this.head, this.log.last);
    if (applied.length > 0) {
      this.listener.changed(applied);
      const shown = this.presented;
      if (shown !== null && applied.some(({ kind }) => kind === 'case.open' || kind.startsWith('presenter.'))) this.listener.viewed(shown);
    }
    if (this.log.gap) void this.pull();
    this.listener.status();
  }

  private apply(events: RoomEvent[]): RoomEvent[] {
    const applied = events.flatMap((event) => this.log.take(event));
    for (const { kind, op, body } of applied) {
      // What is shown of the case that is opened may have come before word of the opening did.
      if (kind === 'case.open' && this.seen?.view.case !== body['case']) this.seen = null;
      if (kind === 'outcome.set' && this.ours.has(op)) this.buildOn(body);
    }
    for (const { seq, act } of this.awaited.splice(0)) {
      if (seq <= this.log.last) act();
      else this.awaited.push({ seq, act });
    }
    return applied;
  }

  /** What this tab typed next into the same field follows on from what it typed before. */
  private buildOn(kept: Record<string, unknown>): void {
    const same = ({ kind, body }: Op): boolean => kind === 'outcome.set' && body['case'] === kept['case'] && body['field'] === kept['field'];
    this.outbox.revise((op) => (same(op) ? { ...op, body: { ...op.body, revision: Math.max(op.body['revision'] as number, kept['revision'] as number) } } : op));
  }

  private applied(seq: number): Promise<void> {
    if (seq <= this.log.last) return Promise.resolve();
    return new Promise((resolve) => {
      this.awaited.push({ seq, act: resolve });
      setTimeout(resolve, APPLIED_WITHIN);
    });
  }

  private async pull(): Promise<void> {
    if (this.pulling || !this.joined) return;
    this.pulling = true;
    const answer = await this.ask<Welcome | Refusal>('pull', { epoch: this.epoch, since: this.log.last });
    this.pulling = false;
    if (answer?.ok) this.catchUp(answer);
    this.listener.status();
  }

  private heard({ epoch, head }: { epoch: string; head: number }): void {
    this.heardAt = performance.now();
    if (!this.joined) return;
    if (epoch !== this.epoch || head < this.log.last) {
      void this.startAgain();
      return;
    }
    this.head = Math.max(this.head, head);
    if (this.behind > 0) void this.pull();
    this.listener.status();
  }

  /** Newer by term, then by number; a view of a term not known yet waits for the event that begins it. */
  private see(message: ViewMessage): void {
    const { term, n } = message;
    if (term < this.newest.term || (term === this.newest.term && n <= this.newest.n)) return;
    this.newest = { term, n };
    this.seen = message;
    if (message === this.presented) this.listener.viewed(message);
  }

  private emitView(view: View): void {
    const { presenter, case: open } = this.state;
    if (!this.joined || presenter === null || !this.presenting || view.case !== open) return;
    // Numbers go on growing after a reload: a fresh page begins above what the server has seen in this term.
    this.viewNumber = Math.max(this.viewNumber, this.newest.term === presenter.term ? this.newest.n : 0) + 1;
    this.socket.emit('view', { term: presenter.term, n: this.viewNumber, view });
  }

  private async sendOp(op: Op): Promise<OpAnswer | null> {
    if (!this.joined) return null;
    this.ours.add(op.op);
    const answer = await this.ask<OpAnswer>('op', op);
    if (answer === null && this.joined) setTimeout(() => void this.outbox.flush(), 1000);
    if (answer?.ok) await this.applied(answer.seq);
    return answer;
  }

  private renew(): void {
    const { presenter } = this.state;
    if (this.joined && presenter !== null && this.presenting) this.socket.emit('renew', { term: presenter.term }, () => undefined);
  }

  private async check(): Promise<void> {
    if (this.connection !== 'in-step') return;
    const seq = this.log.last;
    const answer = await this.ask<{ ok: boolean; same?: boolean | null }>('digest', { seq, digest: digest(this.state) });
    if (answer?.same !== false || this.log.last !== seq) return;
    this.resyncs += 1;
    this.astray = true;
    await this.startAgain();
    this.astray = false;
    this.listener.status();
    if (this.connection === 'in-step') this.listener.mended();
  }

  /** This screen has gone astray, or the server has another history: nothing of what is here is worth keeping. */
  private async startAgain(): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    this.epoch = null;
    this.listener.status();
    await this.join();
    this.starting = false;
  }

  private watch(): void {
    if (this.joined && performance.now() - this.heardAt > SILENCE) {
      this.goneNow();
      this.socket.disconnect().connect();
    } else if (!this.joined) this.listener.status();
  }

  /** The browser says that the line is gone: what a socket believes no longer matters. */
  private broken(): void {
    this.goneNow();
    this.socket.disconnect();
  }

  /** The line is back: this very moment, not when it is next somebody's turn. */
  private atOnce(): void {
    if (this.ended === null && !this.joined) this.socket.disconnect().connect();
  }

  private goneNow(): void {
    if (!this.joined && this.since !== null) return;
    this.joined = false;
    this.since = new Date();
    this.listener.status();
  }

  private notConnected(error: Error & { data?: { code?: string; message?: string } }): void {
    if (error.data?.code !== undefined && FINAL.has(error.data.code)) this.cut(error.data.code, error.data.message ?? error.message);
    else {
      this.goneNow();
      this.again(2000);
    }
  }

  /** Socket.IO comes back by itself after a broken line, but not after the server closed it or refused it. */
  private again(after: number): void {
    setTimeout(() => {
      if (this.ended === null && !this.socket.active && !this.joined) this.socket.connect();
    }, after);
  }

  private cut(code: string, message: string): void {
    this.joined = false;
    if (FINAL.has(code)) {
      this.ended = message;
      this.out = OUT.find((one) => one === code) ?? null;
      this.socket.disconnect();
    } else {
      this.since ??= new Date();
      if (code === 'resync') this.epoch = null;
      this.socket.disconnect();
      this.again(AWAY[code] ?? 300);
    }
    this.listener.status();
  }

  private meet({ people, lost, word }: Company): void {
    this.roster = people;
    this.lost = lost ?? [];
    this.word = word ?? null;
    this.listener.status();
  }
}
