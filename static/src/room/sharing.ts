/** The view, to others and from others: what this screen shows is sent by whoever presents and followed by everybody else. */

import type { CaseImaging } from '../imaging/types';
import type { Grid } from '../viewer/grid';
import type { RoomLine } from './line';
import type { ViewMessage } from './protocol';

export interface Shared {
  openId(): string | null;
  imaging(): CaseImaging | null;
  /** The presenter shows a series that this page does not know yet. */
  refresh(): void;
  draw(): void;
}

export class Sharing {
  following = true;
  /** Somebody here has chosen what is shown: nothing is hung by itself any more. */
  touched = false;
  private sent = '';
  /** The newest view of the presenter that is laid out here, whole. */
  private laid: ViewMessage | null = null;

  constructor(
    private readonly client: RoomLine,
    private readonly grid: Grid,
    private readonly shared: Shared,
  ) {}

  /** Whether this screen shows what somebody else presents. */
  get shownTo(): boolean {
    return this.following && !this.client.presenting && this.client.state.presenter !== null;
  }

  /** Whether what the presenter last showed is what is laid out here. */
  get upToDate(): boolean {
    const { presented } = this.client;
    return presented === null || presented === this.laid;
  }

  /** Whether every image here is painted at full quality. */
  get sharp(): boolean {
    return this.grid.visible.every((pane) => !pane.busy && pane.sharp);
  }

  /** Another case: nothing has been chosen or sent of it. */
  begin(): void {
    this.sent = '';
    this.touched = false;
  }

  /** A new presenter, or a line that is back: everybody is shown what this screen shows now. */
  tellAgain(): void {
    this.sent = '';
    this.changed();
    if (!this.client.presenting) this.followPresenter();
  }

  changed(): void {
    this.shared.draw();
    const id = this.shared.openId();
    if (!this.client.presenting || id === null || this.shared.imaging() === null || this.grid.visible.some(({ busy, behind }) => busy || behind)) return;
    const view = this.grid.view(id);
    const text = JSON.stringify(view);
    if (text === this.sent) return;
    this.sent = text;
    this.client.show(view);
  }

  followPresenter(): void {
    const shown = this.client.presented;
    const imaging = this.shared.imaging();
    if (!this.shownTo || shown === null || imaging === null) return;
    this.touched = true;
    if (this.grid.follow(shown.view, imaging).length > 0) this.shared.refresh();
    else this.laid = shown;
    this.shared.draw();
  }

  /** What the case has is known, or has grown: it is hung, or shown as before with what is new. */
  hang(before: CaseImaging | null, now: CaseImaging): void {
    const shown = this.client.presented;
    if (shown !== null && this.shownTo) this.followPresenter();
    else if (shown !== null && before === null && this.client.presenting) {
      this.touched = true; // this page was reloaded
      this.grid.follow(shown.view, now);
    } else if (!this.touched && (before === null || this.grid.hangsOtherwise(now))) this.grid.hang(now);
    else this.grid.renew(now);
  }

  /** Looking somewhere else by hand is looking freely; one key or click goes back. */
  elsewhere(): void {
    this.touched = true;
    if (this.shownTo) this.follow(false);
  }

  follow(following: boolean): void {
    this.following = following;
    this.client.follow(following);
    if (following) this.followPresenter();
    this.shared.draw();
  }

  /** Space: back to the presenter, or away. */
  toggle(): void {
    if (!this.client.presenting && this.client.state.presenter !== null) this.follow(!this.following);
  }
}
