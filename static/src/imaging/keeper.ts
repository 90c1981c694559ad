/**
 * Frames kept on this computer between visits (ADR 7): named by the hash of their bytes, sealed with a key that the
 * server tells only to whoever is signed in, within a budget, and gone at sign-out. Without a key nothing is kept.
 */

import KeeperWorker from './keeper.worker?worker';
import type { KeeperAnswer, KeeperQuestion } from './keeper.worker';
import type { Payload } from './prefixes';

export interface Keeper {
  /** Whether anything of a series may be here, in this version or another. */
  knows(key: string): Promise<boolean>;
  /** Which of these frames are here. */
  which(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** A frame's bytes, checked against its name; undefined when it is gone or was changed. */
  get(hash: string): Promise<Payload | undefined>;
  put(key: string, hash: string, payload: Payload): void;
}

export const nothingKept: Keeper = {
  knows: () => Promise.resolve(false),
  which: () => Promise.resolve(new Set()),
  get: () => Promise.resolve(undefined),
  put: () => undefined,
};

/** `key`: 32 bytes in base64, as the page brought it; empty when frames may not be kept here. */
export function openKeeper(key: string): Keeper {
  return key === '' || !window.isSecureContext || !('indexedDB' in window) ? nothingKept : new KeptHere(key);
}

class KeptHere implements Keeper {
  private readonly worker = new KeeperWorker();
  private readonly waiting = new Map<number, (answer: KeeperAnswer) => void>();
  private next = 0;
  private broken = false;

  constructor(key: string) {
    this.worker.onmessage = ({ data }: MessageEvent<KeeperAnswer>) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
    this.worker.onerror = () => {
      this.broken = true;
      for (const [id, answer] of this.waiting) answer({ id });
      this.waiting.clear();
    };
    this.worker.postMessage({ id: this.next++, key } satisfies KeeperQuestion);
  }

  async knows(key: string): Promise<boolean> {
    return (await this.ask({ id: this.next++, knows: key })).known ?? false;
  }

  async which(hashes: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set((await this.ask({ id: this.next++, which: [...hashes] })).here ?? []);
  }

  async get(hash: string): Promise<Payload | undefined> {
    return (await this.ask({ id: this.next++, get: hash })).payload;
  }

  put(key: string, hash: string, payload: Payload): void {
    if (!this.broken) this.worker.postMessage({ id: this.next++, put: hash, of: key, payload } satisfies KeeperQuestion);
  }

  private ask(question: KeeperQuestion): Promise<KeeperAnswer> {
    if (this.broken) return Promise.resolve({ id: question.id });
    return new Promise((resolve) => {
      this.waiting.set(question.id, resolve);
      this.worker.postMessage(question);
    });
  }
}
