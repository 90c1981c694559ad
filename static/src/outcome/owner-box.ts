/** Somebody of the team, or a service by its name: a text field with a list that follows what is typed (ARIA combobox). */

import { html, nothing, render, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { called, matching, type Owner } from './owners';

/** What was typed or chosen. `person` is null of a service, and of a name that two people share. */
export interface Owned {
  name: string;
  person: string | null;
  chosen: boolean;
}

const MOST = 8;

let made = 0;

export class OwnerBox extends HTMLElement {
  private readonly list = `owners-${(made += 1)}`;
  private open = false;
  private at = -1;
  private shown: Owner[] = [];
  private given: { people: readonly Owner[]; value: string; name: string; input: string; longest: number } = { people: [], value: '', name: '', input: '', longest: 120 };

  /** All that a drawing gives at once, so that it is drawn once. `name` labels it where no label stands beside `input`. */
  set about(about: OwnerBox['given']) {
    this.given = about;
    this.draw();
  }

  private get others(): Owner[] {
    const { people, value } = this.given;
    // What is chosen already does not narrow the list: whoever opens it wants another.
    return (people.some(({ name }) => name === value) ? [...people] : matching(people, value)).slice(0, MOST);
  }

  private tell(name: string, person: string | null, chosen: boolean): void {
    this.dispatchEvent(new CustomEvent<Owned>('owned', { detail: { name, person, chosen } }));
  }

  private typed(value: string): void {
    this.given = { ...this.given, value };
    this.show(!this.given.people.some(({ name }) => name === value)); // a whole name needs no list over what comes below
    this.tell(value, called(this.given.people, value), false);
  }

  private choose(one: Owner): void {
    this.given = { ...this.given, value: one.name };
    this.show(false);
    this.tell(one.name, one.id, true);
  }

  private show(open: boolean): void {
    this.shown = this.others;
    this.open = open && this.shown.length > 0;
    this.at = -1;
    this.draw();
  }

  private step(by: 1 | -1): void {
    if (!this.open) this.show(true);
    const count = this.shown.length;
    if (count > 0) this.at = this.at < 0 ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count;
    this.draw();
    this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  private key(event: KeyboardEvent): void {
    const active = this.open ? this.shown[this.at] : undefined;
    const { key, altKey, ctrlKey, metaKey } = event;
    if (ctrlKey || metaKey) return;
    if (key === 'ArrowDown' || key === 'ArrowUp') this.step(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Enter' && !altKey && active !== undefined) this.choose(active);
    else if (key === 'Escape' && this.open) this.show(false);
    else {
      if (key === 'Tab' && active !== undefined) this.choose(active);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private draw(): void {
    const { people, value, name, input, longest } = this.given;
    const known = value.trim() === '' ? undefined : people.find((one) => one.id !== null && one.name === value);
    const note = this.open || value.trim() === '' ? '' : known === undefined ? 'Not of the team: kept as typed' : known.specialty;
    render(
      html`<input
          id=${input || nothing}
          role="combobox"
          aria-label=${name || nothing}
          aria-autocomplete="list"
          aria-expanded=${this.open}
          aria-controls=${this.list}
          aria-activedescendant=${this.open && this.at >= 0 ? `${this.list}-${this.at}` : nothing}
          aria-describedby=${`${this.list}-note`}
          placeholder=${name === '' ? nothing : 'Owner'}
          maxlength=${longest}
          autocomplete="off"
          .value=${live(value)}
          @input=${(event: Event) => this.typed((event.target as HTMLInputElement).value)}
          @keydown=${(event: KeyboardEvent) => this.key(event)}
          @click=${() => this.show(true)}
          @blur=${() => this.show(false)}
        />
        <ul id=${this.list} role="listbox" aria-label=${`${name || 'People'}: of the team`} ?hidden=${!this.open}>
          ${this.open ? this.shown.map((one, at) => this.option(one, at)) : nothing}
        </ul>
        <small id=${`${this.list}-note`}>${note}</small>`,
      this,
    );
  }

  private option(one: Owner, at: number): TemplateResult {
    const take = (event: Event): void => {
      event.preventDefault(); // the focus stays in the field
      this.choose(one);
    };
    return html`<li id=${`${this.list}-${at}`} role="option" aria-selected=${at === this.at} @pointerdown=${take}><span>${one.name}</span> <small>${one.specialty}</small></li>`;
  }
}

customElements.define('owner-box', OwnerBox);
