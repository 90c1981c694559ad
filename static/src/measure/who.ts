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
  let asked = 0;
  const hide = (): void => {
    cancelAnimationFrame(asked);
    said.hidden = true;
  };
  const tell = ({ clientX, clientY, buttons }: PointerEvent): void => {
    const [id] = buttons === 0 ? marks.under() : [];
    const shown = id === undefined ? undefined : keeping.shown().get(id);
    said.hidden = shown === undefined;
    if (shown === undefined) return;
    said.textContent = whoDrew(shown.mark);
    const { left, top, width } = stage.getBoundingClientRect();
    said.style.left = `${Math.min(clientX - left + BESIDE, width - said.offsetWidth - 4)}px`;
    said.style.top = `${clientY - top + BESIDE}px`;
  };
  stage.addEventListener('pointermove', (event) => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => tell(event)); // what is under the mouse is found out after this event
  });
  stage.addEventListener('pointerleave', hide);
  stage.addEventListener('wheel', hide, { passive: true });
  window.addEventListener('keydown', hide); // another image may be there now, and the words would lie over whose it is
}
