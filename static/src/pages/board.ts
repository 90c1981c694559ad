/** Keeps the imaging board right: asks about once a second whether anything changed, and changes only the cells that did. */

interface Answer {
  moving: boolean;
  said: string;
  about: string;
  table: string;
}

const MOVING = 750;
const STILL = 1200;
const HIDDEN = 10_000;
const TOO_OLD = 6000;

export function followBoard(board: HTMLElement): void {
  const url = board.dataset.board ?? '';
  let tag: string | null = null;
  let moving = true;
  let heard = performance.now();

  const ask = async (): Promise<void> => {
    try {
      const response = await fetch(url, { cache: 'no-store', headers: { Accept: 'application/json', ...(tag === null ? {} : { 'If-None-Match': tag }) } });
      if (response.status === 401 || response.status === 404) return location.reload(); // says why nothing more is shown
      if (!response.ok && response.status !== 304) throw new Error(`status ${response.status}`);
      if (response.ok) {
        const answer = (await response.json()) as Answer;
        tag = response.headers.get('ETag');
        moving = answer.moving;
        show(board, answer);
      }
      heard = performance.now();
      say(board, 'as-of', clock(response.headers.get('Date')));
    } catch {
      // The line is down: go on asking, and below say that this may be old.
    }
    const stale = part(board, 'stale');
    if (stale !== null) stale.hidden = performance.now() - heard < TOO_OLD;
    clearTimeout(timer); // one question at a time, however often somebody comes back
    timer = setTimeout(() => void ask(), document.hidden ? HIDDEN : moving ? MOVING : STILL);
  };

  let timer = setTimeout(() => void ask(), MOVING);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    clearTimeout(timer); // whoever comes back sees it as it is now
    void ask();
  });
}

const part = (board: HTMLElement, name: string): HTMLElement | null => board.querySelector<HTMLElement>(`[data-part="${name}"]`);

const clock = (date: string | null): string =>
  new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'Europe/London' }).format(date === null ? new Date() : new Date(date));

/** Read out only when it changes: the sentence counts cases, never images. */
function say(board: HTMLElement, name: string, text: string): void {
  const element = part(board, name);
  if (element !== null && element.textContent !== text) element.textContent = text;
}

function show(board: HTMLElement, answer: Answer): void {
  say(board, 'said', answer.said);
  say(board, 'about', answer.about);
  const table = part(board, 'table');
  if (table !== null) renew(table, answer.table);
}

/** The server escapes; nothing here is built from text. Where the same cells are there, only those that differ change. */
export function renew(place: HTMLElement, html: string): void {
  const fresh = document.createElement('template');
  fresh.innerHTML = html;
  const before = keyed(place);
  const after = keyed(fresh.content);
  const focused = document.activeElement instanceof HTMLElement && place.contains(document.activeElement) ? document.activeElement : null;
  const known = focused === null ? null : nameOf(focused);
  if ([...before.keys()].join('\n') === [...after.keys()].join('\n')) {
    for (const [key, element] of after) {
      const old = before.get(key) as HTMLElement;
      if (key === 'board') continue; // the table itself; its cells are told one by one
      if (old.className !== element.className) old.className = element.className;
      if (old.innerHTML !== element.innerHTML) old.innerHTML = element.innerHTML;
    }
  } else place.replaceChildren(...fresh.content.childNodes);
  // Whoever stood on a button or a link that was made anew still stands there.
  if (focused !== null && !focused.isConnected && known !== null) [...place.querySelectorAll<HTMLElement>('button, a')].find((one) => nameOf(one) === known)?.focus({ preventScroll: true });
}

const keyed = (within: ParentNode): Map<string, HTMLElement> => new Map([...within.querySelectorAll<HTMLElement>('[data-key]')].map((element) => [element.dataset['key'] ?? '', element]));

const nameOf = (element: HTMLElement): string | null => element.getAttribute('value') ?? element.getAttribute('href');
