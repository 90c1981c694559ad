/** Asking the server for imaging: the same few refusals everywhere, told in a sentence. */

/** Asking again will not help: signed out, not allowed, or gone. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(address, { credentials: 'same-origin', ...init });
  if (response.ok && !response.redirected) return response;
  void response.body?.cancel();
  if (response.redirected || response.status === 401) throw new Refused(401, 'You are signed out. Sign in again to see the images.');
  if (response.status === 403) throw new Refused(403, 'You may not see these images.');
  if (response.status === 404) throw new Refused(404, 'These images are no longer at this address.');
  throw new Error(`The server answered ${response.status}.`);
}

export async function askJson<T>(address: string, init: RequestInit = {}): Promise<T> {
  const response = await ask(address, { ...init, headers: { Accept: 'application/json', ...init.headers } });
  return (await response.json()) as T;
}

/** Waits, unless told to stop first. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('Not wanted any more', 'AbortError'));
    });
  });
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';
