import { expect, test } from 'vitest';
import type { Clock } from '../room/protocol';
import { lengthOf, told } from './clock';

const clock: Clock = { opened: '2026-11-24T12:30:00Z', case_opened: '2026-11-24T12:40:00Z', spent: 60, done: 2, left: 3, pace: 300, by: 'meeting', case_planned: 360, planned_end: '2026-11-24T13:00:00Z' };
const at = (time: string): Date => new Date(`2026-11-24T${time}Z`);

test('the end is told from what is left of this case and the pace of those to come', () => {
  expect(told(clock, at('12:42:00'))).toEqual({ onCase: 180, caseOver: false, inMeeting: 720, left: 3, ends: at('12:59:00'), endsLate: false });
});

test('a case that takes longer than others pushes the end, and both are told when they pass the plan', () => {
  expect(told(clock, at('12:46:00'))).toMatchObject({ onCase: 420, caseOver: true, ends: at('13:01:00'), endsLate: false });
  expect(told(clock, at('12:48:00'))).toMatchObject({ ends: at('13:03:00'), endsLate: true });
});

test('nothing is foretold from nothing', () => {
  expect(told({ ...clock, case_opened: null, pace: null, by: '', case_planned: null, planned_end: null }, at('12:46:00'))).toMatchObject({ onCase: null, caseOver: false, ends: null, endsLate: false });
});

test('lengths are whole minutes', () => {
  expect([20, 60, 431, 3900].map(lengthOf)).toEqual(['under 1 min', '1 min', '7 min', '1 h 05']);
});
