/**
 * A sign-in that nobody uses ends; this says so five minutes before, and keeps what is typed whatever happens.
 *
 * Touching the page counts as being there: the server is told at most every five minutes. What ends is always asked of
 * the server first, because another tab may have been used meanwhile.
 */

export interface Standing {
  ends_in: number; // seconds
  person: string;
  token: string;
}

const WARN = 5 * 60;
const TELL_EVERY = 5 * 60;
const LOOK_EVERY = 15;

/** What is to be done, `now` seconds after some beginning. */
export class Watch {
  private tellAfter: number;
  private touched = false;
  private endsAt: number;

  constructor(now: number, endsIn: number) {
    this.endsAt = now + endsIn;
    this.tellAfter = now + TELL_EVERY;
  }

  touch(): void {
    this.touched = true;
  }

  /** The server said how long it lasts. */
  heard(now: number, endsIn: number): void {
    this.endsAt = now + endsIn;
    this.tellAfter = now + TELL_EVERY;
  }

  left(now: number): number {
    return Math.max(0, this.endsAt - now);
  }

  /** `stay`: somebody was here, say so; `ask`: it seems to end, ask the server. */
  next(now: number): 'stay' | 'ask' | null {
    const ends = this.left(now) <= WARN;
    if (this.touched && (ends || now >= this.tellAfter)) {
      this.touched = false;
      return 'stay';
    }
    return ends ? 'ask' : null;
  }
}

export function warnBeforeTheEnd(page: HTMLElement): void {
  const { session = '', stay = '', person = '', signIn = '' } = page.dataset;
  const seconds = (): number => performance.now() / 1000;
  const watch = new Watch(seconds(), 0);
  const dialog = build(signIn);

  const ask = async (address: string, method: 'GET' | 'POST'): Promise<void> => {
    const headers = { Accept: 'application/json', 'X-CSRFToken': page.dataset.token ?? '' };
    const response = await fetch(address, { method, headers });
    if (response.status === 401 || response.status === 400) return dialog.over();
    if (!response.ok) return; // the line, or the server: asked again soon
    const told = (await response.json()) as Standing;
    if (told.person !== person) return location.reload(); // somebody else has signed in on this browser
    page.dataset.token = told.token;
    document.querySelectorAll<HTMLInputElement>('input[name="csrf_token"]').forEach((field) => (field.value = told.token));
    watch.heard(seconds(), told.ends_in);
    if (told.ends_in > WARN) dialog.close();
    else dialog.warn(told.ends_in);
  };

  const look = async (): Promise<void> => {
    const next = watch.next(seconds());
    try {
      if (next === 'stay') await ask(stay, 'POST');
      else if (next === 'ask') await ask(session, 'GET');
    } catch {
      // the line is down: nothing ends on this page by that
    }
  };

  for (const event of ['pointerdown', 'keydown', 'input', 'wheel']) {
    addEventListener(event, () => dialog.isOpen || watch.touch(), { capture: true, passive: true });
  }
  dialog.onStay = () => void ask(stay, 'POST');
  dialog.onAgain = () => void ask(session, 'GET');
  void look();
  setInterval(() => void look(), LOOK_EVERY * 1000);
  document.addEventListener('visibilitychange', () => document.hidden || void look());
}

interface Ending {
  readonly isOpen: boolean;
  onStay: () => void;
  onAgain: () => void;
  warn(endsIn: number): void;
  over(): void;
  close(): void;
}

function build(signIn: string): Ending {
  const dialog = document.createElement('dialog');
  dialog.className = 'mdt-ending';
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-labelledby', 'ending-title');
  dialog.setAttribute('aria-describedby', 'ending-text');
  const title = document.createElement('h2');
  title.id = 'ending-title';
  title.className = 'nhsuk-heading-m';
  const text = document.createElement('p');
  text.id = 'ending-text';
  const button = document.createElement('button');
  button.className = 'nhsuk-button nhsuk-u-margin-bottom-0';
  const actions = document.createElement('div');
  actions.className = 'mdt-actions';
  const link = document.createElement('a');
  link.href = signIn;
  link.target = '_blank';
  link.className = 'nhsuk-button nhsuk-button--secondary nhsuk-u-margin-bottom-0';
  link.textContent = 'Sign in, in a new tab';
  actions.append(link, button);
  dialog.append(title, text, actions);
  document.body.append(dialog);

  let isOver = false;
  const ending: Ending = {
    get isOpen() {
      return dialog.open;
    },
    onStay: () => undefined,
    onAgain: () => undefined,
    warn(endsIn) {
      isOver = false;
      dialog.classList.remove('mdt-ending--over');
      const at = new Date(Date.now() + endsIn * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London' });
      title.textContent = 'Are you still there?';
      text.textContent = `Nobody has used this page for a while. You will be signed out at ${at}. What you have typed stays on this page.`;
      button.textContent = 'Stay signed in';
      link.hidden = true;
      if (!dialog.open) dialog.showModal();
    },
    over() {
      isOver = true;
      dialog.classList.add('mdt-ending--over');
      title.textContent = 'You have been signed out';
      text.textContent = 'What you typed is still on this page. Sign in in a new tab, come back to this one, and go on.';
      button.textContent = 'I have signed in: go on';
      link.hidden = false;
      if (!dialog.open) dialog.showModal();
    },
    close() {
      if (dialog.open) dialog.close();
    },
  };
  button.addEventListener('click', () => (isOver ? ending.onAgain() : ending.onStay()));
  dialog.addEventListener('cancel', (event) => (isOver ? event.preventDefault() : ending.onStay()));
  return ending;
}
