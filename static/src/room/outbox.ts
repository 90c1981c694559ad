/** What this tab asked to be kept and the server has not yet answered. It outlives a reload, and goes out in order. */

import type { OpAnswer } from './protocol';
import type { Keep } from './sealed';
import { uuid } from './uuid';

export interface Op {
  op: string;
  kind: string;
  body: Record<string, unknown>;
}

/** Sends one op; null when no answer came. */
type Send = (op: Op) => Promise<OpAnswer | null>;

/** The server could not just now: the same op is sent again. */
const AGAIN = new Set(['try-again', 'slow-down']);

export class Outbox {
  private ops: Op[] = [];
  /** What an earlier page of this tab had not yet had kept is here, before anything newer. */
  readonly restored: Promise<void>;
  private readonly answers = new Map<string, (answer: OpAnswer) => void>();
  private sending = false;

  constructor(
    private readonly storage: Keep,
    private readonly send: Send,
    private readonly changed: () => void,
    private readonly refused: (op: Op, answer: OpAnswer & { ok: false }) => void,
    private readonly wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds)),
  ) {
    this.restored = storage.read().then((kept) => {
      if (kept !== null) this.keep([...(JSON.parse(kept) as Op[]), ...this.ops]);
    });
  }

  get pending(): readonly Op[] {
    return this.ops;
  }

  /** Adds an op; resolves with the server's answer, however long the line is down. */
  put(kind: string, body: Record<string, unknown>): Promise<OpAnswer> {
    const op: Op = { op: uuid(), kind, body };
    const answer = new Promise<OpAnswer>((resolve) => this.answers.set(op.op, resolve));
    this.keep([...this.ops, op]);
    return answer;
  }

  /** Sends the oldest, waits for its answer, and goes on until none is left or the line is down. */
  async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    await this.restored;
    try {
      for (let op = this.ops[0]; op !== undefined; op = this.ops[0]) {
        const answer = await this.send(op);
        if (answer === null) return;
        if (!answer.ok && AGAIN.has(answer.code)) {
          await this.wait(500);
          continue;
        }
        this.settle(op, answer);
      }
    } finally {
      this.sending = false;
    }
  }

  /** Changes the bodies of what still waits, e.g. to build on what this tab has just had kept. */
  revise(change: (op: Op) => Op): void {
    this.keep(this.ops.map(change));
  }

  private settle(op: Op, answer: OpAnswer): void {
    this.keep(this.ops.filter((other) => other.op !== op.op));
    this.answers.get(op.op)?.(answer);
    this.answers.delete(op.op);
    if (!answer.ok) this.refused(op, answer);
  }

  private keep(ops: Op[]): void {
    this.ops = ops;
    this.storage.write(ops.length === 0 ? null : JSON.stringify(ops));
    this.changed();
  }
}
