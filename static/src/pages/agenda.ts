/** The cases of an agenda are dragged into place by their rows, or moved with Alt and the arrows; the buttons stay. */

export function dragCases(table: HTMLElement): void {
  let dragged: HTMLElement | null = null;
  for (const row of table.querySelectorAll<HTMLElement>('tr[data-case]')) {
    row.draggable = true;
    row.addEventListener('dragstart', (event) => {
      dragged = row;
      row.classList.add('mdt-dragged');
      event.dataTransfer?.setData('text/plain', '');
    });
    row.addEventListener('dragend', () => {
      dragged = null;
      unmark(table);
      row.classList.remove('mdt-dragged');
    });
    row.addEventListener('dragover', (event) => {
      if (dragged === null || dragged === row) return;
      event.preventDefault();
      unmark(table);
      row.classList.add(below(row, event) ? 'mdt-drop-below' : 'mdt-drop-above');
    });
    row.addEventListener('drop', (event) => {
      if (dragged === null || dragged === row) return;
      event.preventDefault();
      const next = below(row, event) ? row.nextElementSibling : row;
      if (next !== dragged) put(dragged, next instanceof HTMLElement ? (next.dataset.case ?? '') : '');
    });
    row.addEventListener('keydown', (event) => {
      if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
      const button = row.querySelector<HTMLButtonElement>(`button[data-move="${event.key === 'ArrowUp' ? 'up' : 'down'}"]`);
      if (button === null) return;
      event.preventDefault();
      button.click();
    });
  }
}

/** Sends the row's own form: which order it showed goes with it, so nothing is moved on an agenda that has changed. */
function put(row: HTMLElement, before: string): void {
  const form = row.querySelector<HTMLFormElement>('form.mdt-order');
  if (form === null) return;
  const field = document.createElement('input');
  Object.assign(field, { type: 'hidden', name: 'before', value: before });
  form.append(field);
  form.submit();
}

const below = (row: HTMLElement, { clientY }: DragEvent): boolean => {
  const { top, height } = row.getBoundingClientRect();
  return clientY > top + height / 2;
};

function unmark(table: HTMLElement): void {
  table.querySelectorAll('.mdt-drop-above, .mdt-drop-below').forEach((row) => row.classList.remove('mdt-drop-above', 'mdt-drop-below'));
}
