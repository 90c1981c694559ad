/** The cases beside the open one, brought to this computer while it is discussed: first what they have, then their images. */

import type { Library } from '../imaging/library';
import { askJson, isAbort } from '../imaging/requests';
import type { CaseImaging } from '../imaging/types';
import { hang } from '../viewer/hanging';

/** A list this old is asked for again before anything is shown from it. */
const FRESH = 60_000;
const LOOK_AGAIN = 300;

export type Readiness = 'coming' | 'ready';

export class Ahead {
  private readonly lists = new Map<string, { imaging: CaseImaging; at: number }>();
  private readonly states = new Map<string, Readiness>();
  private ended = new AbortController();
  private beside = '';

  constructor(
    private readonly library: Library,
    private readonly changed: () => void,
  ) {}

  /** What is known of a case before it is opened; null when that is nothing, or old. */
  imagingOf(id: string): CaseImaging | null {
    const list = this.lists.get(id);
    return list !== undefined && performance.now() - list.at < FRESH ? list.imaging : null;
  }

  /** Whether the images a case opens with are on this computer. */
  stateOf(id: string): Readiness | null {
    return this.states.get(id) ?? null;
  }

  /** A case is open: of the next one everything is brought that opens with it, of the one before only its list. */
  look(next: string | null, before: string | null): void {
    const beside = `${next} ${before}`;
    if (beside === this.beside) return;
    this.beside = beside;
    this.ended.abort();
    this.ended = new AbortController();
    for (const [id, state] of this.states) if (state === 'coming') this.states.delete(id);
    void this.bring(next, before, this.ended.signal).catch((error: unknown) => {
      if (!isAbort(error) && next !== null) this.say(next, null); // it is fetched when it is opened, as if nothing had been tried
    });
  }

  private async bring(next: string | null, before: string | null, signal: AbortSignal): Promise<void> {
    do await new Promise((wait) => setTimeout(wait, LOOK_AGAIN));
    while (!this.library.settled && !signal.aborted);
    for (let first = true; !signal.aborted; first = false) {
      const imaging = next === null ? null : await this.list(next, signal);
      if (before !== null) await this.list(before, signal);
      if (next !== null && imaging !== null && (first || this.states.get(next) !== 'ready')) await this.images(next, imaging, signal);
      await new Promise((wait) => setTimeout(wait, FRESH * 0.8)); // what a case has may have grown meanwhile
    }
  }

  private async list(id: string, signal: AbortSignal): Promise<CaseImaging> {
    const imaging = await askJson<CaseImaging>(`/imaging/cases/${id}.json`, { signal });
    this.lists.set(id, { imaging, at: performance.now() });
    return imaging;
  }

  /** Coarse pictures of all it opens with, then all of it. */
  private async images(id: string, imaging: CaseImaging, signal: AbortSignal): Promise<void> {
    const opens = hang(imaging.studies).panes.flatMap((hung) => (hung === null || hung.series.version === null ? [] : [hung.series]));
    if (opens.length === 0) return;
    this.say(id, 'coming');
    for (const previews of [true, false]) {
      for (const { key, version } of opens) await this.library.bring(key, version as string, { previews, signal });
    }
    if (!signal.aborted) this.say(id, opens.every(({ key, version }) => this.library.isHere(key, version as string)) ? 'ready' : null);
  }

  private say(id: string, state: Readiness | null): void {
    if (state === null) this.states.delete(id);
    else this.states.set(id, state);
    this.changed();
  }
}
