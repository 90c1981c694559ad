/** The meeting and its cases in order, as the side of the room shows them. */

import { askJson } from '../imaging/requests';
import type { Patient } from '../imaging/types';

export interface AgendaCase {
  case: string;
  position: number;
  patient: Omit<Patient, 'id'>;
  question: string;
  status: string;
  /** How it was sorted: `full`, `standard`, `not-ready`, or nothing yet. */
  stream: string;
  /** How it came onto this list, each in a sentence. */
  notes: string[];
  /** The waiting-time clock with the least days left, in words. */
  clock: string | null;
  /** Of a case that a standard of care answers: it is listed and not discussed. `says` is the outcome it would be given, and `seen` what ratifying it sends. */
  standard: { seen: string | null; says: string | null; named: string; plan: string; ratified: string | null; waits: boolean } | null;
  /** Of one that is not ready: what is missing and who is to bring it. */
  missing: string | null;
}

export interface Agenda {
  meeting: { id: string; title: string; starts_at: string; status: string; team: string; mdt_type?: string };
  cases: AgendaCase[];
  may: Record<string, boolean>;
}

export const loadAgenda = (address: string): Promise<Agenda> => askJson<Agenda>(address);

/** Of those to be discussed: the case `by` places after (or before) the open one; the first when none is open; null at either end. */
export function neighbour(agenda: Agenda, open: string | null, by: 1 | -1): AgendaCase | null {
  const discussed = agenda.cases.filter(({ case: id, stream }) => stream !== 'standard' || id === open);
  const at = discussed.findIndex(({ case: id }) => id === open);
  if (at < 0) return by > 0 ? (discussed[0] ?? null) : null;
  return discussed[at + by] ?? null;
}

/** An act of the agenda from inside the room; resolves to a sentence when it was refused, and to null when it was done. */
export async function act(address: string, ticket: string, body: unknown): Promise<string | null> {
  try {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': ticket };
    const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.ok) return null;
    const said = (await answer.json()) as { message?: string };
    return said.message ?? `The server answered ${answer.status}; nothing was changed.`;
  } catch {
    return 'The server did not answer, so it is not known whether this was done. Look at the agenda.';
  }
}
