/** A menu in the toolbar: opens under its name, closes with Escape, a press elsewhere, or a choice that ends it. */

import { html, nothing, type TemplateResult } from 'lit-html';

export interface MenuLook {
  title: string;
  /** Something in it is chosen that the name then says. */
  chosen?: boolean;
  /** What stands before the name. */
  picture?: TemplateResult;
  /** Wider than its choices. */
  kind?: string;
}

export function menu(name: string | TemplateResult, { title, chosen = false, picture, kind = '' }: MenuLook, body: TemplateResult | TemplateResult[]): TemplateResult {
  return html`
    <details class=${`menu ${kind}`} @focusout=${leave} @keydown=${escape} @toggle=${inside}>
      <summary class=${chosen ? 'chosen' : nothing} title=${title}>${picture ?? nothing}${name}<span aria-hidden="true"> ▾</span></summary>
      <div class="menu-body">${body}</div>
    </details>
  `;
}

export interface Item {
  name: string;
  key?: string;
  pressed?: boolean;
  disabled?: boolean;
  /** It may be wanted several times, one after the other. */
  stays?: boolean;
  act(): void;
}

export const item = ({ name, key = '', pressed, disabled = false, stays = false, act }: Item): TemplateResult => html`
  <button type="button" class="menu-item" aria-pressed=${pressed ?? nothing} ?disabled=${disabled} @click=${(event: Event) => {
    if (!stays) close((event.currentTarget as HTMLElement).closest('details'));
    act();
  }}><span>${name}</span>${key === '' ? nothing : html`<kbd aria-hidden="true">${key}</kbd>`}</button>
`;

export function close(menu: HTMLDetailsElement | null): void {
  if (menu === null || !menu.open) return;
  menu.open = false;
}

function leave(event: FocusEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  if (event.relatedTarget !== null && !menu.contains(event.relatedTarget as Node)) close(menu);
}

function escape(event: KeyboardEvent): void {
  if (event.key !== 'Escape') return;
  event.stopPropagation();
  const menu = event.currentTarget as HTMLDetailsElement;
  close(menu);
  menu.querySelector('summary')?.focus();
}

/** Keeps an open menu within the page. */
function inside(event: Event): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  const body = menu.querySelector<HTMLElement>('.menu-body');
  if (!menu.open || body === null) return;
  body.style.translate = '';
  body.style.maxHeight = `${document.documentElement.clientHeight - menu.getBoundingClientRect().bottom - 11}px`;
  const over = body.getBoundingClientRect().right - document.documentElement.clientWidth + 8;
  if (over > 0) body.style.translate = `${-over}px`;
}

/** A press anywhere else closes what is open. */
export function closeFromOutside(): void {
  document.addEventListener(
    'pointerdown',
    (event) => {
      for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) if (!menu.contains(event.target as Node)) close(menu);
    },
    { capture: true },
  );
}
