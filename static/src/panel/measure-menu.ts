/** The marking tools that are not always at hand, undo, and whether one draws for oneself; in one menu. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { keyName, MARK_TOOLS, type MarkTool } from '../measure/tools';

export interface MeasureState {
  tool: string;
  mayMark: boolean;
  privately: boolean;
  canUndo: boolean;
  canRedo: boolean;
}

export interface MeasureActs {
  choose(tool: MarkTool): void;
  undo(): void;
  redo(): void;
  privately(): void;
}

/** These have buttons of their own. */
const AT_HAND: ReadonlySet<string> = new Set(['Length', 'ArrowAnnotate']);
const IN_MENU = MARK_TOOLS.filter(({ tool }) => !AT_HAND.has(tool));

/** A tool that is in this menu only where the row has no room for its button. */
export interface Seldom {
  name: string;
  key: string;
  pressed: boolean;
  act(): void;
}

export function measureMenu(now: MeasureState, acts: MeasureActs, seldom: readonly Seldom[] = []): TemplateResult {
  const chosen = IN_MENU.find(({ tool }) => tool === now.tool);
  const other = seldom.find(({ pressed }) => pressed);
  const item = (name: string, key: string, act: () => void, { pressed, disabled = !now.mayMark, narrow = false }: { pressed?: boolean; disabled?: boolean; narrow?: boolean } = {}): TemplateResult => html`
    <li class=${narrow ? 'in-narrow' : ''}><button aria-pressed=${pressed ?? nothing} ?disabled=${disabled} @click=${(event: Event) => done(event, act)}>${name}<kbd aria-hidden="true">${key}</kbd></button></li>
  `;
  return html`
    <details class="measure-menu" @focusout=${leave} @keydown=${escape}>
      <summary class=${chosen === undefined ? nothing : 'chosen'} title="More tools to measure and mark">
        ${chosen !== undefined || other === undefined ? html`<span class="measure-name">${chosen?.name ?? 'Measure'}</span>` : html`<span class="measure-name in-narrow chosen-here">${other.name}</span><span class="measure-name in-wide">Measure</span>`}<span aria-hidden="true"> ▾</span>
      </summary>
      <ul>
        ${IN_MENU.map((info) => item(info.name, keyName(info), () => acts.choose(info.tool), { pressed: now.tool === info.tool }))}
        ${seldom.length === 0 ? nothing : html`<li class="measure-line in-narrow" role="presentation"></li>`}
        ${seldom.map(({ name, key, pressed, act }) => item(name, key, act, { pressed, disabled: false, narrow: true }))}
        <li class="measure-line" role="presentation"></li>
        ${item('Undo my last mark', 'Ctrl Z', acts.undo, { disabled: !now.mayMark || !now.canUndo })} ${item('Do it again', 'Ctrl Shift Z', acts.redo, { disabled: !now.mayMark || !now.canRedo })}
        ${item('Draw for myself only', 'Shift J', acts.privately, { pressed: now.privately })}
      </ul>
    </details>
  `;
}

function done(event: Event, act: () => void): void {
  close((event.target as HTMLElement).closest('details'));
  act();
}

const close = (menu: HTMLDetailsElement | null): void => {
  if (menu !== null) menu.open = false;
};

function leave(event: FocusEvent): void {
  const menu = event.currentTarget as HTMLDetailsElement;
  if (!menu.contains(event.relatedTarget as Node | null)) close(menu);
}

function escape(event: KeyboardEvent): void {
  if (event.key !== 'Escape') return;
  const menu = event.currentTarget as HTMLDetailsElement;
  close(menu);
  menu.querySelector('summary')?.focus();
}
