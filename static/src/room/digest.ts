/** A short fingerprint of the room's state, equal in Python and here, so that a screen that has gone astray notices. */

import { sha256 } from './sha256';

/** JSON with sorted keys and no spaces. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

export const digest = (state: unknown): string => sha256(new TextEncoder().encode(canonical(state))).slice(0, 16);
