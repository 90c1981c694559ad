/** The layers of the open case, asked for when there are any, and again when there are more. */

import type { CaseLayers } from '../imaging/layers';
import { askJson, isAbort } from '../imaging/requests';
import type { CaseImaging } from '../imaging/types';
import type { Layers } from '../viewer/layers/layers';

export class CaseLayersList {
  private open: string | null = null;
  private count = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly layers: Layers,
    private readonly came: () => void,
  ) {}

  /** The case's list came, or another case, or none, was opened. */
  renew(id: string | null, imaging: CaseImaging | null): void {
    if (id !== this.open) {
      this.asking?.abort();
      [this.open, this.count] = [id, 0];
      this.layers.clear();
    }
    const count = (imaging?.studies ?? []).flatMap(({ series }) => series).reduce((sum, { layers }) => sum + (layers ?? 0), 0);
    if (id === null || count === this.count) return;
    this.count = count;
    void this.ask(id);
  }

  private async ask(id: string): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const known = await askJson<CaseLayers>(`/imaging/cases/${id}/layers.json`, { signal: this.asking.signal });
      if (id !== this.open) return;
      this.layers.renew(known);
      this.came();
    } catch (error) {
      if (!isAbort(error)) this.count = 0; // asked again when the list comes next
    }
  }
}
