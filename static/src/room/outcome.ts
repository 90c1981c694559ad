/** The outcome panel's end of the room: bound to one case and one patient for the panel's whole life. */

import type { FieldValue, MountOutcome, OutcomeAnswer, OutcomeApi, OutcomeState } from '../outcome/api';
import type { RoomLine } from './line';
import type { Patient } from '../imaging/types';
import type { Me, RoomEvent } from './protocol';

type Named = Pick<Patient, 'id' | 'family' | 'given' | 'nhs'>;
type Typed = { person: string; name: string; at: string };

export class OutcomePlace {
  readonly element = document.createElement('div');
  private unmount: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();
  private bound: string | null = null;
  /** By case and field, since this page joined. */
  private readonly typed = new Map<string, Typed>();

  constructor(
    private readonly client: RoomLine,
    private readonly mountOutcome: MountOutcome,
    private readonly meetingDay: () => string,
  ) {
    this.element.className = 'outcome';
  }

  /** Another case, or none: the panel before is gone when this returns. */
  bind(caseId: string | null, patient: Named | null, me: Me | null): void {
    const name = caseId === null || patient === null || me === null ? null : `${caseId}/${patient.id}/${me.client}/${me.role}`;
    if (name === this.bound) return;
    this.unmount?.();
    this.unmount = null;
    this.listeners.clear();
    this.element.replaceChildren();
    this.bound = name;
    if (caseId === null || patient === null || me === null) return;
    const place = document.createElement('div');
    this.element.append(place);
    try {
      this.unmount = this.mountOutcome(place, this.api(caseId, patient, me));
    } catch (error) {
      // The images go on without it; what is missing is said where it is missed.
      console.error(error);
      place.textContent = 'The outcome cannot be shown on this page. Reload it, and tell the coordinator if that does not help.';
    }
  }

  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  /** Remembers who typed what. */
  heard(events: readonly RoomEvent[]): void {
    for (const { kind, case: id, by, at, body } of events) {
      if (kind === 'outcome.set') this.typed.set(`${id}/${body['field'] as string}`, { person: by.id ?? '', name: by.name, at });
    }
  }

  private api(caseId: string, patient: Named, me: Me): OutcomeApi {
    const { client, typed, meetingDay } = this;
    const patientId = patient.id;
    const state = (): OutcomeState | null => client.state.cases[caseId]?.outcome ?? null;
    const bound = (): Record<string, unknown> => ({ case: caseId, patient: patientId, version: state()?.version ?? 1 });
    const op = async (kind: string, body: Record<string, unknown>): Promise<OutcomeAnswer> => await client.op(kind, { ...bound(), ...body });
    return {
      caseId,
      patientId,
      patient,
      get meetingDay() {
        return meetingDay();
      },
      me,
      roster: () => [...new Set(client.roster.map(({ name }) => name))],
      lastTyped: (field) => typed.get(`${caseId}/${field}`) ?? null,
      state,
      fieldRevision: (field) => state()?.changed[field] ?? 0,
      pending: () =>
        client.outbox.pending
          .filter(({ kind, body }) => kind === 'outcome.set' && body['case'] === caseId)
          .map(({ body }) => ({ field: body['field'] as string, value: body['value'] as FieldValue })),
      connection: () => client.connection,
      set: (field, value) => op('outcome.set', { revision: state()?.revision ?? 0, field, value }),
      check: () => op('outcome.check', { revision: state()?.revision ?? 0 }),
      sign: () => op('outcome.sign', { revision: state()?.revision ?? 0 }),
      amend: (reason) => op('outcome.amend', { reason }),
      onChange: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
  }
}
