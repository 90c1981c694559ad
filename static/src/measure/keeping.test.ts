import { describe, expect, test } from 'vitest';
import type { Op } from '../room/outbox';
import type { Mark, OpAnswer, Refusal } from '../room/protocol';
import { Keeping, type Draft } from './keeping';
import { thinned } from './outline';

const ME = { person: 'me', name: 'Ayesha Siddiqui' };
const THEM = { id: 'them', name: 'Harriet Ormerod' };
const draft = (x: number, more: Partial<Draft> = {}): Draft => ({ id: 'm', tool: 'Length', study: '1', series: '1.1', sop: '1.1.1', frame: 1, points: [[0, 0, 0], [x, 0, 0]], text: '', ...more });

/** A room that keeps what it is sent when `answer` is called. */
class Room {
  kept: Record<string, Mark> = {};
  ops: Op[] = [];
  said: { sentence: string; action?: { name: string; act: () => void } }[] = [];
  secrets = new Map<string, Mark>();
  restored: string[] = [];
  readonly keeping = new Keeping(
    {
      openId: () => 'case',
      kept: () => this.kept,
      pendingOps: () => this.ops,
      op: (kind, body) => {
        this.ops.push({ op: String(this.ops.length), kind, body });
        return new Promise<OpAnswer>(() => undefined);
      },
      me: () => ME,
      mayMark: () => true,
      mayChangeOthers: () => false,
      say: (sentence, action) => this.said.push(action === undefined ? { sentence } : { sentence, action }),
      changed: () => undefined,
      restore: (id) => this.restored.push(id),
    },
    {
      secrets: this.secrets,
      earlier: [],
      put: (mark) => this.secrets.set(mark.id, { ...mark, author: { id: ME.person, name: ME.name }, at: '2026-11-24T10:00:00.000Z' }),
      remove: (id) => this.secrets.delete(id),
      forget: (id) => this.secrets.delete(id),
    },
  );

  /** The server keeps all that waits. */
  answer(): void {
    for (const { kind, body } of this.ops.splice(0)) {
      const mark = body['mark'] as Mark;
      if (kind === 'mark.put') this.kept[mark.id] = { ...mark, author: this.kept[mark.id]?.author ?? { id: ME.person, name: ME.name }, edited: null, at: '2026-11-24T10:00:00.000Z' };
      else this.kept[body['id'] as string] = { ...(this.kept[body['id'] as string] as Mark), version: body['version'] as number, removed: true };
    }
  }

  refuse(current: Mark | null, code = 'stale'): void {
    const op = this.ops.shift() as Op;
    this.keeping.refused(op, { ok: false, code, message: 'No.', current } as Refusal);
  }

  theirs(x: number): Mark {
    const mark: Mark = { ...draft(x), version: 2, author: { id: ME.person, name: ME.name }, edited: THEM, at: '2026-11-24T10:01:00.000Z' };
    this.kept['m'] = mark;
    return mark;
  }
}

const x = (mark: { points: unknown } | null | undefined): number => (mark?.points as number[][])[1]![0] as number;

describe('undo', () => {
  test('takes back a change, then the mark, each as a new version; redo does them again', () => {
    const room = new Room();
    for (const at of [5, 7]) {
      room.keeping.put(draft(at));
      room.answer();
    }
    room.keeping.undo();
    room.answer();
    expect([room.kept['m']?.version, x(room.kept['m'])]).toEqual([3, 5]);
    room.keeping.undo();
    room.answer();
    expect([room.kept['m']?.version, room.kept['m']?.removed]).toEqual([4, true]);
    room.keeping.redo();
    room.answer();
    room.keeping.redo();
    room.answer();
    expect([room.kept['m']?.version, x(room.kept['m']), room.keeping.canRedo]).toEqual([6, 7, false]);
  });
  test('brings back what was removed', () => {
    const room = new Room();
    room.keeping.put(draft(5));
    room.answer();
    room.keeping.remove('m');
    room.answer();
    expect(room.keeping.shown().size).toBe(0);
    room.keeping.undo();
    room.answer();
    expect(room.keeping.shown().size).toBe(1);
  });
  test('leaves alone what somebody else has changed since, and says who', () => {
    const room = new Room();
    room.keeping.put(draft(5));
    room.answer();
    room.theirs(9);
    room.keeping.undo();
    expect(room.ops).toEqual([]);
    expect(room.said[0]?.sentence).toContain('Harriet Ormerod has changed that mark since');
  });
  test('says when there is nothing', () => {
    const room = new Room();
    room.keeping.undo();
    expect(room.said[0]?.sentence).toContain('nothing of yours');
  });
});

describe('two people move one mark', () => {
  test('the later is told who was first, sees theirs, and can put their own back', () => {
    const room = new Room();
    room.keeping.put(draft(5));
    room.answer();
    room.keeping.put(draft(7));
    const theirs = room.theirs(9);
    room.refuse(theirs);
    expect(room.said[0]?.sentence).toBe('Harriet Ormerod moved this length first. You see it as Harriet Ormerod left it; yours was not kept.');
    expect([x(room.keeping.shown().get('m')?.mark), room.restored]).toEqual([9, ['m']]);
    room.said[0]?.action?.act();
    const [op] = room.ops;
    expect([op?.kind, (op?.body['mark'] as Mark).version, x(op?.body['mark'] as Mark)]).toEqual(['mark.put', 3, 7]);
  });
  test('one who removes it later is told that it stays', () => {
    const room = new Room();
    room.keeping.put(draft(5));
    room.answer();
    room.keeping.remove('m');
    room.refuse(room.theirs(9));
    expect(room.said[0]?.sentence).toContain('it stays');
    expect(room.said[0]?.action).toBeUndefined();
  });
  test('any other refusal is told in the server’s words', () => {
    const room = new Room();
    room.keeping.put(draft(5));
    room.refuse(null, 'forbidden');
    expect(room.said[0]?.sentence).toBe('No.');
  });
});

describe('a private mark', () => {
  test('is not sent to the room until it is shown to all', () => {
    const room = new Room();
    room.keeping.privately = true;
    room.keeping.put(draft(5));
    room.keeping.put(draft(6));
    expect(room.ops).toEqual([]);
    expect(room.keeping.shown().get('m')).toMatchObject({ standing: 'private', mark: { version: 2 } });
    room.keeping.showToAll('m');
    room.answer();
    expect(room.keeping.shown().get('m')).toMatchObject({ standing: 'kept', mark: { version: 1 } });
    expect(x(room.kept['m'])).toBe(6);
  });
  test('moving a mark for all does not make it private', () => {
    const room = new Room();
    room.keeping.put(draft(5));
    room.answer();
    room.keeping.privately = true;
    room.keeping.put(draft(6));
    expect(room.ops).toHaveLength(1);
  });
});

test('a lesion stays with its mark when that is moved', () => {
  const room = new Room();
  const lesion = { name: 'Liver', role: 'target', organ: 'Liver', node: false, state: 'measured' } as const;
  room.keeping.put(draft(5));
  room.answer();
  room.keeping.follow('m', lesion);
  room.answer();
  room.keeping.put(draft(8));
  room.answer();
  expect(room.kept['m']?.lesion).toEqual(lesion);
  room.keeping.follow('m', null);
  room.answer();
  expect(room.kept['m']?.lesion).toBeUndefined();
});

describe('an outline', () => {
  const ring = Array.from({ length: 400 }, (_, at): [number, number, number] => [50 * Math.cos((at / 400) * 2 * Math.PI), 30 * Math.sin((at / 400) * 2 * Math.PI), 3]);
  test('of fewer points stays as near to what was drawn', () => {
    const few = thinned(ring, 96);
    expect(few).toHaveLength(96);
    for (const point of ring) expect(Math.min(...few.map((one) => Math.hypot(one[0] - point[0], one[1] - point[1])))).toBeLessThan(3);
  });
  test('that is short enough is left as it is', () => expect(thinned(thinned(ring, 96), 96)).toEqual(thinned(ring, 96)));
});
