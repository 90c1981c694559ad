/** What one person did last to marks, so that it can be taken back and done again: always as new versions. */

import type { Draft } from './keeping';

export interface Act {
  id: string;
  /** What the mark was before and after; null is none. */
  before: Draft | null;
  after: Draft | null;
  secret: boolean;
}

const MOST = 100;

export class History {
  private done: Act[] = [];
  private undone: Act[] = [];

  did(act: Act): void {
    this.done = [...this.done, act].slice(-MOST);
    this.undone = [];
  }

  /** The act to take back; it can be done again afterwards. */
  back(): Act | null {
    const act = this.done.pop() ?? null;
    if (act !== null) this.undone.push(act);
    return act;
  }

  again(): Act | null {
    const act = this.undone.pop() ?? null;
    if (act !== null) this.done.push(act);
    return act;
  }

  /** It could not be: somebody else has been at it since, or the server refused. */
  forget(id: string): void {
    this.done = this.done.filter((act) => act.id !== id);
    this.undone = this.undone.filter((act) => act.id !== id);
  }

  clear(): void {
    this.done = [];
    this.undone = [];
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }
}
