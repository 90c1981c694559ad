/** How somebody looks: what fills the screen, what hangs where, what scrolls together. */

import { nextSpeed } from '../viewer/cine';
import type { Change } from '../viewer/adjust';
import type { Choice } from '../viewer/hanging';
import { Links, type Said } from '../viewer/links';
import type { Pane } from '../viewer/pane';
import { ReferenceLines } from '../viewer/reference-lines';
import type { App } from './app';
import type { PlanePane } from './protocol';
import { SecondWindow } from './windows';

/** One press of a key, as a share of what is seen. */
const STEP = { pan: 0.05, zoom: 1.1, window: 0.1, nearer: 1.25 };

export class Looking {
  readonly links: Links;
  readonly lines: ReferenceLines;
  readonly second: SecondWindow;

  constructor(private readonly app: App) {
    this.second = new SecondWindow(
      app.at.meeting,
      app.client.client,
      () => ({ open: app.openCase, meetingDay: app.meetingDay, meetingKind: app.agenda?.meeting.mdt_type ?? '' }),
      (said) => this.heard(said),
    );
    this.links = new Links(app.grid, () => !app.sharing.shownTo, (said) => this.second.link(said));
    this.lines = new ReferenceLines(app.grid, (pane, axis, degrees, pivot, from) => app.volumes.leanAbout(pane, axis, degrees, pivot, from as PlanePane));
    app.grid.element.addEventListener('dblclick', (event) => this.doubleClicked(event));
    document.addEventListener('fullscreenchange', () => app.draw());
  }

  painted(pane: Pane): void {
    this.links.painted(pane);
    this.lines.draw();
  }

  activated(): void {
    this.lines.draw();
  }

  /** Another case is open. */
  begin(): void {
    this.links.clear();
  }

  // --- the viewports ----------------------------------------------------------------------------------------------

  /** The active viewport over all the others, and back. */
  fill(): void {
    const { grid, sharing } = this.app;
    if (grid.layout === '1x1') return;
    sharing.elsewhere();
    grid.fill(grid.filled === null ? grid.activeNumber : null);
    grid.active.element.focus({ preventScroll: true });
    sharing.changed();
  }

  /** A double click on a mark is for the mark. */
  private doubleClicked(event: MouseEvent): void {
    const { grid, marks, engine } = this.app;
    const pane = grid.visible.find(({ element }) => element.contains(event.target as Node));
    if (pane === undefined || (event.target as HTMLElement).closest('button, a, video, iframe') !== null) return;
    if (marks.drawn().some(({ highlighted }) => highlighted) || !engine.moves) return;
    grid.activate(pane.number);
    this.fill();
  }

  openSecond(): void {
    if (!this.second.open()) this.app.toasts.say('This browser does not let a second window open: allow it for this page.', true);
  }

  /** Scrolled in the second window: what is linked here goes along, as if a hand had moved it here. */
  private heard(said: Said): void {
    this.links.heard(said);
    this.app.draw();
  }

  async fullScreen(): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen().catch(() => this.app.toasts.say('This browser does not allow a full screen.'));
  }

  // --- what hangs -------------------------------------------------------------------------------------------------

  get choices(): Choice[] {
    const imaging = this.app.open?.imaging ?? null;
    return imaging === null ? [] : this.app.grid.choices(imaging);
  }

  hangBy(choice: Choice): void {
    const { grid, sharing, marks } = this.app;
    sharing.elsewhere();
    grid.hangBy(choice);
    marks.sync();
    sharing.changed();
  }

  /** The next of the protocols that fit, or the one before. */
  hangNext(by: 1 | -1): void {
    const { choices } = this;
    const now = choices.findIndex(({ protocol }) => protocol === this.app.grid.protocol);
    const next = choices[now < 0 ? 0 : (now + by + choices.length) % choices.length];
    if (next === undefined) return this.app.toasts.say('There is nothing to hang yet.');
    this.hangBy(next);
    this.app.toasts.say(`Hung as: ${next.name}`);
  }

  // --- what scrolls together --------------------------------------------------------------------------------------

  link(): void {
    const { links } = this;
    links.toggle();
    const said = links.mode === 'all' ? 'Linked: what scrolls in one viewport scrolls in all, at the levels they have now.' : 'Not linked: each viewport scrolls alone.';
    this.app.toasts.say(said);
    this.app.draw();
  }

  toggleLines(): void {
    this.lines.toggle();
    this.app.draw();
  }

  // --- by keyboard ------------------------------------------------------------------------------------------------

  /** What a drag with the left button would do, one step of it. */
  step(across: -1 | 0 | 1, down: -1 | 0 | 1): void {
    const { app } = this;
    if (app.keyMarks.moves) return app.keyMarks.move(across, down);
    const change = this.stepOf(across, down);
    if (change === null) app.act(({ content }) => content.scroll(across + down));
    else app.adjust(change);
  }

  private stepOf(across: number, down: number): Change | null {
    switch (this.app.engine.tool) {
      case 'WindowLevel':
        return { window: [across * STEP.window, -down * STEP.window] };
      case 'Pan':
        return { pan: [across * STEP.pan, down * STEP.pan] };
      case 'Zoom':
        return { zoom: across - down > 0 ? STEP.zoom : 1 / STEP.zoom };
      default:
        return null;
    }
  }

  zoom(by: 1 | -1): void {
    this.app.adjust({ zoom: STEP.nearer ** by });
  }

  pace(speed: number): void {
    this.app.act(({ content }) => content.pace(speed));
    this.app.draw();
  }

  faster(by: 1 | -1): void {
    const { speed } = this.app.grid.active.content;
    if (speed !== null) this.pace(nextSpeed(speed, by));
  }
}
