/** Sends a disc's files one by one, tells how far that has come, and then shows what the worker makes of them. */

interface Answer {
  moving: boolean;
  said: string;
  part: string;
}

const EVERY = 1000;
const AT_MOST_EVERY = 10_000;
const AT_ONCE = 3;
const TRIES = 5;

/** What the server refused, in its own words: sending it again would not help. */
class Refused extends Error {}

export function bringImports(section: HTMLElement): void {
  const form = part(section, 'form') as HTMLFormElement | null;
  let sending = false;

  const follow = async (): Promise<void> => {
    let pause = EVERY;
    for (let moving = true; moving; ) {
      try {
        const response = await fetch(section.dataset.imports ?? '', { headers: { Accept: 'application/json' } });
        if (response.status === 401 || response.status === 404) return location.reload(); // says why nothing more is shown
        if (!response.ok) throw new Error(`status ${response.status}`);
        const answer = (await response.json()) as Answer;
        moving = show(answer);
        pause = EVERY;
      } catch {
        pause = Math.min(pause * 2, AT_MOST_EVERY);
      }
      if (moving) await new Promise((later) => setTimeout(later, document.hidden ? AT_MOST_EVERY : pause));
    }
    if (form !== null) form.hidden = false;
  };

  /** The server escapes; nothing here is built from text. Names somebody is reading stay open. */
  const show = (answer: Answer): boolean => {
    const element = part(section, 'import');
    const said = part(section, 'said');
    if (said !== null && said.textContent !== answer.said) said.textContent = answer.said;
    if (element !== null && element.dataset.html !== answer.part) {
      const focused = element.contains(document.activeElement);
      const open = [...element.querySelectorAll('details')].map((names) => names.open);
      element.dataset.html = answer.part;
      element.innerHTML = answer.part;
      element.querySelectorAll('details').forEach((names, place) => (names.open = open[place] ?? false));
      if (focused) element.querySelector<HTMLElement>('[data-cancel]')?.focus();
    }
    return answer.moving;
  };

  section.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-cancel]') : null;
    if (button === null) return;
    sending = false;
    void post(button.dataset.cancel ?? '', token(section)).catch(refuse);
  });

  if (section.dataset.moving === 'yes') void follow();
  if (form === null) return;

  const inputs = [...form.querySelectorAll<HTMLInputElement>('input[type="file"]')];
  for (const input of inputs) {
    input.addEventListener('change', () => {
      for (const other of inputs) if (other !== input) other.value = '';
      const chosen = part(section, 'chosen');
      const files = [...(input.files ?? [])];
      if (chosen !== null) chosen.textContent = files.length ? `${count(files.length)}, ${size(total(files))}` : '';
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void bring().catch(refuse).finally(() => {
      sending = false;
      const box = part(section, 'sending');
      if (box !== null) box.hidden = true;
    });
  });

  addEventListener('beforeunload', (event) => {
    if (sending) event.preventDefault();
  });

  const bring = async (): Promise<void> => {
    hideRefusal();
    const files = inputs.flatMap((input) => [...(input.files ?? [])]).sort(byName);
    if (files.length > 1 && files.some((file) => file.webkitRelativePath === '' && /\.zip$/i.test(file.name))) {
      throw new Refused('Bring one ZIP at a time: what is inside a ZIP is only looked at when it comes by itself.');
    }
    const base = form.dataset.base ?? '';
    const label = form.querySelector<HTMLInputElement>('#label')?.value ?? '';
    const begun = await post(`${base}begin.json`, token(section), { label, files: String(files.length), bytes: String(total(files)) });
    const address = `${base}${String(begun.id)}/`;
    sending = true;
    form.hidden = true;
    part(section, 'stop')?.setAttribute('data-cancel', `${address}cancel.json`);
    const box = part(section, 'sending');
    if (box !== null) box.hidden = false;
    try {
      await sendAll(files, address);
    } catch (error) {
      form.hidden = false;
      if (error instanceof Refused) await post(`${address}cancel.json`, token(section)).catch(() => undefined);
      throw error;
    }
    await post(`${address}uploaded.json`, token(section));
    form.reset();
    const chosen = part(section, 'chosen');
    if (chosen !== null) chosen.textContent = '';
    void follow();
  };

  const sendAll = async (files: File[], address: string): Promise<void> => {
    const all = total(files);
    const sent = files.map(() => 0);
    const progress = (place: number, bytes: number): void => {
      sent[place] = bytes;
      const now = sent.reduce((sum, one) => sum + one, 0);
      const bar = part(section, 'sent') as HTMLProgressElement | null;
      const said = part(section, 'sent-said');
      if (bar !== null) bar.value = all ? now / all : 1;
      if (said !== null) said.textContent = `${size(now)} of ${size(all)} sent`;
    };
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < files.length) {
        const place = next++;
        const file = files[place];
        if (file === undefined) return;
        if (!sending) throw new Refused('This was cancelled. Nothing of it was taken in.');
        const name = nameOf(file);
        await send(`${address}files/${place}.json?name=${encodeURIComponent(name.slice(0, 600))}`, file, token(section), (bytes) => progress(place, bytes));
        progress(place, file.size);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  };

  const refuse = (error: unknown): void => {
    const box = document.querySelector<HTMLElement>('[data-part="refusal"]');
    const why = document.querySelector<HTMLElement>('[data-part="why"]');
    if (box === null || why === null) return;
    why.textContent = error instanceof Refused ? error.message : 'The connection was lost while sending. Nothing of it was taken in; bring it again.';
    box.hidden = false;
    box.focus();
  };

  const hideRefusal = (): void => {
    const box = document.querySelector<HTMLElement>('[data-part="refusal"]');
    if (box !== null) box.hidden = true;
  };
}

/** One file; again when the line fails, never when the server says no. */
async function send(url: string, file: File, csrf: string, progress: (bytes: number) => void): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await sendOnce(url, file, csrf, progress);
    } catch (error) {
      if (error instanceof Refused || tries === TRIES) throw error;
      progress(0);
      await new Promise((later) => setTimeout(later, 500 * 2 ** tries));
    }
  }
}

function sendOnce(url: string, file: File, csrf: string, progress: (bytes: number) => void): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
    request.open('PUT', url);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('X-CSRFToken', csrf);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => {
      if (request.status === 200) done();
      else failed(request.status < 500 ? new Refused(message(request.responseText)) : new Error(String(request.status)));
    };
    request.onerror = request.onabort = () => failed(new Error('the line is down'));
    request.send(file);
  });
}

async function post(url: string, csrf: string, fields: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const body = new URLSearchParams(fields);
  const response = await fetch(url, { method: 'POST', body, headers: { Accept: 'application/json', 'X-CSRFToken': csrf } });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as Record<string, unknown>;
  throw response.status < 500 ? new Refused(message(text)) : new Error(String(response.status));
}

function message(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? 'This could not be done.';
  } catch {
    return 'This could not be done.';
  }
}

const part = (section: HTMLElement, name: string): HTMLElement | null => section.querySelector<HTMLElement>(`[data-part="${name}"]`);
const token = (section: HTMLElement): string => section.querySelector<HTMLInputElement>('input[name="csrf_token"]')?.value ?? '';
const nameOf = (file: File): string => file.webkitRelativePath || file.name;
const byName = (one: File, other: File): number => nameOf(one).localeCompare(nameOf(other), 'en', { numeric: true });
const total = (files: readonly File[]): number => files.reduce((sum, file) => sum + file.size, 0);
const count = (files: number): string => (files === 1 ? '1 file' : `${files.toLocaleString('en-GB')} files`);

export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}
