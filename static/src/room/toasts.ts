/** Short sentences that come and go; refusals stay longer and are read out at once. */

export class Toasts {
  readonly element = document.createElement('div');

  constructor() {
    this.element.className = 'toasts';
    this.element.setAttribute('role', 'log');
    this.element.setAttribute('aria-label', 'Messages');
  }

  say(sentence: string, important = false): void {
    const toast = document.createElement('p');
    toast.className = important ? 'toast toast-important' : 'toast';
    if (important) toast.setAttribute('role', 'alert');
    toast.textContent = sentence;
    this.element.append(toast);
    setTimeout(() => toast.remove(), important ? 9000 : 4000);
  }
}
