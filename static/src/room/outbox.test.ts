import { expect, test } from 'vitest';
import { Outbox, type Op } from './outbox';
import type { OpAnswer } from './protocol';
import type { Keep } from './sealed';

class Kept implements Keep {
  readonly items = new Map<string, string>();
  read = (): Promise<string | null> => Promise.resolve(this.items.get('meeting') ?? null);
  write = (text: string | null): void => void (text === null ? this.items.delete('meeting') : this.items.set('meeting', text));
}

const kept = (seq: number): OpAnswer => ({ ok: true, seq, fresh: true });

function outbox(storage: Kept, send: (op: Op) => Promise<OpAnswer | null>, refused: string[] = []): Outbox {
  return new Outbox(storage, send, () => undefined, (_op, answer) => refused.push(answer.code), () => Promise.resolve());
}

test('ops go out one at a time, in order, and are let go when the server has them', async () => {
  const storage = new Kept();
  const sent: string[] = [];
  const box = outbox(storage, async ({ kind }) => {
    sent.push(kind);
    return kept(sent.length);
  });
  const answers = [box.put('mark.put', {}), box.put('mark.remove', {})];
  await Promise.all([box.flush(), box.flush()]);
  expect(sent).toEqual(['mark.put', 'mark.remove']);
  expect(await Promise.all(answers)).toEqual([kept(1), kept(2)]);
  expect(storage.items.size).toBe(0);
});

test('an op without an answer is sent again after a reload, under the same name', async () => {
  const storage = new Kept();
  const names: string[] = [];
  const before = outbox(storage, async ({ op }) => {
    names.push(op);
    return null;
  });
  void before.put('outcome.set', { field: 'rationale', value: 'x' });
  await before.flush();
  const after = outbox(storage, async ({ op }) => {
    names.push(op);
    return kept(9);
  });
  await after.restored;
  expect(after.pending.map(({ body }) => body['value'])).toEqual(['x']);
  await after.flush();
  expect(names[0]).toBe(names[1]);
  expect(after.pending).toEqual([]);
});

test('a refused op is told and does not hold up the next; a busy server is asked again', async () => {
  const answers: (OpAnswer | null)[] = [
    { ok: false, code: 'try-again', message: 'Busy.' },
    { ok: false, code: 'stale', message: 'Changed since.' },
    kept(3),
  ];
  const refused: string[] = [];
  const box = outbox(new Kept(), async () => answers.shift() ?? null, refused);
  const first = box.put('mark.put', {});
  const second = box.put('mark.put', {});
  await box.flush();
  expect((await first).ok).toBe(false);
  expect((await second).ok).toBe(true);
  expect(refused).toEqual(['stale']);
});
