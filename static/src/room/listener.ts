/** What a page is told by its end of the line. */

import type { Op } from './outbox';
import type { Drawing, Pointer, Refusal, RoomEvent, ViewMessage } from './protocol';

export interface RoomListener {
  /** The state changed: by these events, or (none) by a snapshot. */
  changed(events: readonly RoomEvent[]): void;
  /** The newest view of whoever presents. */
  viewed(message: ViewMessage): void;
  pointed(client: string, name: string, pointer: Pointer | null): void;
  /** The `n`th word of what somebody draws in the open case; null: they let go. */
  drew(client: string, name: string, n: number, drawing: Drawing | null): void;
  /** Connection, roster or pending changes. */
  status(): void;
  refused(op: Op, answer: Refusal): void;
  /** What this tab showed was not shown to the others, and why. */
  unshown(sentence: string): void;
  /** What this screen held differed from what the room holds, and has been put right. */
  mended(): void;
}
