/** The parts of the page, made once; each is drawn by its own panel. */

export class Regions {
  readonly banner = region('header', 'region-banner');
  readonly standing = region('div', 'region-standing');
  readonly quorum = region('div', 'region-quorum');
  readonly strip = region('div', 'region-strip');
  readonly toolbar = region('div', 'region-toolbar');
  readonly side = region('aside', 'region-side');
  /** Over the images, while somebody looks at it. */
  readonly layers = region('div', 'region-layers');

  constructor(
    private readonly root: HTMLElement,
    grid: HTMLElement,
    toasts: HTMLElement,
    title: string,
  ) {
    const heading = region('h1', 'unseen');
    heading.textContent = title;
    this.standing.setAttribute('role', 'region');
    this.standing.setAttribute('aria-label', 'Who presents, and this screen');
    const stage = region('main', 'region-stage');
    stage.setAttribute('aria-label', 'Images');
    this.toolbar.setAttribute('role', 'region');
    this.toolbar.setAttribute('aria-label', 'Tools');
    this.side.setAttribute('aria-label', 'Agenda, outcome and people');
    stage.append(grid, this.layers, toasts);
    this.banner.append(heading);
    root.className = 'room';
    root.replaceChildren(this.banner, this.standing, this.quorum, this.strip, this.toolbar, stage, this.side);
  }

  /** A replay's time line, under the images. */
  addPlayer(bar: HTMLElement): void {
    this.root.classList.add('is-replay');
    this.root.append(bar);
  }

  set({ sideOpen, presenting, free }: { sideOpen: boolean; presenting: boolean; free: boolean }): void {
    this.root.classList.toggle('side-closed', !sideOpen);
    this.root.classList.toggle('is-presenting', presenting);
    this.root.classList.toggle('is-free', free);
  }
}

function region(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
