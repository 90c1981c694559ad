/**
 * A referral's form keeps each field as it is left. The page works without: then the whole form is saved at once.
 *
 * Saves go one after another, each with the revision the last one gave, so that a field never argues with itself.
 */

interface Answer {
  ok: boolean;
  revision?: number;
  sentence?: string;
  message?: string;
}

export function saveAsLeft(form: HTMLFormElement): void {
  const revision = form.elements.namedItem('revision') as HTMLInputElement;
  let last: Promise<void> = Promise.resolve();
  form.querySelectorAll<HTMLElement>('[data-field]').forEach((field) => {
    let kept = typed(field);
    const leave = (): void => {
      const now = typed(field);
      if (now === kept) return;
      last = last.then(async () => {
        const [answer, good] = await save(form, field, revision.value);
        if (good) kept = now;
        // A conflict keeps the revision that the form showed: sending the whole form then shows both.
        if (good && answer.revision !== undefined) revision.value = String(answer.revision);
        say(field, good ? 'Kept' : (answer.sentence ?? answer.message ?? 'Not kept yet. It is still here; it is tried again when you save.'), good);
      });
    };
    field.addEventListener('focusout', (event) => {
      if (!field.contains(event.relatedTarget as Node | null)) leave();
    });
  });
}

const inputs = (field: HTMLElement): NodeListOf<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement> => field.querySelectorAll('input, select, textarea');

const typed = (field: HTMLElement): string => JSON.stringify([...inputs(field)].map(({ name, value }) => [name, value]));

async function save(form: HTMLFormElement, field: HTMLElement, revision: string): Promise<[Answer, boolean]> {
  const body = new FormData();
  body.set('csrf_token', (form.elements.namedItem('csrf_token') as HTMLInputElement).value);
  body.set('revision', revision);
  body.set('only', field.dataset['field'] ?? '');
  inputs(field).forEach(({ name, value }) => body.set(name, value));
  try {
    const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
    return [(await answer.json()) as Answer, answer.ok];
  } catch {
    return [{ ok: false }, false];
  }
}

function say(field: HTMLElement, sentence: string, good: boolean): void {
  const place = field.querySelector<HTMLElement>('[data-said]');
  if (place === null) return;
  place.textContent = sentence;
  place.toggleAttribute('data-wrong', !good);
}
