/** What lies around a slide on a microscope's bench: objectives, the scale bar, the map of the slide, and its label. */

import { ask } from '../imaging/requests';
import { barOf, barWord, isBeyond, magnificationOf, micrometresAt, OBJECTIVES } from './scale';
import type { SlideIndex } from './types';

const BAR = 160;

export interface Hands {
  /** To a magnification, or (null) to the whole slide. */
  magnify(to: number | null): void;
  turn(by: number): void;
}

export class Bench {
  readonly element = document.createElement('div');
  private readonly map = document.createElement('div');
  private readonly objectives = document.createElement('div');
  private readonly bar = document.createElement('div');
  private readonly card = document.createElement('figure');
  private index: SlideIndex | null = null;
  private picture: string | null = null;

  constructor(private readonly hands: Hands) {
    this.element.className = 'slide-bench';
    this.map.className = 'slide-map';
    this.map.setAttribute('aria-hidden', 'true'); // its frame only repeats what the keys and the words say
    this.objectives.className = 'slide-objectives';
    this.objectives.setAttribute('role', 'group');
    this.objectives.setAttribute('aria-label', 'Magnification');
    this.bar.className = 'slide-bar';
    this.card.className = 'slide-card';
    this.element.append(this.map, this.objectives, this.bar, this.card);
    this.clear();
  }

  /** Returns the place for a map of this slide. */
  set(index: SlideIndex, key: string): HTMLElement {
    this.index = index;
    this.element.hidden = false;
    const steps = index.spacing === null ? [] : OBJECTIVES;
    const label = index.pictures.label ?? index.pictures.overview;
    this.objectives.replaceChildren(
      button('Whole', 'The whole slide (0)', () => this.hands.magnify(null)),
      ...steps.map((step, at) => {
        const beyond = isBeyond(micrometresAt(step), index);
        const made = button(`${step}×`, `Magnification ${step}× (${at + 1})${beyond ? ', beyond scan resolution' : ''}`, () => this.hands.magnify(step));
        made.classList.toggle('beyond', beyond);
        made.dataset['step'] = `${step}`;
        return made;
      }),
      button('⟲', 'Turn by 90° to the left', () => this.hands.turn(-90)),
      button('⟳', 'Turn by 90° to the right (D)', () => this.hands.turn(90)),
      ...(label === null ? [] : [this.labelButton(index, key)]),
    );
    const map = document.createElement('div');
    this.map.replaceChildren(map);
    return map;
  }

  clear(): void {
    this.index = null;
    this.element.hidden = true;
    this.map.replaceChildren();
    this.objectives.replaceChildren();
    this.hideCard();
  }

  draw(micrometres: number): void {
    const { index } = this;
    if (index === null || !(micrometres > 0)) return;
    const { length, pixels } = barOf(micrometres, BAR);
    this.bar.style.width = `${pixels}px`;
    this.bar.textContent = barWord(length, index.spacing !== null);
    for (const one of this.objectives.querySelectorAll<HTMLElement>('[data-step]')) {
      one.setAttribute('aria-pressed', `${Math.abs(magnificationOf(micrometres) / Number(one.dataset['step']) - 1) < 0.02}`);
    }
  }

  private labelButton(index: SlideIndex, key: string): HTMLButtonElement {
    const made = button('Label', 'The slide’s own label', () => void this.toggleCard(index, key, made));
    made.setAttribute('aria-expanded', 'false');
    return made;
  }

  private async toggleCard(index: SlideIndex, key: string, from: HTMLButtonElement): Promise<void> {
    if (!this.card.hidden) {
      this.hideCard();
      from.setAttribute('aria-expanded', 'false');
      return;
    }
    const name = index.pictures.label === null ? 'overview' : 'label';
    const caption = document.createElement('figcaption');
    this.card.hidden = false;
    from.setAttribute('aria-expanded', 'true');
    caption.textContent = 'Fetching the label…';
    this.card.replaceChildren(caption);
    try {
      const response = await ask(`/imaging/series/${key}/${index.version}/picture/${name}`, { cache: 'no-store' });
      const content = await response.blob();
      if (this.index !== index || this.card.hidden) return;
      this.picture = URL.createObjectURL(content);
      const image = document.createElement('img');
      image.src = this.picture;
      image.alt = name === 'label' ? 'The label on the glass, as it was photographed' : 'The whole glass with its label, as it was photographed';
      caption.textContent = `Slide ${index.container || 'without a number'}: compare the name and number with the banner`;
      this.card.replaceChildren(image, caption);
    } catch (error) {
      caption.textContent = error instanceof Error ? error.message : 'The label cannot be fetched.';
    }
  }

  /** Nothing of a label stays: it names the patient. */
  private hideCard(): void {
    this.card.hidden = true;
    this.card.replaceChildren();
    if (this.picture !== null) URL.revokeObjectURL(this.picture);
    this.picture = null;
  }
}

function button(name: string, title: string, act: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = name;
  made.title = title;
  made.setAttribute('aria-label', title);
  made.addEventListener('click', act);
  return made;
}
