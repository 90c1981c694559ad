/** The room as a value, and what each kept event does to it: the same fold as `mdt/live/room.py`. */

import type { OutcomeState, Signature } from '../outcome/api';
import type { CaseState, KeyImage, Mark, Presenter, RoomEvent, RoomState, Scene } from './protocol';

export const EMPTY: RoomState = { status: 'planned', case: null, presenter: null, cases: {} };
export const EMPTY_CASE: CaseState = { marks: {}, keys: {}, outcome: null };

type Body = Record<string, unknown>;

/** The state after `event`. A kind this version does not know leaves the room as it is. Nothing given is changed. */
export function reduce(before: RoomState, event: RoomEvent): RoomState {
  const { case: id, body } = event;
  const state = id === null || id in before.cases ? before : { ...before, cases: { ...before.cases, [id]: EMPTY_CASE } };
  switch (event.kind) {
    case 'meeting.open':
      return { ...state, status: 'open' };
    case 'meeting.close':
      return { ...state, status: 'closed', presenter: null };
    case 'case.open':
      return { ...state, case: body['case'] as string };
    case 'presenter.take':
    case 'presenter.hand':
      return { ...state, presenter: body as unknown as Presenter };
    case 'presenter.release':
      return { ...state, presenter: null };
    default:
      return id === null ? state : inCase(state, id, event.kind, body);
  }
}

function inCase(state: RoomState, id: string, kind: string, body: Body): RoomState {
  const held = state.cases[id] as CaseState;
  const after = caseAfter(held, id, kind, body);
  return after === held ? state : { ...state, cases: { ...state.cases, [id]: after } };
}

function caseAfter(held: CaseState, id: string, kind: string, body: Body): CaseState {
  switch (kind) {
    case 'mark.put': {
      const mark = body['mark'] as Mark;
      return { ...held, marks: { ...held.marks, [mark.id]: mark } };
    }
    case 'mark.remove': {
      const gone = held.marks[body['id'] as string] as Mark;
      return { ...held, marks: { ...held.marks, [gone.id]: { ...gone, version: body['version'] as number, removed: true } } };
    }
    case 'key.put': {
      const key = body['key'] as KeyImage;
      return { ...held, keys: { ...held.keys, [key.id]: key } };
    }
    case 'key.remove': {
      const { [body['id'] as string]: _gone, ...keys } = held.keys;
      return { ...held, keys };
    }
    case 'scene.put': {
      const scene = body['scene'] as Scene;
      const scenes = held.scenes ?? [];
      return { ...held, scenes: scenes.some((one) => one.id === scene.id) ? scenes.map((one) => (one.id === scene.id ? scene : one)) : [...scenes, scene] };
    }
    case 'scene.remove':
      return { ...held, scenes: (held.scenes ?? []).filter((one) => one.id !== body['id']) };
    case 'scene.order': {
      const order = body['order'] as string[];
      return { ...held, scenes: (held.scenes ?? []).toSorted((one, other) => order.indexOf(one.id) - order.indexOf(other.id)) };
    }
    case 'outcome.set':
    case 'outcome.check':
    case 'outcome.sign':
    case 'outcome.amend':
    case 'outcome.ratify':
      return { ...held, outcome: outcomeAfter(held.outcome, id, kind, body) };
    default:
      return held;
  }
}

function outcomeAfter(held: OutcomeState | null, id: string, kind: string, body: Body): OutcomeState {
  const outcome = held ?? newOutcome(id, body);
  const revision = body['revision'] as number;
  if (kind === 'outcome.set') {
    const field = body['field'] as string;
    const { checked: _undone, ...typed } = outcome;
    return { ...typed, revision, form: { ...outcome.form, [field]: body['value'] }, changed: { ...outcome.changed, [field]: revision } };
  }
  if (kind === 'outcome.check') return { ...outcome, checked: body['checked'] as Signature, revision };
  if (kind === 'outcome.sign') return { ...outcome, status: 'signed', signed: body['signed'] as OutcomeState['signed'], revision };
  if (kind === 'outcome.ratify') {
    const form = body['form'] as OutcomeState['form'];
    const changed = Object.fromEntries(Object.keys(form).map((field) => [field, revision]));
    return { ...newOutcome(id, body), status: 'signed', revision, form, changed, signed: body['signed'] as OutcomeState['signed'] };
  }
  return { ...newOutcome(id, body), revision, reason: body['reason'] as string, form: body['form'] as OutcomeState['form'] };
}

function newOutcome(id: string, body: Body): OutcomeState {
  return {
    case: id,
    patient: body['patient'] as string,
    version: body['version'] as number,
    revision: 0,
    status: 'draft',
    form: {},
    changed: {},
    signed: null,
    reason: '',
    // Since proformas have versions, whatever begins an outcome names its own.
    ...('proforma' in body ? { proforma: body['proforma'] as string } : {}),
  };
}
