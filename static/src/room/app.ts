/** The live room as one page: what the server says goes to the panels and the viewer, what hands do goes to the server. */

import { parseImageId } from '../imaging/image-id';
import { openKeeper } from '../imaging/keeper';
import { Library } from '../imaging/library';
import { Thumbnails } from '../imaging/thumbnails';
import { speaksOf } from '../imaging/states';
import type { CaseImaging } from '../imaging/types';
import type { MountOutcome } from '../outcome/api';
import type { Tab } from '../panel/side';
import { londonDay } from '../panel/words';
import type { Adjust } from '../viewer/adjust';
import { askText, showKeys } from '../viewer/dialogs';
import { Engine, MOVES, type ToolName } from '../viewer/engine';
import { find, Grid } from '../viewer/grid';
import type { Hung } from '../viewer/hanging';
import { Marks } from '../viewer/marks';
import { Pointers } from '../viewer/pointers';
import { Acts } from './acts';
import { Ahead } from './ahead';
import { loadAgenda, neighbour, type Agenda, type AgendaCase } from './agenda';
import { OpenCase } from './case';
import { RoomClient } from './client';
import { drawRoom } from './drawing';
import { watchHands } from './hands';
import { listen } from './keys';
import { keyGroups } from './keymap';
import { OutcomePlace } from './outcome';
import type { Layout, Mark, MarkBody, RoomEvent } from './protocol';
import { Regions } from './regions';
import { Sharing } from './sharing';
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
}

/** Images come by the hundred; their number on the screen need not keep up with each. */
const PROGRESS_EVERY = 120;

export class App {
  readonly client: RoomClient;
  readonly grid: Grid;
  readonly library: Library;
  readonly timings = new Timings();
  readonly marks: Marks;
  open: OpenCase | null = null;
  agenda: Agenda | null = null;
  private patientId: string | null = null;
  tab: Tab = 'agenda';
  sideOpen = true;
  stripOpen = true;
  private drawing = false;
  private mayMark = false;
  /** Series that have come further than their viewports say. */
  private readonly progressed = new Set<string>();
  private progressing: ReturnType<typeof setTimeout> | null = null;
  private pending = 0;
  readonly engine: Engine;
  readonly regions: Regions;
  readonly sharing: Sharing;
  readonly acts = new Acts(this);
  readonly outcome: OutcomePlace;
  private readonly pointers: Pointers;
  readonly thumbnails: Thumbnails;
  readonly states = new States(() => this.statesCame());
  readonly ahead: Ahead;
  readonly toasts = new Toasts();

  constructor(root: HTMLElement, clientId: string, readonly at: Addresses, mountOutcome: MountOutcome) {
    const meetingDay = (): string => this.meetingDay;
    this.library = new Library(openKeeper(at.framesKey));
    this.client = new RoomClient(at.meeting, clientId, at.ticket, {
      changed: (events) => this.roomChanged(events),
      viewed: () => this.sharing.followPresenter(),
      pointed: (client, name, pointer) => this.pointers.show(client, name, pointer),
      status: () => this.statusChanged(),
      refused: (op, answer) => this.refused(op.kind, answer.message),
    });
    this.engine = new Engine(
      {
        frameOf: (id) => {
          if (!id.startsWith('mdt:')) return undefined;
          const { key, version, index } = parseImageId(id);
          return this.library.index(key, version)?.frames[index];
        },
        coarseness: (id) => this.library.coarseness(id),
        text: askText,
      },
      () => this.may('mark'),
    );
    this.grid = new Grid(
      {
        engine: this.engine,
        library: this.library,
        patient: () => this.open?.imaging?.patient ?? null,
        get meetingDay() {
          return meetingDay();
        },
        trustName: (ods) => this.trustName(ods),
        state: (key) => this.states.of(key),
        show: (image) => this.acts.showImage(image),
        said: (frame) => this.states.selections.filter(({ images }) => speaksOf(images, frame)).map(({ title }) => `KEY IMAGE: ${title}`),
        changed: () => this.sharing.changed(),
        painted: (pane) => {
          this.timings.painted(pane.coarseness);
          if (pane.at !== null) this.library.painted(pane.seriesKey as string);
          this.pointers.draw();
        },
      },
      () => this.sharing.changed(),
    );
    this.sharing = new Sharing(this.client, this.grid, {
      openId: () => this.openId,
      imaging: () => this.open?.imaging ?? null,
      refresh: () => this.open?.refresh(),
      draw: () => this.draw(),
    });
    this.pointers = new Pointers(this.grid, () => this.engine.tool === 'Point', (pointer) => this.client.point(pointer));
    this.marks = new Marks(this.grid, {
      put: (mark) => void this.client.op('mark.put', { case: this.openId, mark }),
      remove: (id, version) => void this.client.op('mark.remove', { case: this.openId, id, version }),
      kept: () => this.kept(),
      pending: () => this.pendingMarks(),
      mayChange: (mark) => this.may('mark') && (mark.author.id === this.client.me?.person || this.client.me?.role === 'chair'),
    });
    this.thumbnails = new Thumbnails(this.library, () => this.draw());
    this.ahead = new Ahead(this.library, () => this.draw());
    this.outcome = new OutcomePlace(this.client, mountOutcome, meetingDay);
    this.regions = new Regions(root, this.grid.element, this.toasts.element, `Live room: ${at.title}`);
    this.library.on(({ kind, key }) => {
      if (kind === 'finished') this.timings.finished(key);
      this.progressed.add(key);
      this.progressing ??= setTimeout(() => this.showProgress(), PROGRESS_EVERY);
    });
    watchHands(this.grid, {
      moves: () => MOVES.has(this.engine.tool),
      elsewhere: () => this.sharing.elsewhere(),
      dropped: (key, number) => this.dropped(key, number),
    });
    listen(keyGroups(this), { key: 'q', hold: (down) => this.pointers.hold(down) });
    void this.fetchAgenda();
    void this.grid.active.warm();
    this.draw();
  }

  private showProgress(): void {
    this.progressing = null;
    for (const pane of this.grid.visible) if (pane.seriesKey !== null && this.progressed.has(pane.seriesKey)) pane.progress();
    this.progressed.clear();
  }

  // --- what is known ----------------------------------------------------------------------------------------------

  get openId(): string | null {
    return this.open?.id ?? null;
  }

  get meetingDay(): string {
    return londonDay(this.agenda?.meeting.starts_at ?? new Date());
  }

  get openCase(): AgendaCase | null {
    return this.agenda?.cases.find(({ case: id }) => id === this.openId) ?? null;
  }

  may(act: string): boolean {
    return this.client.me?.may.includes(act) ?? false;
  }

  get mayOpenCases(): boolean {
    return this.client.state.status === 'open' && (this.may('case.open') || this.client.presenting);
  }

  private kept(): Record<string, Mark> {
    return this.openId === null ? {} : (this.client.state.cases[this.openId]?.marks ?? {});
  }

  private pendingMarks(): Map<string, { version: number; mark: MarkBody | null }> {
    const pending = new Map<string, { version: number; mark: MarkBody | null }>();
    for (const { kind, body } of this.client.outbox.pending) {
      const mark = body['mark'] as MarkBody;
      if (kind === 'mark.put') pending.set(mark.id, { version: mark.version, mark });
      if (kind === 'mark.remove') pending.set(body['id'] as string, { version: body['version'] as number, mark: null });
    }
    return pending;
  }

  trustName(ods: string): string {
    return this.open?.imaging?.trusts.find((trust) => trust.ods === ods)?.name ?? ods;
  }

  // --- what the server says ---------------------------------------------------------------------------------------

  private roomChanged(events: readonly RoomEvent[]): void {
    const { state } = this.client;
    this.outcome.heard(events);
    if (events.some(({ kind }) => kind === 'agenda.change')) void this.fetchAgenda();
    if (state.case !== this.openId) {
      const opened = events.findLast(({ kind }) => kind === 'case.open');
      this.switchTo(state.case, (opened?.body['patient'] as string | undefined) ?? null);
    }
    if (events.length === 0 || events.some(({ kind }) => kind.startsWith('presenter.'))) this.sharing.tellAgain();
    this.marks.sync();
    this.statusChanged();
  }

  /** Images, banner and outcome change together: in one go, before the browser draws again. */
  private switchTo(id: string | null, patient: string | null): void {
    this.open?.close();
    this.grid.clear();
    this.marks.clear();
    this.pointers.clear();
    this.sharing.begin();
    this.patientId = patient;
    const known = id === null ? null : this.ahead.imagingOf(id);
    this.open = id === null ? null : new OpenCase(id, (before, now) => this.imagingChanged(before, now), () => this.draw(), known);
    this.states.renew(id, null);
    this.bindOutcome();
    if (id !== null) {
      this.timings.opened(id);
      if (this.tab === 'agenda' && this.timings.cases.length === 1) this.tab = 'outcome';
      if (this.openCase === null) void this.fetchAgenda();
    }
    if (known !== null) this.imagingChanged(null, known);
    this.lookAhead();
    this.drawNow();
  }

  private lookAhead(): void {
    if (this.agenda === null || this.openId === null) return;
    const beside = ([1, -1] as const).map((by) => neighbour(this.agenda as Agenda, this.openId, by)?.case ?? null);
    this.ahead.look(beside[0] as string | null, beside[1] as string | null);
  }

  private imagingChanged(before: CaseImaging | null, now: CaseImaging): void {
    if (this.patientId !== null && this.patientId !== now.patient.id) {
      // Never expected; if it ever is, no image is better than somebody else's.
      this.open?.close();
      this.grid.clear();
      this.toasts.say('The images of this case belong to another patient and are not shown.', true);
      return;
    }
    this.patientId = now.patient.id;
    this.states.renew(this.openId, now);
    this.bindOutcome();
    this.timings.listed();
    this.sharing.hang(before, now);
    this.thumbnails.want(now.studies.flatMap(({ series }) => series));
    this.marks.sync();
    this.draw();
  }

  private bindOutcome(): void {
    const named = this.open?.imaging?.patient ?? (this.patientId === null || this.openCase === null ? null : { ...this.openCase.patient, id: this.patientId });
    this.outcome.bind(this.openId, named, this.client.me);
  }

  private statusChanged(): void {
    if (this.may('mark') !== this.mayMark) {
      this.mayMark = !this.mayMark;
      this.engine.choose(this.engine.tool);
    }
    const pending = this.client.outbox.pending.length;
    if (pending !== this.pending) this.marks.sync(); // what is kept now may be drawn as it was kept
    this.pending = pending;
    this.bindOutcome();
    this.outcome.changed();
    this.draw();
  }

  private refused(kind: string, message: string): void {
    if (!kind.startsWith('outcome.')) this.toasts.say(message, true); // the outcome panel tells its own
    this.marks.sync();
  }

  private async fetchAgenda(): Promise<void> {
    try {
      this.agenda = await loadAgenda(this.at.agendaUrl);
      this.lookAhead();
      this.draw();
    } catch (error) {
      this.toasts.say(error instanceof Error ? error.message : 'The agenda cannot be fetched.', true);
    }
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
    what(this.grid.active);
  }

  adjust(how: Adjust): void {
    this.act((pane) => pane.adjust(how));
  }

  show(hung: Hung, start?: { sop: string; frame: number }): void {
    this.sharing.elsewhere();
    void this.grid.active.show(hung, start).then(() => this.marks.sync());
    this.grid.active.element.focus({ preventScroll: true }); // so that the next key is for the images
    this.draw();
  }

  present(key: string | null): void {
    this.sharing.elsewhere();
    void this.grid.active.present(key === null ? null : this.states.of(key)).then(() => this.draw());
  }

  /** A presenter may show a state that had not come here yet. */
  private statesCame(): void {
    this.sharing.followPresenter();
    this.draw();
  }

  choose(tool: ToolName): void {
    this.engine.choose(tool);
    this.draw();
  }

  arrange(layout: Layout): void {
    this.sharing.elsewhere();
    this.grid.arrange(layout);
    this.sharing.changed();
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
    drawRoom(this);
  }

  play(): void {
    this.act((pane) => pane.play(!pane.playing));
    this.draw();
  }
}
