import { expect, test } from 'vitest';
import { company } from './company';
import type { Somebody } from './protocol';
import { Sealed } from './sealed';
import { stepOf, type Step } from './step';

class Storage {
  readonly items = new Map<string, string>();
  getItem = (name: string): string | null => this.items.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.items.set(name, value);
  removeItem = (name: string): void => void this.items.delete(name);
}

const key = (byte: number): string => btoa(String.fromCharCode(...new Uint8Array(32).fill(byte)));
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 30));

test('what waits is sealed in the tab’s storage, and opens only with the same key, for the same meeting', async () => {
  const storage = new Storage();
  const box = new Sealed('meeting', key(1), storage);
  for (let n = 0; n < 20; n += 1) box.write(`mark ${n} of Mrs Entwistle`);
  await settled();
  expect(storage.items.get('meeting')).not.toContain('Entwistle');
  expect(atob(storage.items.get('meeting') as string)).not.toContain('Entwistle');
  expect(await new Sealed('meeting', key(1), storage).read()).toBe('mark 19 of Mrs Entwistle');
  storage.items.set('another', storage.items.get('meeting') as string);
  expect(await new Sealed('another', key(1), storage).read()).toBeNull();
  expect(await new Sealed('meeting', key(2), storage).read()).toBeNull();
  expect(storage.items.has('meeting')).toBe(false);
});

test('without a key nothing is written, and what was kept is removed when it was sent', async () => {
  const storage = new Storage();
  new Sealed('meeting', '', storage).write('clear');
  await settled();
  expect(storage.items.size).toBe(0);
  const box = new Sealed('meeting', key(1), storage);
  box.write('one');
  box.write(null);
  await settled();
  expect(storage.items.size).toBe(0);
});

const step: Step = { connection: 'in-step', behind: 0, since: null, ended: null, astray: false, presented: true, following: true, shown: true, sharp: true };

test('in step is said only of a screen that follows, shows the newest view, and shows it at full quality', () => {
  expect(stepOf(step)).toEqual({ at: 'in-step', words: 'In step' });
  const others: [Partial<Step>, string][] = [
    [{ following: false }, 'Free look'],
    [{ shown: false }, 'Catching up with the presenter'],
    [{ sharp: false }, 'Catching up, images are coming'],
    [{ connection: 'catching-up', behind: 3 }, 'Catching up, 3 behind'],
    [{ connection: 'catching-up', astray: true }, 'Out of step, being put right'],
    [{ connection: 'connecting' }, 'Joining'],
    [{ connection: 'reconnecting', since: new Date('2026-11-24T14:03:00Z') }, 'Not connected since 14:03'],
  ];
  for (const [change, words] of others) expect(stepOf({ ...step, ...change }).words).toBe(words);
  expect(stepOf({ ...step, presented: false, shown: false, sharp: false }).at).toBe('in-step');
});

test('two tabs of one person are one person; hands keep the order in which they went up', () => {
  const tab = (client: string, person: string, more: Partial<Somebody> = {}): Somebody => ({ client, person, name: person, trust: null, specialty: null, role: 'member', following: true, ...more });
  const people = [tab('1', 'ann', { idle: true }), tab('2', 'bob', { hand: '2026-11-24T10:00:02Z' }), tab('3', 'ann', { following: false }), tab('4', 'cat', { hand: '2026-11-24T10:00:01Z' })];
  const found = company(people, [tab('5', 'dan', { lost: '2026-11-24T10:00:00Z' })], { person: 'ann', name: 'ann', client: '1', term: 1 });
  expect(found.map(({ person, tabs, presents, place }) => [person, tabs, presents, place])).toEqual([
    ['ann', 2, true, null],
    ['bob', 1, false, 2],
    ['cat', 1, false, 1],
    ['dan', 0, false, null],
  ]);
  expect(found[0]).toMatchObject({ client: '1', idle: false });
});
