/** The keyboard: one list that is acted on, and shown when somebody asks with `?`. */

export interface Key {
  /** As `KeyboardEvent.key`; letters in lower case. */
  key: string;
  shift?: boolean;
  /** With Ctrl (or Command). */
  control?: boolean;
  /** With Alt, by its place on the keyboard as with `shift`. */
  alt?: boolean;
  /** How the list names it. */
  name: string;
  what: string;
  act: () => void;
}

export interface KeyGroup {
  name: string;
  keys: Key[];
}

/** A pause in typing this long is its end, in milliseconds. */
const PAUSE = 1500;

/**
 * Hands that type go on for a moment when their field is taken away, as when the next case opens. What they type then is
 * for nobody: a letter of a sentence must never become a command, let alone open the case after.
 */
export class TypingHands {
  private field: Node | null = null;
  private at = 0;

  constructor(private readonly now = (): number => performance.now()) {}

  typed(into: Node): void {
    this.field = into;
    this.at = this.now();
  }

  rest(): void {
    this.field = null;
  }

  /** Whether a key pressed now is still meant for a field that is gone. */
  get goOn(): boolean {
    if (this.field === null || this.field.isConnected || this.now() - this.at > PAUSE) return false;
    this.at = this.now();
    return true;
  }
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select, [role="listbox"], [role="menu"] *') || target.closest('dialog') !== null);

/** These belong to the thing that has the focus: a press of a button, a move between tabs. */
const wanted = (target: EventTarget | null, key: string): boolean =>
  target instanceof HTMLElement && ((target.matches('button, a, summary, label') && (key === ' ' || key === 'Enter')) || (target.matches('[role="tab"]') && key.startsWith('Arrow')));

export function listen(groups: readonly KeyGroup[], held: { key: string; hold: (down: boolean) => void }): void {
  const keys = groups.flatMap((group) => group.keys);
  const hands = new TypingHands();
  window.addEventListener('pointerdown', () => hands.rest(), { capture: true });
  window.addEventListener('keydown', (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (typing(event.target)) return hands.typed(event.target as Node);
    if (hands.goOn) return event.preventDefault();
    if (event.altKey) {
      const alone = control ? undefined : keys.find(({ key, alt }) => alt && event.code === key && !event.shiftKey);
      if (alone === undefined) return;
      event.preventDefault();
      return alone.act();
    }
    const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (pressed === held.key && !control) {
      held.hold(true);
      return;
    }
    if (wanted(event.target, event.key)) return;
    const found = keys.find(({ key, shift, alt, control: wanted = false }) => !alt && wanted === control && (shift ? event.shiftKey && event.code === key : key === pressed && (!event.shiftKey || key === '?' || key === '+')));
    if (found === undefined) return;
    event.preventDefault();
    found.act();
  });
  window.addEventListener('keyup', (event) => {
    if (event.key.toLowerCase() === held.key) held.hold(false);
  });
  window.addEventListener('blur', () => held.hold(false));
}
