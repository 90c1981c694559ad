import { describe, expect, test } from 'vitest';
import told from '../../../tests/cases/room.json';
import { digest } from './digest';
import { Log } from './log';
import type { RoomEvent, RoomState } from './protocol';
import { EMPTY, reduce } from './state';

interface Cases {
  empty: RoomState;
  cases: { name: string; state: RoomState; event: RoomEvent; after: RoomState; digest: string }[];
  long: { start: RoomState; events: RoomEvent[]; digests: string[]; after: RoomState };
  duplicates: { start: RoomState; arrivals: RoomEvent[]; after: RoomState; last: number; pulls?: unknown };
}

const cases = told as unknown as Cases;

describe('the room folds its events as the server does', () => {
  test('an empty room', () => expect(EMPTY).toEqual(cases.empty));

  test.each(cases.cases)('$name', ({ state, event, after, digest: expected }) => {
    const before = structuredClone(state);
    const found = reduce(state, event);
    expect(found).toEqual(after);
    expect(digest(found)).toBe(expected);
    expect(state).toEqual(before);
  });

  test('a whole meeting, and the digest after each event', () => {
    let state = cases.long.start;
    const found = cases.long.events.map((event) => digest((state = reduce(state, event))));
    expect(found).toEqual(cases.long.digests);
    expect(state).toEqual(cases.long.after);
  });
});

describe('the log applies events in the one order', () => {
  test('duplicates, and events that come too early', () => {
    const log = new Log();
    log.reset(0, cases.duplicates.start);
    const applied = cases.duplicates.arrivals.flatMap((event) => log.take(event)).map(({ seq }) => seq);
    expect(log.last).toBe(cases.duplicates.last);
    expect(log.state).toEqual(cases.duplicates.after);
    expect(applied).toEqual(Array.from({ length: log.last }, (_, i) => i + 1));
  });

  test('an event after a gap waits until the gap is filled', () => {
    const [first, second, third] = cases.long.events as [RoomEvent, RoomEvent, RoomEvent];
    const log = new Log();
    expect(log.take(first)).toEqual([first]);
    expect(log.take(third)).toEqual([]);
    expect(log.gap).toBe(true);
    expect(log.take(second)).toEqual([second, third]);
    expect(log.gap).toBe(false);
  });

  test('a snapshot and its tail give what the whole log gives', () => {
    const whole = new Log();
    const late = new Log();
    const half = Math.floor(cases.long.events.length / 2);
    cases.long.events.forEach((event, at) => {
      whole.take(event);
      if (at === half) late.reset(event.seq, structuredClone(whole.state));
      if (at > half) late.take(event);
    });
    expect(late.state).toEqual(whole.state);
    expect(late.last).toBe(whole.last);
  });
});
