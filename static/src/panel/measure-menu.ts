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

export function measureMenu(now: MeasureState, acts: MeasureActs): TemplateResult {
  const chosen = IN_MENU.find(({ tool }) => tool === now.tool);
  const item = (name: string, key: string, act: () => void, { pressed, disabled = !now.mayMark }: { pressed?: boolean; disabled?: boolean } = {}): TemplateResult => html`
    <li><button aria-pressed=${pressed ?? nothing} ?disabled=${disabled} @click=${(event: Event) => done(event, act)}>${name}<kbd aria-hidden="true">${key}</kbd></button></li>
  `;
  return html`
    <details class="measure-menu" @focusout=${leave} @keydown=${escape}>
      <summary class=${chosen === undefined ? nothing : 'chosen'} title="More tools to measure and mark">${chosen?.name ?? 'Measure'}<span aria-hidden="true"> ▾</span></summary>
      <ul>
        ${IN_MENU.map((info) => item(info.name, keyName(info), () => acts.choose(info.tool), { pressed: now.tool === info.tool }))}
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
