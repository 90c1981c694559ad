/** What is prepared of the open case besides scenes, marks and key images: asked again whenever the room says it changed. */

import { askJson, isAbort } from '../imaging/requests';

export interface Review {
  id: string;
  name: string;
  at: string;
}

export interface Prepared {
  case: string;
  /** For each scene that cannot be shown as it was made: which of its viewports, counted from 0, and why. */
  scenes: Record<string, { pane: number; why: string }[]>;
  /** `reader` is whose it is to review, null for papers; `mine`: this person's. */
  studies: { study: string; id: string; reader: 'radiology' | 'pathology' | null; mine: boolean; review: Review | null }[];
  opinions: { name: string; discipline: string; version: number; at: string; mine: boolean; lines: [string, string][] }[];
  /** Opinions that are shown once the case is opened. */
  hidden: number;
  writes: boolean;
  discrepancies: { study: string; grade: string; opinion: string; name: string; at: string; status: string }[];
  flags: boolean;
}

const AGAIN = 4000;

export class Preparation {
  known: Prepared | null = null;
  problem: string | null = null;
  private open: string | null = null;
  private asking: AbortController | null = null;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ticket: string,
    private readonly changed: () => void,
  ) {}

  /** Another case, or the same one anew. */
  renew(id: string | null): void {
    if (id !== this.open) this.known = this.problem = null;
    this.open = id;
    this.asking?.abort();
    clearTimeout(this.again);
    if (id !== null) void this.load(id);
  }

  reviewOf(study: string): Review | null {
    return this.known?.studies.find((one) => one.study === study)?.review ?? null;
  }

  /** Marks studies as reviewed by oneself; the sentence why not, or null. */
  async review(studies: readonly string[]): Promise<string | null> {
    const id = this.open;
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': this.ticket };
    try {
      const answer = await fetch(`/cases/${id}/reviews.json`, { method: 'POST', headers, body: JSON.stringify({ studies }) });
      if (answer.ok) return null;
      const { message } = (await answer.json().catch(() => ({}))) as { message?: string };
      return message ?? `It was not kept: the server answered ${answer.status}.`;
    } catch {
      return 'It was not kept: the server cannot be reached.';
    } finally {
      if (id === this.open) this.renew(id);
    }
  }

  private async load(id: string): Promise<void> {
    const asking = (this.asking = new AbortController());
    try {
      const known = await askJson<Prepared>(`/cases/${id}/preparation.json`, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.known = known;
      this.problem = null;
    } catch (error) {
      if (isAbort(error) || asking.signal.aborted) return;
      this.problem = 'What is prepared cannot be fetched; trying again.';
      this.again = setTimeout(() => void this.load(id), AGAIN);
    }
    this.changed();
  }
}
