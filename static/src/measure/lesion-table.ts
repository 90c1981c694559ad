/** The patient's lesions as the server works them out from the kept marks; asked again whenever one of them changes. */

import { askJson, isAbort } from '../imaging/requests';
import type { Lesion, MarkPlane } from '../room/protocol';

export interface LesionMark {
  id: string;
  study: string;
  series: string;
  sop?: string;
  frame?: number;
  plane?: MarkPlane;
}

export interface LesionSeen {
  state: Lesion['state'];
  size: number | null;
  unit: 'mm' | 'px' | null;
  long: number | null;
  short: number | null;
  note: string;
  meeting: string;
  by: string;
  mark: LesionMark;
}

export interface FollowedLesion {
  name: string;
  role: Lesion['role'];
  organ: string;
  node: boolean;
  seen: Record<string, LesionSeen>;
}

export interface TimePoint {
  study: string;
  day: string;
  description: string;
  sum: number | null;
  from_baseline: number | null;
  nadir: number | null;
  from_nadir: number | null;
  target: string | null;
  non_target: string | null;
  new: string[];
  overall: string;
  why: string[];
}

export interface LesionTable {
  points: TimePoint[];
  lesions: FollowedLesion[];
  warnings: string[];
}

const SOON = 300;
const AGAIN = 5000;

export class Lesions {
  table: LesionTable | null = null;
  /** Why the table is not, or no longer, what is kept. */
  problem: string | null = null;
  private openId: string | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking = new AbortController();

  constructor(private readonly changed: () => void) {}

  open(id: string | null): void {
    this.openId = id;
    this.table = null;
    this.problem = null;
    this.renew();
  }

  /** Marks have changed: asks for the table, once for all that change together. */
  renew(after = SOON): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.asking.abort();
    this.timer = this.openId === null ? null : setTimeout(() => void this.load(this.openId as string), after);
  }

  private async load(id: string): Promise<void> {
    this.timer = null;
    this.asking = new AbortController();
    try {
      this.table = await askJson<LesionTable>(`/cases/${id}/lesions.json`, { signal: this.asking.signal });
      this.problem = null;
    } catch (error) {
      if (isAbort(error)) return;
      this.problem = 'The lesions cannot be fetched just now; what is shown may be old.';
      this.renew(AGAIN);
    }
    if (this.openId === id) this.changed();
  }
}
