/** The meeting and its cases in order, as the side of the room shows them. */

import { askJson } from '../imaging/requests';
import type { Patient } from '../imaging/types';

export interface AgendaCase {
  case: string;
  position: number;
  patient: Omit<Patient, 'id'>;
  question: string;
  status: string;
}

export interface Agenda {
  meeting: { id: string; title: string; starts_at: string; status: string; team: string; mdt_type?: string };
  cases: AgendaCase[];
}

export const loadAgenda = (address: string): Promise<Agenda> => askJson<Agenda>(address);

/** The case `by` places after (or before) the open one; the first when none is open; null at either end. */
export function neighbour(agenda: Agenda, open: string | null, by: 1 | -1): AgendaCase | null {
  const at = agenda.cases.findIndex(({ case: id }) => id === open);
  if (at < 0) return by > 0 ? (agenda.cases[0] ?? null) : null;
  return agenda.cases[at + by] ?? null;
}
