import { expect, test } from 'vitest';
import type { RoomListener } from './listener';
import type { RoomEvent, View } from './protocol';
import { happened, ReplayLine, TimeLine, type Recorded } from './replay';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 24, 12, 0, second)).toISOString();
const moment = (second: number): number => Date.parse(at(second));
const event = (seq: number, second: number, kind: string, body: Record<string, unknown>, of: string | null = 'a'): RoomEvent => ({ seq, op: `${seq}`, kind, case: of, by: { id: 'p', name: 'Dr Osei' }, at: at(second), body });
const view = (frame: number): View => ({ case: 'a', layout: '1x1', active: 0, panes: [{ frame } as never] });

const recorded: Recorded = {
  case: 'a',
  meeting: 'm',
  live: false,
  spans: [[at(10), at(20)], [at(40), at(50)]],
  events: [
    event(1, 0, 'meeting.open', {}, null),
    event(2, 5, 'presenter.take', { person: 'p', name: 'Dr Osei', client: 'c', term: 1 }, null),
    event(3, 10, 'case.open', { case: 'a', patient: 'x' }),
    event(4, 15, 'mark.put', { case: 'a', mark: { id: 'm1', version: 1, tool: 'Length', text: 'nodule' } }),
    event(5, 20, 'case.open', { case: 'b', patient: 'y' }, 'b'),
    event(6, 40, 'case.open', { case: 'a', patient: 'x' }),
    event(7, 45, 'outcome.set', { case: 'a', patient: 'x', version: 1, revision: 1, field: 'rationale', value: 'Fit.' }),
  ],
  views: [11, 14, 42].map((second, n) => ({ term: 1, n, by: 'c', view: view(second), at: at(second) })),
  people: [],
};

test('the pauses between two discussions of a case take no time', () => {
  const line = new TimeLine(recorded.spans);
  expect(line.length).toBe(20_000);
  expect([0, 9_000, 11_000, 20_000, 99_000].map((along) => line.momentOf(along))).toEqual([10, 19, 41, 50, 50].map(moment));
  expect([0, 12, 30, 41, 60].map((second) => line.alongOf(moment(second)))).toEqual([0, 2_000, 10_000, 11_000, 20_000]);
});

test('forward and back, the screen has what was shown and drawn at that moment, and nothing later', () => {
  const told: number[] = [];
  const listener = { changed: (events) => void told.push(events.length), viewed: () => undefined, status: () => undefined, pointed: () => undefined, drew: () => undefined, refused: () => undefined, unshown: () => undefined, mended: () => undefined } satisfies RoomListener;
  const line = new ReplayLine(recorded, listener);
  const frame = (): unknown => (line.presented?.view.panes[0] as { frame: number } | undefined)?.frame ?? null;
  line.seek(moment(12));
  expect([frame(), Object.keys(line.state.cases['a']!.marks)]).toEqual([11, []]);
  line.seek(moment(16));
  expect([frame(), Object.keys(line.state.cases['a']!.marks)]).toEqual([14, ['m1']]);
  line.seek(moment(30));
  expect([frame(), line.state.case]).toEqual([null, 'b']);
  line.seek(moment(46));
  expect([frame(), line.state.cases['a']!.outcome?.form]).toEqual([42, { rationale: 'Fit.' }]);
  line.seek(moment(12));
  expect([frame(), line.state.cases['a']!.outcome, line.state.presenter?.name]).toEqual([11, null, 'Dr Osei']);
  expect(told).toEqual([3, 1, 1, 2, 0]);
});

test('what happened is told in words, and of other cases nothing', async () => {
  expect(happened(recorded).map(({ what }) => what)).toEqual(['opened the case', 'drew a mark (Length): “nodule”', 'opened the case', 'typed the outcome, rationale: “Fit.”']);
  expect(await new ReplayLine(recorded, {} as RoomListener).op()).toMatchObject({ ok: false });
});
