/** The name this tab keeps for its life. A duplicated tab copies its storage too, so the first holds a lock on the name. */

import { uuid } from './uuid';

const NAME = 'mdt-client';
/** A page that is being reloaded lets go of the lock within this time. */
const PATIENCE = 400;

export async function clientId(): Promise<string> {
  const kept = sessionStorage.getItem(NAME);
  if (kept !== null && (await claim(kept))) return kept;
  const fresh = uuid();
  sessionStorage.setItem(NAME, fresh);
  await claim(fresh);
  return fresh;
}

/** Holds the lock until the page goes; without locks (no https) every tab is taken at its word. */
function claim(id: string): Promise<boolean> {
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    locks
      .request(`${NAME}:${id}`, { signal: AbortSignal.timeout(PATIENCE) }, () => {
        resolve(true);
        return new Promise(() => undefined);
      })
      .catch(() => resolve(false));
  });
}
