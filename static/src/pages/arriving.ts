/** Asks about once a second how far a case's imaging has come, and shows the two tables anew. Without it, one reloads the page. */

interface Answer {
  finished: boolean;
  said: string;
  waiting: number;
  parts: { arriving: string; timeline: string };
}

const EVERY = 1000;
const AT_MOST_EVERY = 10_000;

export function followArriving(section: HTMLElement): void {
  if (section.dataset.finished === 'yes') return;
  const url = section.dataset.arriving ?? '';
  const matches = Number(section.dataset.matches);
  let pause = EVERY;

  const ask = async (): Promise<void> => {
    try {
      const response = await fetch(url, { headers: { Accept: 'application/json' } });
      if (response.status === 401 || response.status === 404) return;
      if (!response.ok) throw new Error(`status ${response.status}`);
      show((await response.json()) as Answer);
      pause = EVERY;
    } catch {
      pause = Math.min(pause * 2, AT_MOST_EVERY); // the line is down: ask more and more seldom, and go on
    }
    if (section.dataset.finished !== 'yes') setTimeout(() => void ask(), document.hidden ? AT_MOST_EVERY : pause);
  };

  const show = (answer: Answer): void => {
    section.dataset.finished = answer.finished ? 'yes' : 'no';
    replace('arriving', answer.parts.arriving);
    replace('timeline', answer.parts.timeline);
    const said = part('said');
    if (said !== null && said.textContent !== answer.said) said.textContent = answer.said; // read out only when it changes
    const reload = part('reload');
    if (reload !== null) reload.hidden = answer.waiting === matches;
  };

  setTimeout(() => void ask(), EVERY);
}

const part = (name: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-part="${name}"]`);

/** The server escapes; nothing here is built from text. */
function replace(name: string, html: string): void {
  const element = part(name);
  if (element !== null && element.innerHTML !== html) element.innerHTML = html;
}
