/** The layout as a small grid: the cell that is pressed is the last of the viewports. */

import { html, svg, type TemplateResult } from 'lit-html';
import type { Layout } from '../room/protocol';
import { countOf, LAYOUTS, nameOf, shapeOf } from '../viewer/layouts';
import { close, menu } from './menu';

const SIDES = [1, 2, 3] as const;

export const pictureOf = (layout: Layout): TemplateResult => {
  const { rows, columns } = shapeOf(layout);
  return html`<svg class="layout-picture" viewBox="0 0 18 18" aria-hidden="true">
    ${Array.from({ length: rows * columns }, (_, at) => cell(at % columns, Math.floor(at / columns), columns, rows))}
  </svg>`;
};

const cell = (column: number, row: number, columns: number, rows: number): TemplateResult<2> =>
  svg`<rect x=${(column * 18) / columns + 1} y=${(row * 18) / rows + 1} width=${18 / columns - 2} height=${18 / rows - 2} rx="1"></rect>`;

export function layoutPicker(now: Layout, choose: (layout: Layout) => void, filled = false): TemplateResult {
  return menu(
    filled ? `1 of ${countOf(now)}` : html`<span class="layout-name"><span class="unseen">Layout </span>${now.replace('x', ' × ')}</span>`,
    { title: filled ? `One of ${nameOf(now)} fills the screen (Enter: all again)` : `Layout: ${nameOf(now)}`, chosen: filled, picture: pictureOf(now), kind: 'menu-layout' },
    html`
      <div class="layout-cells" role="group" aria-label="How many viewports: rows and columns" @pointerover=${reach} @focusin=${reach} @pointerleave=${forget} @keydown=${walk}>
        ${SIDES.flatMap((rows) =>
          SIDES.map((columns) => {
            const layout: Layout = `${rows}x${columns}`;
            const name = nameOf(layout);
            return html`<button
              type="button"
              class="layout-cell"
              data-layout=${layout}
              aria-pressed=${layout === now}
              aria-label=${name}
              title=${`${name} (Shift ${LAYOUTS.indexOf(layout) + 1})`}
              @click=${(event: Event) => {
                close((event.currentTarget as HTMLElement).closest('details'));
                choose(layout);
              }}
            ></button>`;
          }),
        )}
      </div>
      <p class="layout-word" aria-hidden="true" data-said=${nameOf(now)}></p>
    `,
  );
}

/** Lights up what would be chosen. */
function reach(event: Event): void {
  const layout = (event.target as HTMLElement).dataset['layout'] as Layout | undefined;
  if (layout !== undefined) light(event.currentTarget as HTMLElement, layout);
}

function forget(event: Event): void {
  const cells = event.currentTarget as HTMLElement;
  light(cells, (cells.querySelector<HTMLElement>('[aria-pressed="true"]')?.dataset['layout'] as Layout | undefined) ?? null);
}

function light(cells: HTMLElement, layout: Layout | null): void {
  const reached = layout === null ? { rows: 0, columns: 0 } : shapeOf(layout);
  for (const button of cells.querySelectorAll<HTMLElement>('.layout-cell')) {
    const { rows, columns } = shapeOf(button.dataset['layout'] as Layout);
    button.classList.toggle('reached', rows <= reached.rows && columns <= reached.columns);
  }
  const word = cells.parentElement?.querySelector<HTMLElement>('.layout-word');
  if (word && layout !== null) word.dataset['said'] = nameOf(layout);
}

const WALKS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function walk(event: KeyboardEvent): void {
  const step = WALKS[event.key];
  const from = (event.target as HTMLElement).dataset['layout'] as Layout | undefined;
  if (step === undefined || from === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const { rows, columns } = shapeOf(from);
  const within = (side: number): number => Math.max(1, Math.min(3, side));
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-layout="${within(rows + step[0])}x${within(columns + step[1])}"]`)?.focus();
}
