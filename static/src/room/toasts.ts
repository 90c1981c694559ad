/** Short sentences that come and go; refusals stay longer and are read out at once. */

export class Toasts {
  readonly element = document.createElement('div');

  constructor() {
    this.element.className = 'toasts';
    this.element.setAttribute('role', 'log');
    this.element.setAttribute('aria-label', 'Messages');
  }

  /** With `action` it offers one thing to do about it. */
  say(sentence: string, important = false, action?: { name: string; act: () => void }): void {
    const toast = document.createElement('p');
    toast.className = important ? 'toast toast-important' : 'toast';
    if (important) toast.setAttribute('role', 'alert');
    toast.textContent = sentence;
    if (action !== undefined) {
      const button = document.createElement('button');
      button.textContent = action.name;
      button.addEventListener('click', () => {
        toast.remove();
        action.act();
      });
      toast.append(' ', button);
    }
    this.element.append(toast);
    setTimeout(() => toast.remove(), action !== undefined ? 20_000 : important ? 9000 : 4000);
  }
}
