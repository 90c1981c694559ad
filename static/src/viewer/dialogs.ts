/** Questions in the page's own dialogs: the browser closes them with Escape and keeps the focus inside. */

import { html, render, type TemplateResult } from 'lit-html';

/** A dialog drawn by `template`; resolves with what it was closed with, or with `otherwise`. */
export function openDialog<T>(template: (close: (value: T) => void) => TemplateResult, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    dialog.className = 'ask';
    const before = document.activeElement as HTMLElement | null;
    let answer = otherwise;
    const close = (value: T): void => {
      answer = value;
      dialog.close();
    };
    render(template(close), dialog);
    dialog.addEventListener('close', () => {
      dialog.remove();
      before?.focus();
      resolve(answer);
    });
    // Keys typed here are not for the viewer.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A line of text; null when it is cancelled or left empty. */
export const askText = (title: string, initial: string): Promise<string | null> =>
  openDialog<string | null>(
    (close) => html`
      <form
        method="dialog"
        @submit=${(event: Event) => {
          event.preventDefault();
          const text = new FormData(event.target as HTMLFormElement).get('text') as string;
          close(text.trim() === '' ? null : text.trim());
        }}
      >
        <label for="ask-text">${title}</label>
        <input id="ask-text" name="text" maxlength="200" autocomplete="off" .value=${initial} autofocus />
        <div class="ask-buttons">
          <button class="go" type="submit">Save</button>
          <button type="button" @click=${() => close(null)}>Cancel</button>
        </div>
      </form>
    `,
    null,
  );

export const confirmThat = (question: string, yes: string): Promise<boolean> =>
  openDialog<boolean>(
    (close) => html`
      <p>${question}</p>
      <div class="ask-buttons">
        <button class="go" autofocus @click=${() => close(true)}>${yes}</button>
        <button @click=${() => close(false)}>Cancel</button>
      </div>
    `,
    false,
  );

export const showKeys = (groups: readonly { name: string; keys: readonly [string, string][] }[]): Promise<void> =>
  openDialog<void>(
    (close) => html`
      <div class="keys-title"><h2>Keys and mouse</h2><button class="go" autofocus @click=${() => close()}>Close</button></div>
      <div class="keys">
        ${groups.map(
          ({ name, keys }) => html`
            <section>
              <h3>${name}</h3>
              <dl>
                ${keys.map(
                  ([key, what]) => html`
                    <dt><kbd>${key}</kbd></dt>
                    <dd>${what}</dd>
                  `,
                )}
              </dl>
            </section>
          `,
        )}
      </div>
    `,
    undefined,
  );
