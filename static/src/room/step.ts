/** Whether this screen shows what the room shows: "in step" is said only when it does, and else what is behind. */

import type { Connection } from '../outcome/api';
import { clockOf } from '../panel/words';

export interface Step {
  connection: Connection;
  /** Events the server has and this screen has not. */
  behind: number;
  since: Date | null;
  ended: string | null;
  /** What is held here was found to differ from the room's. */
  astray: boolean;
  /** Somebody else presents. */
  presented: boolean;
  following: boolean;
  /** The presenter's newest view is what is laid out here. */
  shown: boolean;
  /** Every image of it is painted at full quality. */
  sharp: boolean;
}

/** `at` names the lamp; the words are what everybody can read. */
export function stepOf(now: Step): { at: 'in-step' | 'free' | Exclude<Connection, 'in-step'>; words: string } {
  const { connection, behind } = now;
  if (connection === 'signed-out') return { at: connection, words: now.ended ?? 'Signed out' };
  if (connection === 'connecting') return { at: connection, words: 'Joining' };
  if (connection === 'reconnecting') return { at: connection, words: `Not connected since ${clockOf(now.since ?? new Date())}` };
  if (now.astray) return { at: 'catching-up', words: 'Out of step, being put right' };
  if (connection === 'catching-up' || behind > 0) return { at: 'catching-up', words: behind > 0 ? `Catching up, ${behind} behind` : 'Catching up' };
  if (now.presented && !now.following) return { at: 'free', words: 'Free look' };
  if (now.presented && !now.shown) return { at: 'catching-up', words: 'Catching up with the presenter' };
  if (now.presented && !now.sharp) return { at: 'catching-up', words: 'Catching up, images are coming' };
  return { at: 'in-step', words: 'In step' };
}
