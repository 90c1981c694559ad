/** The open case's imaging, asked again while something is still arriving. */

import { askJson, isAbort } from '../imaging/requests';
import type { CaseImaging } from '../imaging/types';

const ARRIVING = 3000;
const SETTLED = 30_000;
/** A list that was brought ahead is looked at again this soon. */
const SOON = 700;

export class OpenCase {
  imaging: CaseImaging | null = null;
  problem: string | null = null;
  private readonly ended = new AbortController();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    readonly id: string,
    private readonly changed: (before: CaseImaging | null, now: CaseImaging) => void,
    private readonly failed: () => void,
    known: CaseImaging | null = null,
  ) {
    this.imaging = known;
    if (known === null) void this.load();
    else this.timer = setTimeout(() => void this.load(), SOON); // its images go first
  }

  /** Asks now, e.g. because the presenter shows a series that this page does not know yet. */
  refresh(): void {
    if (this.timer === null || this.ended.signal.aborted) return;
    clearTimeout(this.timer);
    void this.load();
  }

  close(): void {
    this.ended.abort();
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async load(): Promise<void> {
    this.timer = null;
    const before = this.imaging;
    const now = await this.ask();
    if (this.ended.signal.aborted) return;
    this.timer = setTimeout(() => void this.load(), this.arriving ? ARRIVING : SETTLED);
    if (now !== null && JSON.stringify(before) !== JSON.stringify(now)) this.changed(before, now);
    else if (now === null) this.failed();
  }

  private async ask(): Promise<CaseImaging | null> {
    try {
      this.imaging = await askJson<CaseImaging>(`/imaging/cases/${this.id}.json`, { signal: this.ended.signal });
      this.problem = null;
      return this.imaging;
    } catch (error) {
      if (!isAbort(error)) this.problem = error instanceof Error ? error.message : 'The images of this case cannot be listed.';
      return null;
    }
  }

  get arriving(): boolean {
    const { imaging } = this;
    if (imaging === null) return true;
    if (imaging.trusts.some(({ status, queued }) => status === 'asking' || queued)) return true;
    if (imaging.studies.some(({ state }) => state === 'arriving')) return true;
    return imaging.studies.some(({ series }) => series.some(({ kind, version, received, packed, frames }) => kind === 'images' && received > 0 && (version === null || packed < frames)));
  }
}
