/** A text kept in this tab's storage, sealed with the key that only the server tells (ADR 7); without a key it is only in memory. */

export interface Keep {
  /** What an earlier page of this tab kept; null when there is none, or another person's. */
  read(): Promise<string | null>;
  /** The newest wins; null removes it. */
  write(text: string | null): void;
}

const NONCE = 12;

export class Sealed implements Keep {
  private readonly key: Promise<CryptoKey | null>;
  private next: { text: string | null } | null = null;
  private writing = false;

  /** `key`: 32 bytes in base64, as the page brought it. */
  constructor(
    private readonly name: string,
    key: string,
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
  ) {
    const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
    this.key = key === '' || subtle === undefined ? Promise.resolve(null) : subtle.importKey('raw', bytes(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
  }

  async read(): Promise<string | null> {
    const [key, kept] = [await this.key, this.storage.getItem(this.name)];
    if (key === null || kept === null) return null;
    try {
      const sealed = bytes(kept);
      return new TextDecoder().decode(await crypto.subtle.decrypt(this.how(sealed.subarray(0, NONCE)), key, sealed.subarray(NONCE)));
    } catch {
      this.storage.removeItem(this.name); // another person's, or no seal of ours
      return null;
    }
  }

  write(text: string | null): void {
    this.next = { text };
    if (!this.writing) void this.go();
  }

  private async go(): Promise<void> {
    this.writing = true;
    const key = await this.key;
    for (let now = this.next; now !== null; now = this.next) {
      this.next = null;
      const sealed = now.text === null || key === null ? null : await this.seal(key, now.text);
      if (this.next !== null) continue;
      if (sealed === null) this.storage.removeItem(this.name);
      else this.storage.setItem(this.name, sealed);
    }
    this.writing = false;
  }

  private async seal(key: CryptoKey, text: string): Promise<string> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
    const sealed = new Uint8Array(await crypto.subtle.encrypt(this.how(nonce), key, new TextEncoder().encode(text)));
    return base64([...nonce, ...sealed]);
  }

  /** Bound to its name: what was sealed for one meeting does not open in another. */
  private how(iv: Uint8Array<ArrayBuffer>): AesGcmParams {
    return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(this.name) };
  }
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const base64 = (all: number[]): string => btoa(all.reduce((text, byte) => text + String.fromCharCode(byte), ''));
