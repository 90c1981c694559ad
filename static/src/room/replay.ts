/** A past case as the room had it: the room's end of a line that is fed from what was kept, moment by moment. */

import type { Connection } from '../outcome/api';
import { askJson } from '../imaging/requests';
import type { RoomListener } from './listener';
import type { RoomLine } from './line';
import type { Desk, Me, OpAnswer, RoomEvent, RoomState, Somebody, ViewMessage } from './protocol';
import { EMPTY, reduce } from './state';

export interface ShownThen extends ViewMessage {
  at: string;
}

/** `docs/wire.md`, section 3. */
export interface Recorded {
  case: string;
  meeting: string;
  live: boolean;
  /** When the case was the open one. */
  spans: [string, string][];
  events: RoomEvent[];
  views: ShownThen[];
  people: { name: string; spans: [string, string][] }[];
}

export const loadRecorded = (address: string): Promise<Recorded> => askJson<Recorded>(address);

/** The moments at which the case was open, laid end to end: pauses between its discussions take no time. */
export class TimeLine {
  readonly length: number;
  private readonly spans: [number, number][];

  constructor(spans: readonly [string, string][]) {
    this.spans = spans.map(([from, to]) => [Date.parse(from), Math.max(Date.parse(from), Date.parse(to))]);
    this.length = this.spans.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  /** The clock's time, so many milliseconds along. */
  momentOf(along: number): number {
    let left = Math.min(Math.max(0, along), this.length);
    for (const [from, to] of this.spans) {
      if (left < to - from) return from + left;
      left -= to - from;
    }
    return this.spans.at(-1)?.[1] ?? 0;
  }

  /** How far along a moment is; what happened in a pause is at its beginning. */
  alongOf(moment: number): number {
    let along = 0;
    for (const [from, to] of this.spans) {
      if (moment < from) return along;
      if (moment <= to) return along + moment - from;
      along += to - from;
    }
    return along;
  }
}

export class ReplayLine implements RoomLine {
  state: RoomState = EMPTY;
  last = 0;
  presented: ViewMessage | null = null;
  readonly behind = 0;
  readonly connection: Connection = 'in-step';
  readonly presenting = false;
  readonly roster: Somebody[] = [];
  readonly lost: Somebody[] = [];
  readonly word = null;
  readonly desk: Desk = {};
  readonly skew = 0;
  readonly ended = null;
  readonly out = null;
  readonly since = null;
  readonly resyncs = 0;
  readonly astray = false;
  readonly client = 'replay';
  readonly outbox = { pending: [] };
  readonly me: Me = { person: '', name: '', client: 'replay', role: 'observer', may: [] };
  private place = 0;

  constructor(
    private readonly recorded: Recorded,
    private readonly listener: RoomListener,
  ) {}

  /** Everything as it was at a moment: forward by the events between, back by beginning again. */
  seek(moment: number): void {
    const { events, views, case: open } = this.recorded;
    const back = this.place > 0 && Date.parse(events[this.place - 1]?.at ?? '') > moment;
    if (back) [this.state, this.place] = [EMPTY, 0];
    const from = this.place;
    while (this.place < events.length && Date.parse((events[this.place] as RoomEvent).at) <= moment) this.state = reduce(this.state, events[this.place++] as RoomEvent);
    this.last = events[this.place - 1]?.seq ?? 0;
    const before = this.presented;
    this.presented = this.state.case === open ? (views.findLast(({ at }) => Date.parse(at) <= moment) ?? null) : null;
    // Whoever presented then is whom this screen follows, also in the moments after they let go.
    if (this.presented !== null && this.state.presenter === null) this.state = { ...this.state, presenter: this.presenterOf(this.presented) };
    if (back || this.place > from) this.listener.changed(back ? [] : events.slice(from, this.place));
    if (this.presented !== null && this.presented !== before) this.listener.viewed(this.presented);
    this.listener.status();
  }

  op(): Promise<OpAnswer> {
    return Promise.resolve({ ok: false, code: 'closed', message: 'This is a replay: nothing in it can be changed.' });
  }

  tell(): Promise<string | null> {
    return Promise.resolve(null);
  }

  show(): void {}
  point(): void {}
  draw(): void {}
  follow(): void {}

  private presenterOf({ by, term }: ViewMessage): RoomState['presenter'] {
    const taken = this.recorded.events.find(({ kind, body }) => kind.startsWith('presenter.') && body['term'] === term && body['name'] !== undefined);
    return { person: (taken?.body['person'] as string) ?? '', name: (taken?.body['name'] as string) ?? '', client: by, term };
  }
}

const KINDS: Record<string, (event: RoomEvent) => string> = {
  'case.open': () => 'opened the case',
  'presenter.take': () => 'presents',
  'presenter.hand': ({ body }) => `handed over to ${body['name'] as string}`,
  'presenter.release': () => 'stopped presenting',
  'mark.put': ({ body }) => {
    const { tool, text, version } = body['mark'] as { tool: string; text: string; version: number };
    return `${version > 1 ? 'changed a mark' : 'drew a mark'} (${tool})${text === '' ? '' : `: “${text}”`}`;
  },
  'mark.remove': () => 'removed a mark',
  'key.put': ({ body }) => `chose a key image: “${(body['key'] as { caption: string }).caption}”`,
  'key.remove': () => 'removed a key image',
  'outcome.set': ({ body }) => `typed the outcome, ${(body['field'] as string).replaceAll('_', ' ')}: ${said(body['value'])}`,
  'outcome.check': () => 'checked the outcome',
  'outcome.sign': () => 'signed the outcome',
  'outcome.amend': () => 'amended the outcome',
};

const said = (value: unknown): string => (typeof value === 'string' ? `“${value}”` : Array.isArray(value) ? `${value.length} ${value.length === 1 ? 'line' : 'lines'}` : value === null ? 'nothing' : String(value));

/** What happened in the case, in words; of other cases nothing. */
export function happened(recorded: Recorded): { at: number; who: string; what: string }[] {
  const [first, last] = [Date.parse(recorded.spans[0]?.[0] ?? ''), Date.parse(recorded.spans.at(-1)?.[1] ?? '')];
  return recorded.events.flatMap((event) => {
    const at = Date.parse(event.at);
    const what = KINDS[event.kind]?.(event);
    const ours = event.case === recorded.case || (event.case === null && at >= first && at <= last && event.kind.startsWith('presenter.'));
    return what === undefined || !ours ? [] : [{ at, who: event.by.id === null ? 'The system' : event.by.name, what }];
  });
}
