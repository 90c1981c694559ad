/** The events in the server's one order: applied only as last + 1; a repeated one is dropped, a later one waits. */

import { EMPTY, reduce } from './state';
import type { RoomEvent, RoomState } from './protocol';

export class Log {
  state: RoomState = EMPTY;
  last = 0;
  private readonly early = new Map<number, RoomEvent>();

  /** Takes one event; returns those that it let apply, in order, so that each is acted on once. */
  take(event: RoomEvent): RoomEvent[] {
    if (event.seq <= this.last) return [];
    this.early.set(event.seq, event);
    const applied: RoomEvent[] = [];
    for (let next = this.early.get(this.last + 1); next !== undefined; next = this.early.get(this.last + 1)) {
      this.state = reduce(this.state, next);
      this.last = next.seq;
      this.early.delete(next.seq);
      applied.push(next);
    }
    return applied;
  }

  /** Whether an event is here that cannot apply before another one comes. */
  get gap(): boolean {
    return this.early.size > 0;
  }

  /** Begins again from the server's own state. */
  reset(seq: number, state: RoomState): void {
    this.state = state;
    this.last = seq;
    for (const early of [...this.early.keys()]) if (early <= seq) this.early.delete(early);
  }

  /** Another history: nothing of this one is worth keeping. */
  clear(): void {
    this.early.clear();
    this.reset(0, EMPTY);
  }
}
