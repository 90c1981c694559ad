/**
 * The second window: another look at the open case, for a second monitor. It is not in the room itself, so nobody sees it and
 * it cannot present; it learns from the first window, on this computer, which case is open, and is empty without it.
 */

import { openKeeper } from '../imaging/keeper';
import { Library } from '../imaging/library';
import { Thumbnails } from '../imaging/thumbnails';
import type { CaseImaging } from '../imaging/types';
import type { Change } from '../viewer/adjust';
import type { Engine, ToolName } from '../viewer/engine';
import { find, Grid } from '../viewer/grid';
import { mainSeries, type Choice, type Hung } from '../viewer/hanging';
import { Layers } from '../viewer/layers/layers';
import { Links } from '../viewer/links';
import { ReferenceLines } from '../viewer/reference-lines';
import { trustWord } from '../panel/words';
import type { Layout } from './protocol';
import type { Addresses } from './app';
import { engineOf } from './building';
import { OpenCase } from './case';
import { watchHands } from './hands';
import { listen } from './keys';
import { Regions } from './regions';
import { drawSecond, secondKeys } from './second-drawing';
import { Toasts } from './toasts';
import { channelOf, type Message, type Situation } from './windows';

const ASK_EVERY = 2000;
/** Without an answer for so long the first window is gone, and nobody says whose images may be seen. */
const PATIENCE = 7000;

export class Second {
  readonly library: Library;
  readonly engine: Engine;
  readonly grid: Grid;
  readonly links: Links;
  readonly lines: ReferenceLines;
  readonly thumbnails: Thumbnails;
  readonly regions: Regions;
  readonly toasts = new Toasts();
  open: OpenCase | null = null;
  situation: Situation | null = null;
  private readonly channel: BroadcastChannel;
  private answered = performance.now();
  private drawing = false;

  constructor(root: HTMLElement, client: string, at: Addresses) {
    this.library = new Library(openKeeper(at.framesKey));
    this.engine = engineOf(this, () => []);
    this.grid = this.makeGrid();
    this.channel = channelOf(at.meeting, client);
    this.links = new Links(this.grid, () => true, (link) => this.channel.postMessage({ to: 'first', link } satisfies Message));
    this.lines = new ReferenceLines(this.grid);
    this.thumbnails = new Thumbnails(this.library, () => this.draw());
    this.regions = new Regions(root, this.grid.element, this.toasts.element, `Second window: ${at.title}`);
    root.classList.add('second-window');
    document.title = `Second window: ${at.title}`;
    this.channel.addEventListener('message', ({ data }: MessageEvent<Message>) => this.heard(data));
    const ask = (): void => this.channel.postMessage({ to: 'first', ask: true } satisfies Message);
    setInterval(() => {
      ask();
      if (performance.now() - this.answered > PATIENCE) this.settle(null);
    }, ASK_EVERY);
    ask();
    watchHands(this.grid, { moves: () => this.engine.moves, elsewhere: () => undefined, dropped: (key, number) => this.dropped(key, number) });
    this.grid.element.addEventListener('dblclick', () => this.fill());
    listen(secondKeys(this), { key: '', hold: () => undefined });
    void this.grid.active.warm();
    this.draw();
  }

  may(): boolean {
    return false;
  }

  get imaging(): CaseImaging | null {
    return this.open?.imaging ?? null;
  }

  private makeGrid(): Grid {
    const situation = (): Situation | null => this.situation;
    return new Grid(
      {
        engine: this.engine,
        library: this.library,
        patient: () => this.imaging?.patient ?? null,
        get meetingDay() {
          return situation()?.meetingDay ?? '';
        },
        get meetingKind() {
          return situation()?.meetingKind ?? '';
        },
        trustName: (ods) => this.trustName(ods),
        state: () => null,
        layers: new Layers({ library: this.library, seriesOf: (key) => (this.imaging === null ? null : (find(this.imaging, key)?.series ?? null)), changed: () => undefined }),
        series: (key) => (this.imaging === null ? null : find(this.imaging, key)),
        show: ({ series, ...start }) => {
          const hung = this.imaging?.studies.flatMap((study) => study.series.map((one) => ({ study, series: one }))).find((one) => one.series.series === series);
          if (hung !== undefined) this.show(hung, start);
        },
        said: () => [],
        byHand: () => undefined,
        marks: { may: () => false, shown: () => new Map(), pending: () => new Map(), put: () => undefined, remove: () => undefined, hold: () => undefined, letGo: () => undefined },
        changed: () => this.draw(),
        painted: (pane) => {
          if (pane.at !== null) this.library.painted(pane.seriesKey as string);
          this.links.painted(pane);
          this.lines.draw();
        },
      },
      () => this.draw(),
    );
  }

  trustName(ods: string): string {
    return trustWord(this.imaging?.trusts.find((trust) => trust.ods === ods)?.name ?? ods);
  }

  // --- what the first window says ---------------------------------------------------------------------------------

  private heard(message: Message): void {
    if (message.to !== 'second') return;
    if ('link' in message) return this.links.heard(message.link);
    this.answered = performance.now();
    this.settle('closed' in message ? null : message.situation);
  }

  /** Another case, or none: not a pixel of the one before is left when this returns. */
  private settle(situation: Situation | null): void {
    this.situation = situation;
    const id = situation?.open?.case ?? null;
    if (id !== (this.open?.id ?? null)) {
      this.open?.close();
      this.grid.clear();
      this.links.clear();
      this.open = id === null ? null : new OpenCase(id, (before, now) => this.imagingChanged(before, now), () => this.draw());
      this.drawNow();
    }
    this.draw();
  }

  private imagingChanged(before: CaseImaging | null, now: CaseImaging): void {
    this.thumbnails.want(now.studies.flatMap(({ series }) => series));
    if (before === null || this.grid.visible.every(({ hung }) => hung === null)) this.hangBeside(now);
    else this.grid.renew(now);
    this.draw();
  }

  /** First the prior, which is what the other monitor is for; else what the first window shows too. */
  private hangBeside(imaging: CaseImaging): void {
    const newest = imaging.studies.find((study) => mainSeries(study) !== null);
    const prior = imaging.studies.find(({ study }) => study === newest?.prior?.study);
    const series = prior === undefined ? null : mainSeries(prior);
    if (prior === undefined || series === null) this.grid.hang(imaging);
    else this.grid.hangBy({ layout: '1x1', panes: [{ study: prior, series }], protocol: null });
  }

  // --- what hands and keys do -------------------------------------------------------------------------------------

  get choices(): Choice[] {
    return this.imaging === null ? [] : this.grid.choices(this.imaging);
  }

  hangBy(choice: Choice): void {
    this.grid.hangBy(choice);
    this.draw();
  }

  show(hung: Hung, start?: { sop: string; frame: number }): void {
    this.links.hand(this.grid.active, start !== undefined);
    this.grid.protocol = null;
    void this.grid.active.show(hung, start);
    this.grid.active.element.focus({ preventScroll: true });
    this.draw();
  }

  private dropped(key: string, number: number): void {
    const hung = this.imaging === null ? null : find(this.imaging, key);
    if (hung === null) return;
    this.grid.activate(number);
    this.show(hung);
  }

  act(what: (content: Grid['active']['content']) => void): void {
    this.links.hand(this.grid.active);
    what(this.grid.active.content);
    this.draw();
  }

  adjust(change: Change): void {
    this.act((content) => content.adjust(change));
  }

  choose(tool: ToolName): void {
    this.engine.choose(tool);
    this.draw();
  }

  arrange(layout: Layout): void {
    this.grid.arrange(layout);
    this.draw();
  }

  fill(): void {
    this.grid.fill(this.grid.filled === null ? this.grid.activeNumber : null);
    this.draw();
  }

  link(): void {
    this.links.toggle();
    this.draw();
  }

  // --- drawing ----------------------------------------------------------------------------------------------------

  draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => this.drawNow());
  }

  drawNow(): void {
    this.drawing = false;
    drawSecond(this);
  }
}
