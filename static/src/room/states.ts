/** The presentation states and key object selections of the open case, asked for when there are any, and again when there are more. */

import { askJson, isAbort } from '../imaging/requests';
import type { CaseStates, KeySelection, PresentationState } from '../imaging/states';
import type { CaseImaging } from '../imaging/types';

const NONE: CaseStates = { presentations: [], key_objects: [] };

export class States {
  private known: CaseStates = NONE;
  private open: string | null = null;
  private count = 0;
  private asking: AbortController | null = null;

  constructor(private readonly changed: () => void) {}

  /** The case's list came, or another case, or none, was opened. */
  renew(id: string | null, imaging: CaseImaging | null): void {
    if (id !== this.open) {
      this.asking?.abort();
      [this.open, this.count, this.known] = [id, 0, NONE];
    }
    const count = (imaging?.studies ?? []).flatMap(({ series }) => series).reduce((sum, { states }) => sum + (states ?? 0), 0);
    if (id === null || count === this.count) return;
    this.count = count;
    void this.ask(id);
  }

  of(key: string): PresentationState | null {
    return this.known.presentations.find((state) => state.key === key) ?? null;
  }

  forSeries(series: string): PresentationState[] {
    return this.known.presentations.filter(({ images }) => images.some((image) => image.series === series));
  }

  get selections(): readonly KeySelection[] {
    return this.known.key_objects;
  }

  private async ask(id: string): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const known = await askJson<CaseStates>(`/imaging/cases/${id}/states.json`, { signal: this.asking.signal });
      if (id !== this.open) return;
      this.known = known;
      this.changed();
    } catch (error) {
      if (!isAbort(error)) this.count = 0; // asked again when the list comes next
    }
  }
}
