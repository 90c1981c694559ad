/** The replay's page: the room's own viewer on a line that is fed from the log, and the time line under it. */

import { render } from 'lit-html';
import { player, playerSide, type PlayerActs, type PlayerState } from '../panel/player';
import type { App } from './app';
import { happened, TimeLine, type Recorded, type ReplayLine } from './replay';

const STEP = 100;

export class Replaying {
  readonly bar = document.createElement('div');
  readonly side = document.createElement('div');
  private readonly time: TimeLine;
  private readonly events: PlayerState['events'];
  private along = 0;
  private playing = false;
  private speed = 1;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly app: App,
    private readonly line: ReplayLine,
    private readonly recorded: Recorded,
  ) {
    this.bar.className = 'region-player';
    this.side.className = 'player-side';
    this.time = new TimeLine(recorded.spans);
    this.events = happened(recorded).map((one) => ({ ...one, along: this.time.alongOf(one.at) }));
  }

  begin(): void {
    this.seek(0);
  }

  private seek(along: number): void {
    this.along = Math.min(Math.max(0, along), this.time.length);
    // The very beginning already has what its opening did, and its end what was open until then.
    this.line.seek(this.time.momentOf(this.along) - (this.along === this.time.length ? 1 : 0));
    this.draw();
  }

  private play(playing: boolean): void {
    clearInterval(this.timer);
    this.playing = playing;
    if (playing && this.along >= this.time.length) this.seek(0);
    if (playing) this.timer = setInterval(() => this.tick(), STEP);
    this.draw();
  }

  private tick(): void {
    this.seek(this.along + STEP * this.speed);
    if (this.along >= this.time.length) this.play(false);
  }

  draw(): void {
    const moment = this.time.momentOf(this.along);
    const acts: PlayerActs = {
      play: (playing) => this.play(playing),
      speed: (speed) => {
        this.speed = speed;
        this.draw();
      },
      seek: (along) => this.seek(along),
      follow: () => {
        this.app.sharing.follow(true);
        this.draw();
      },
    };
    const here = this.recorded.people.filter(({ spans }) => spans.some(([from, to]) => Date.parse(from) <= moment && moment <= Date.parse(to)));
    const now: PlayerState = { playing: this.playing, speed: this.speed, along: this.along, length: this.time.length, moment, views: this.recorded.views.length, events: this.events, here: here.map(({ name }) => name), following: this.app.sharing.following };
    render(player(now, acts), this.bar);
    render(playerSide(now, acts), this.side);
  }
}
