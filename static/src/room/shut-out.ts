/** What is left on the screen of somebody who may no longer see the room: a sentence and a way on, and nothing of any patient. */

import { html, nothing, render } from 'lit-html';

export interface ShutOut {
  /** The server's words. */
  sentence: string;
  /** Null for who is signed in, and no longer of the team. */
  signInUrl: string | null;
  leaveUrl: string;
  /** What was typed or drawn and is not saved yet. */
  pending: number;
}

export function showShutOut(root: HTMLElement, { sentence, signInUrl, leaveUrl, pending }: ShutOut): void {
  window.addEventListener('keydown', (event) => event.stopImmediatePropagation(), { capture: true }); // no key means the room any more
  root.className = 'room shut-out';
  root.replaceChildren();
  const kept = pending === 1 ? '1 change of yours is not saved yet. It waits in this tab and is sent' : `${pending} changes of yours are not saved yet. They wait in this tab and are sent`;
  render(
    html`<main>
      <h1 tabindex="-1">You are no longer in this room</h1>
      <p role="alert">${sentence} Images and patients are no longer shown here.</p>
      ${pending > 0 && signInUrl !== null ? html`<p>${kept} when you are back.</p>` : nothing}
      <p>${signInUrl === null ? html`<a href=${leaveUrl}>Leave</a>` : html`<a href=${signInUrl}>Sign in</a>`}</p>
    </main>`,
    root,
  );
  root.querySelector('h1')?.focus();
}
