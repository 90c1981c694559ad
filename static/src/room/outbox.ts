/** What this tab asked to be kept and the server has not yet answered. It outlives a reload, and goes out in order. */

import type { OpAnswer } from './protocol';
import { uuid } from './uuid';

export interface Op {
  op: string;
  kind: string;
  body: Record<string, unknown>;
}

type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
/** Sends one op; null when no answer came. */
type Send = (op: Op) => Promise<OpAnswer | null>;

/** The server could not just now: the same op is sent again. */
const AGAIN = new Set(['try-again', 'slow-down']);

export class Outbox {
  private ops: Op[];
  private readonly answers = new Map<string, (answer: OpAnswer) => void>();
  private sending = false;

  constructor(
    private readonly name: string,
    private readonly storage: Keep,
    private readonly send: Send,
    private readonly changed: () => void,
    private readonly refused: (op: Op, answer: OpAnswer & { ok: false }) => void,
    private readonly wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds)),
  ) {
    const kept = storage.getItem(name);
    this.ops = kept === null ? [] : (JSON.parse(kept) as Op[]);
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
    if (ops.length === 0) this.storage.removeItem(this.name);
    else this.storage.setItem(this.name, JSON.stringify(ops));
    this.changed();
  }
}
