/** A frame sealed for the disk: AES-GCM, bound to its name, which is the beginning of the SHA-256 of its bytes. */

import type { Payload } from './prefixes';

const NONCE = 12;
const bytesOf = (hash: string): Payload => Uint8Array.from(hash.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Undefined when the bytes are not those the name stands for: such a frame is not kept. */
export async function seal(key: CryptoKey, hash: string, payload: Payload): Promise<ArrayBuffer | undefined> {
  const name = bytesOf(hash);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', payload));
  if (name.length === 0 || !name.every((byte, at) => digest[at] === byte)) return undefined;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: name }, key, payload));
  const whole = new Uint8Array(NONCE + sealed.length);
  whole.set(nonce);
  whole.set(sealed, NONCE);
  return whole.buffer;
}

/** Undefined when it was sealed by somebody else, under another name, or has been changed. */
export async function unseal(key: CryptoKey, hash: string, sealed: ArrayBuffer): Promise<Payload | undefined> {
  try {
    const whole = new Uint8Array(sealed);
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: whole.subarray(0, NONCE), additionalData: bytesOf(hash) }, key, whole.subarray(NONCE)));
  } catch {
    return undefined;
  }
}
