/** Beside the mouse: who drew the mark under it, and when. The list of marks says the same to those without a mouse. */

import type { Marks } from '../viewer/marks';
import { whoDrew } from './about';
import type { Keeping } from './keeping';

const BESIDE = 14;

export function watchWho(stage: HTMLElement, marks: Marks, keeping: Keeping): void {
  const said = document.createElement('div');
  said.className = 'mark-who';
  said.setAttribute('aria-hidden', 'true');
  said.hidden = true;
  stage.append(said);
  stage.addEventListener('pointermove', ({ clientX, clientY, buttons }) => {
    const [id] = buttons === 0 ? marks.selected() : [];
    const shown = id === undefined ? undefined : keeping.shown().get(id);
    said.hidden = shown === undefined;
    if (shown === undefined) return;
    said.textContent = whoDrew(shown.mark);
    const { left, top, width } = stage.getBoundingClientRect();
    said.style.left = `${Math.min(clientX - left + BESIDE, width - said.offsetWidth - 4)}px`;
    said.style.top = `${clientY - top + BESIDE}px`;
  });
  stage.addEventListener('pointerleave', () => (said.hidden = true));
}
