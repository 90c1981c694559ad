/** The live room as one page: what the server says goes to the panels and the viewer, what hands do goes to the server. */

import { openKeeper } from '../imaging/keeper';
import { Library } from '../imaging/library';
import { Thumbnails } from '../imaging/thumbnails';
import { aboutMark } from '../measure/about';
import type { MountOutcome } from '../outcome/api';
import { InHand } from '../measure/in-hand';
import type { Keeping } from '../measure/keeping';
import type { OtherMarks } from '../measure/others';
import { watchWho } from '../measure/who';
import type { Tab } from '../panel/side';
import { trustWord } from '../panel/words';
import type { Change } from '../viewer/adjust';
import { showKeys } from '../viewer/dialogs';
import { MOVES, type Engine, type ToolName } from '../viewer/engine';
import { find, type Grid } from '../viewer/grid';
import type { Hung } from '../viewer/hanging';
import { hasOverlays, type Layers } from '../viewer/layers/layers';
import type { Marks } from '../viewer/marks';
import { Drawings } from '../viewer/drawings';
import { watchFreehand } from '../viewer/freehand';
import { PersonColours } from '../viewer/person-colours';
import { Pointers } from '../viewer/pointers';
import { VolumeActs } from '../viewer/volume/acts';
import { Crosshair } from '../viewer/volume/crosshair';
import { Acts } from './acts';
import { Ahead } from './ahead';
import type { Agenda, AgendaCase } from './agenda';
import { engineOf, gridOf, keepingOf, layersOf, marksOf, othersOf, scenesOf } from './building';
import type { OpenCase } from './case';
import { Cases } from './cases';
import type { RoomListener } from './listener';
import { drawRoom } from './drawing';
import { watchHands } from './hands';
import { listen } from './keys';
import type { RoomLine } from './line';
import { KeyMarks } from './key-marks';
import { keyGroups } from './keymap';
import { Looking } from './looking';
import type { Op } from './outbox';
import { Marking } from './marking';
import { CaseLayersList } from './layers';
import { OutcomePlace } from './outcome';
import { ReferralPlace } from './referral';
import type { Layout, Refusal, RoomEvent } from './protocol';
import { Preparation } from '../scenes/prepared';
import type { Scenes } from '../scenes/scenes';
import { Tiles } from '../scenes/tiles';
import { watchPresence } from './presence';
import { PresentersPlace } from './presenters-place';
import { Regions } from './regions';
import type { Replaying } from './replaying';
import { Sharing } from './sharing';
import { showShutOut } from './shut-out';
import { States } from './states';
import { Timings } from './timings';
import { Toasts } from './toasts';

export interface Addresses {
  meeting: string;
  ticket: string;
  /** Seals what this browser keeps of images. */
  framesKey: string;
  agendaUrl: string;
  leaveUrl: string;
  signInUrl: string;
  title: string;
  /** The one case that is prepared here, for oneself: nobody is followed, and the room's own case does not matter. */
  prepares: { case: string; patient: string } | null;
  /** A past case is shown, as it was. */
  replay: boolean;
}

/** Images come by the hundred; their number on the screen need not keep up with each. */
const PROGRESS_EVERY = 120;
const CLOCK_EVERY = 10_000;

export class App {
  readonly client: RoomLine;
  readonly grid: Grid;
  readonly library: Library;
  readonly timings = new Timings();
  readonly marks: Marks;
  readonly keeping: Keeping;
  readonly others: OtherMarks;
  readonly cases = new Cases(this);
  tab: Tab = 'agenda';
  replaying: Replaying | null = null;
  /** On a narrow screen it lies over the images, and is folded away at first. */
  sideOpen = window.innerWidth >= 1024;
  stripOpen = true;
  private drawing = false;
  private isShut = false;
  private mayMark = false;
  /** Series that have come further than their viewports say. */
  private readonly progressed = new Set<string>();
  private progressing: ReturnType<typeof setTimeout> | null = null;
  private pending = 0;
  readonly engine: Engine;
  readonly regions: Regions;
  readonly sharing: Sharing;
  readonly looking: Looking;
  readonly acts = new Acts(this);
  readonly marking = new Marking(this);
  private readonly place = new PresentersPlace(this);
  readonly outcome: OutcomePlace;
  readonly referral = new ReferralPlace();
  private readonly colours = new PersonColours();
  readonly pointers: Pointers;
  /** What others draw now, and what is drawn here, for them to see. */
  readonly drawings: Drawings;
  readonly inHand: InHand;
  readonly keyMarks: KeyMarks;
  readonly crosshair: Crosshair;
  readonly volumes = new VolumeActs(this);
  readonly thumbnails: Thumbnails;
  readonly states = new States(() => this.othersCame());
  readonly layers: Layers;
  readonly layerList: CaseLayersList;
  layersOpen = false;
  readonly ahead: Ahead;
  readonly toasts = new Toasts();
  readonly preparation: Preparation;
  readonly scenes: Scenes;
  readonly tiles: Tiles;

  constructor(private readonly root: HTMLElement, connect: (listener: RoomListener) => RoomLine, readonly at: Addresses, mountOutcome: MountOutcome) {
    this.library = new Library(openKeeper(at.framesKey));
    this.client = connect({
      changed: (events) => this.roomChanged(events),
      viewed: () => this.sharing.followPresenter(),
      pointed: (client, name, pointer) => this.pointers.show(client, name, pointer),
      drew: (client, name, n, drawing) => this.drawings.show(client, name, n, drawing),
      status: () => this.statusChanged(),
      refused: (op, answer) => this.refused(op, answer),
      unshown: (sentence) => this.toasts.say(sentence, true),
      mended: () => this.toasts.say('This screen had fallen out of step with the room. It has been put right.', true),
    });
    this.engine = engineOf(this, (id) => aboutMark(this.keeping.shown().get(id)));
    this.layers = layersOf(this);
    this.layerList = new CaseLayersList(this.layers, () => this.othersCame());
    this.grid = gridOf(this);
    this.sharing = new Sharing(this.client, this.grid, {
      openId: () => this.openId,
      imaging: () => this.open?.imaging ?? null,
      refresh: () => this.open?.refresh(),
      draw: () => this.draw(),
    });
    this.looking = new Looking(this);
    this.pointers = new Pointers(this.grid, () => this.engine.tool === 'Point', (pointer) => this.client.point(pointer), this.colours);
    this.drawings = new Drawings(this.grid, this.colours);
    this.inHand = new InHand({
      isShown: (id) => this.at.prepares === null && this.may('mark') && !this.keeping.isPrivate(id),
      send: (drawing) => this.client.draw(drawing),
    });
    watchFreehand(this.grid, () => this.engine.tool === 'PlanarFreehandROI' && this.marks.under().length === 0, (drawing) => this.inHand.hold(drawing));
    this.keyMarks = new KeyMarks(this);
    this.crosshair = new Crosshair(this.grid, () => this.engine.tool === 'Crosshair', () => this.sharing.elsewhere(), () => this.sharing.changed());
    this.grid.cross = this.crosshair;
    this.others = othersOf(this);
    this.keeping = keepingOf(this);
    this.marks = marksOf(this);
    this.thumbnails = new Thumbnails(this.library, () => this.draw());
    this.tiles = new Tiles(this.thumbnails);
    this.preparation = new Preparation(at.ticket, () => this.draw());
    this.scenes = scenesOf(this);
    this.ahead = new Ahead(this.library, () => this.draw());
    this.outcome = new OutcomePlace(this.client, mountOutcome, () => this.meetingDay);
    const what = at.prepares !== null ? `Preparing a case: ${at.title}` : at.replay ? at.title : `Live room: ${at.title}`;
    this.regions = new Regions(root, this.grid.element, this.toasts.element, what);
    this.library.on(({ kind, key }) => {
      if (kind === 'finished') this.timings.finished(key);
      this.progressed.add(key);
      this.progressing ??= setTimeout(() => this.showProgress(), PROGRESS_EVERY);
    });
    watchWho(this.grid.element, this.marks, this.keeping);
    watchHands(this.grid, {
      moves: () => MOVES.has(this.engine.tool),
      elsewhere: () => this.sharing.elsewhere(),
      dropped: (key, number) => this.dropped(key, number),
    });
    listen(keyGroups(this), { key: 'q', hold: (down) => this.pointers.hold(down) });
    if (at.prepares !== null) {
      this.tab = 'prepared';
      this.sharing.follow(false);
      this.cases.switchTo(at.prepares.case, at.prepares.patient);
    }
    watchPresence((idle) => void this.client.tell('here', { idle }));
    setInterval(() => this.draw(), CLOCK_EVERY);
    void this.cases.fetchAgenda();
    void this.grid.active.warm();
    this.draw();
  }

  /** A replay begins: its time line under the images, what happened at the side. */
  begin(replaying: Replaying): void {
    this.replaying = replaying;
    this.tab = 'people';
    this.regions.addPlayer(replaying.bar);
    replaying.begin();
  }

  private showProgress(): void {
    this.progressing = null;
    for (const pane of this.grid.visible) if (pane.seriesKey !== null && this.progressed.has(pane.seriesKey)) pane.content.progress();
    this.progressed.clear();
    this.draw();
  }

  // --- what is known ----------------------------------------------------------------------------------------------

  get open(): OpenCase | null {
    return this.cases.open;
  }

  get openId(): string | null {
    return this.cases.openId;
  }

  get agenda(): Agenda | null {
    return this.cases.agenda;
  }

  get openCase(): AgendaCase | null {
    return this.cases.openCase;
  }

  get meetingDay(): string {
    return this.cases.meetingDay;
  }

  may(act: string): boolean {
    return this.client.me?.may.includes(act) ?? false;
  }

  get mayOpenCases(): boolean {
    return this.at.prepares !== null || (this.client.state.status === 'open' && (this.may('case.open') || this.client.presenting));
  }

  /** Whether scenes, marks and key images are kept now: of a meeting that is not over, for those who may. */
  get mayPrepare(): boolean {
    return this.may('scene') && this.client.state.status !== 'closed';
  }

  trustName(ods: string): string {
    return trustWord(this.open?.imaging?.trusts.find((trust) => trust.ods === ods)?.name ?? ods);
  }

  // --- what the server says ---------------------------------------------------------------------------------------

  private roomChanged(events: readonly RoomEvent[]): void {
    const { state } = this.client;
    this.outcome.heard(events);
    this.marking.heard(events);
    this.place.heard(events);
    if (events.some(({ kind }) => kind === 'agenda.change')) void this.cases.fetchAgenda();
    if (this.at.prepares === null && state.case !== this.openId) {
      const opened = events.findLast(({ kind }) => kind === 'case.open');
      this.cases.switchTo(state.case, (opened?.body['patient'] as string | undefined) ?? null);
    }
    if (events.some(({ kind, body }) => (kind === 'preparation.change' || kind.startsWith('scene.')) && body['case'] === this.openId)) this.preparation.renew(this.openId);
    if (events.length === 0 || events.some(({ kind }) => kind.startsWith('presenter.'))) this.sharing.tellAgain();
    this.marks.sync();
    this.statusChanged();
  }

  private statusChanged(): void {
    if (this.client.out !== null) return this.shut();
    if (this.may('mark') !== this.mayMark) {
      this.mayMark = !this.mayMark;
      this.engine.choose(this.engine.tool);
    }
    const pending = this.client.outbox.pending.length;
    if (pending !== this.pending) this.marks.sync(); // what is kept now may be drawn as it was kept
    this.pending = pending;
    this.drawings.keep(new Set(this.client.roster.map(({ client }) => client)));
    this.colours.keep(new Set([...this.pointers.clients, ...this.drawings.clients]));
    this.cases.bindOutcome();
    this.outcome.changed();
    this.draw();
  }

  /** Not a pixel, a name or a word of any case is left when this returns, in the second window either. */
  private shut(): void {
    if (this.isShut) return;
    this.isShut = true;
    const { client, at } = this;
    this.cases.switchTo(null, null);
    this.cases.agenda = null;
    this.looking.second.changed();
    showShutOut(this.root, { sentence: client.ended ?? '', signInUrl: client.out === 'signed-out' ? at.signInUrl : null, leaveUrl: at.leaveUrl, pending: client.outbox.pending.length });
  }

  private refused(op: Op, answer: Refusal): void {
    if (op.kind === 'mark.put' || op.kind === 'mark.remove') this.keeping.refused(op, answer);
    else if (!op.kind.startsWith('outcome.')) this.toasts.say(answer.message, true); // the outcome panel tells its own
    this.marks.sync();
  }

  private dropped(key: string, number: number): void {
    const hung = this.open?.imaging ? find(this.open.imaging, key) : null;
    if (hung === null) return;
    this.grid.activate(number);
    this.show(hung);
  }

  // --- what hands and keys do -------------------------------------------------------------------------------------

  /** Does something to the active viewport, by hand. */
  act(what: (pane: Grid['active']) => void): void {
    this.sharing.elsewhere();
    this.crosshair.drive(this.grid.active);
    this.looking.links.hand(this.grid.active);
    what(this.grid.active);
  }

  adjust(change: Change): void {
    this.act(({ content }) => content.adjust(change));
  }

  show(hung: Hung, start?: { sop: string; frame: number }): void {
    this.sharing.elsewhere();
    this.grid.protocol = null;
    this.looking.links.hand(this.grid.active, start !== undefined);
    void this.grid.active.show(hung, start).then(() => this.marks.sync());
    this.grid.active.element.focus({ preventScroll: true }); // so that the next key is for the images
    this.draw();
  }

  present(key: string | null): void {
    this.sharing.elsewhere();
    void this.grid.active.present(key === null ? null : this.states.of(key)).then(() => this.draw());
  }

  /** A presenter may show a state, or a layer, that had not come here yet. */
  private othersCame(): void {
    for (const pane of this.grid.visible) pane.relay();
    this.sharing.followPresenter();
    this.draw();
  }

  choose(tool: ToolName): void {
    this.engine.choose(tool);
    for (const pane of this.grid.visible) pane.content.marked?.();
    this.draw();
  }

  arrange(layout: Layout): void {
    this.sharing.elsewhere();
    this.grid.arrange(layout);
    this.sharing.changed();
  }

  toggleAllLayers(): void {
    const { layered: index, index: images } = this.grid.active;
    const overlays = images !== null && hasOverlays(images);
    if (index === null || this.layers.of(index).length + Number(overlays) === 0) {
      this.toasts.say('Nobody has drawn anything over these images.');
      return;
    }
    this.sharing.elsewhere();
    this.layers.turnAll(index, overlays);
  }

  toggleLayers(open = !this.layersOpen): void {
    this.layersOpen = open;
    this.drawNow();
  }

  toggleSide(): void {
    this.sideOpen = !this.sideOpen;
    this.drawNow();
  }

  showKeys(): void {
    void showKeys(keyGroups(this).map(({ name, keys }) => ({ name, keys: keys.filter(({ what }) => what !== '').map((key) => [key.name, key.what] as const) })));
  }

  // --- drawing ----------------------------------------------------------------------------------------------------

  /** Draws the panels before the next frame, however many things change until then. */
  draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => this.drawNow());
  }

  /** Draws them now, before the browser does anything else. */
  drawNow(): void {
    this.drawing = false;
    if (!this.isShut) drawRoom(this);
  }

  play(): void {
    this.act(({ content }) => content.play(!content.playing));
    this.draw();
  }
}
