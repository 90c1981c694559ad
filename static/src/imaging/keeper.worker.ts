/** The database of kept frames, away from the page's own thread. A mishap here costs a transfer, never an image. */

import { seal, unseal } from './seal';
import type { Payload } from './prefixes';

export type KeeperQuestion = { id: number } & ({ key: string } | { knows: string } | { which: string[] } | { get: string } | { put: string; of: string; payload: Payload });
export interface KeeperAnswer {
  id: number;
  known?: boolean;
  here?: string[];
  payload?: Payload;
}

interface About {
  bytes: number;
  used: number;
  /** The series it came with. */
  of: string;
}

interface Row {
  hash: string;
  sealed: ArrayBuffer;
}

export const DATABASE = 'mdt-frames';
const [FRAMES, ABOUT] = ['frames', 'about'];
/** At most so much of the disk, and never more than a share of what the browser would give. */
const MOST = 4 * 2 ** 30;
const SHARE = 0.3;
/** Written when nothing is being read, so that nobody waits for it. */
const QUIET = 400;

const here = new Map<string, About>();
const toWrite = new Map<string, { of: string; payload: Payload }>();
let budget = MOST;
let total = 0;
let timer: ReturnType<typeof setTimeout> | null = null;
let opened: Promise<{ database: IDBDatabase; key: CryptoKey } | null> = Promise.resolve(null);

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The database does not answer.'));
  });

async function open(key: string): Promise<{ database: IDBDatabase; key: CryptoKey } | null> {
  try {
    const raw = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(FRAMES, { keyPath: 'hash' });
      request.result.createObjectStore(ABOUT);
    };
    const database = await done(request);
    database.onversionchange = () => database.close(); // another tab signs out: let it be deleted
    // Whose it is: what somebody else kept here can only be thrown away.
    const whose = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', raw)), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const begin = database.transaction([FRAMES, ABOUT], 'readwrite');
    if ((await done(begin.objectStore(ABOUT).get('whose'))) !== whose) begin.objectStore(FRAMES).clear();
    begin.objectStore(ABOUT).put(whose, 'whose');
    const about = (await done(begin.objectStore(ABOUT).get('frames'))) as Map<string, About> | undefined;
    const keys = new Set((await done(begin.objectStore(FRAMES).getAllKeys())) as string[]);
    for (const hash of keys) remember(hash, about?.get(hash) ?? { bytes: 200_000, used: 0, of: '' });
    const { quota = MOST } = await navigator.storage.estimate();
    budget = Math.min(MOST, quota * SHARE);
    return { database, key: await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']) };
  } catch {
    return null; // no database here: nothing is kept
  }
}

function remember(hash: string, about: About): void {
  total += about.bytes - (here.get(hash)?.bytes ?? 0);
  here.set(hash, about);
}

async function get(hash: string): Promise<Payload | undefined> {
  const waiting = toWrite.get(hash);
  if (waiting !== undefined) return new Uint8Array(waiting.payload);
  const open = await opened;
  const about = here.get(hash);
  if (open === null || about === undefined) return undefined;
  const row = (await done(open.database.transaction(FRAMES).objectStore(FRAMES).get(hash))) as Row | undefined;
  about.used = Date.now();
  const payload = row === undefined ? undefined : await unseal(open.key, hash, row.sealed);
  if (payload === undefined) forget(hash);
  return payload;
}

function forget(hash: string): void {
  total -= here.get(hash)?.bytes ?? 0;
  here.delete(hash);
}

/** Writes what waits, a little at a time, and lets go of what was not used for longest. */
async function write(): Promise<void> {
  timer = null;
  const open = await opened;
  if (open === null) return toWrite.clear();
  const now = Date.now();
  const rows: (Row & { of: string })[] = [];
  for (const [hash, { of, payload }] of [...toWrite].slice(0, 32)) {
    const sealed = here.has(hash) ? undefined : await seal(open.key, hash, payload);
    toWrite.delete(hash);
    if (sealed !== undefined) rows.push({ hash, sealed, of });
  }
  const adding = rows.reduce((sum, { sealed }) => sum + sealed.byteLength, 0);
  const going: string[] = [];
  for (const [hash, about] of [...here].sort(([, a], [, b]) => a.used - b.used)) {
    if (total + adding <= budget) break;
    going.push(hash);
    total -= about.bytes;
    here.delete(hash);
  }
  const change = open.database.transaction([FRAMES, ABOUT], 'readwrite');
  for (const hash of going) change.objectStore(FRAMES).delete(hash);
  for (const { hash, sealed } of rows) change.objectStore(FRAMES).put({ hash, sealed } satisfies Row);
  await new Promise<void>((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onabort = () => reject(change.error ?? new Error('The disk is full.'));
    for (const { hash, sealed, of } of rows) remember(hash, { bytes: sealed.byteLength, used: now, of });
    change.objectStore(ABOUT).put(here, 'frames');
  }).catch(() => {
    for (const { hash } of rows) forget(hash);
    budget = total / 2; // the browser gives less than it said
  });
  if (toWrite.size > 0) later();
}

function later(): void {
  timer ??= setTimeout(() => void write(), QUIET);
}

self.onmessage = async ({ data }: MessageEvent<KeeperQuestion>) => {
  const { id } = data;
  if ('key' in data) opened = open(data.key);
  else if ('put' in data) {
    toWrite.set(data.put, data);
    later();
  } else if ('knows' in data) {
    await opened;
    const known = [...here.values(), ...toWrite.values()].some(({ of }) => of === data.knows);
    self.postMessage({ id, known } satisfies KeeperAnswer);
  } else if ('which' in data) {
    await opened;
    self.postMessage({ id, here: data.which.filter((hash) => here.has(hash) || toWrite.has(hash)) } satisfies KeeperAnswer);
  } else {
    const payload = await get(data.get).catch(() => undefined);
    self.postMessage({ id, ...(payload === undefined ? {} : { payload }) } satisfies KeeperAnswer, payload === undefined ? {} : { transfer: [payload.buffer] });
  }
};
