/** The meeting's cases on this page: its agenda, the one that is open, and what else changes when another is opened. */

import type { CaseImaging } from '../imaging/types';
import { londonDay } from '../panel/words';
import { act, loadAgenda, neighbour, type Agenda, type AgendaCase } from './agenda';
import type { App } from './app';
import { OpenCase } from './case';

export class Cases {
  open: OpenCase | null = null;
  agenda: Agenda | null = null;
  private patientId: string | null = null;

  constructor(private readonly app: App) {}

  get openId(): string | null {
    return this.open?.id ?? null;
  }

  get openCase(): AgendaCase | null {
    return this.agenda?.cases.find(({ case: id }) => id === this.openId) ?? null;
  }

  get meetingDay(): string {
    return londonDay(this.agenda?.meeting.starts_at ?? new Date());
  }

  /** Images, banner and outcome change together: in one go, before the browser draws again. */
  switchTo(id: string | null, patient: string | null): void {
    const { app } = this;
    this.open?.close();
    app.grid.clear();
    app.marks.clear();
    app.keeping.clear();
    app.others.open(app.at.replay ? null : id); // a replay has what was seen then
    app.marking.lesions.open(id);
    app.pointers.clear();
    app.inHand.letGo();
    app.drawings.clear();
    app.looking.begin();
    app.keyMarks.clear();
    app.sharing.begin();
    this.patientId = patient;
    const known = id === null ? null : app.ahead.imagingOf(id);
    this.open = id === null ? null : new OpenCase(id, (before, now) => this.imagingChanged(before, now), () => app.draw(), known);
    app.states.renew(id, null);
    app.scenes.begin();
    app.tiles.clear();
    app.preparation.renew(id);
    app.layerList.renew(id, null);
    this.bindOutcome();
    if (id !== null) {
      app.timings.opened(id);
      if (app.at.prepares === null && !app.at.replay && app.tab === 'agenda' && app.timings.cases.length === 1) app.tab = 'outcome';
      if (this.openCase === null) void this.fetchAgenda();
    }
    if (known !== null) this.imagingChanged(null, known);
    this.lookAhead();
    app.drawNow();
  }

  bindOutcome(): void {
    const named = this.open?.imaging?.patient ?? (this.patientId === null || this.openCase === null ? null : { ...this.openCase.patient, id: this.patientId });
    this.app.referral.bind(this.app.at.replay ? null : this.openId, this.app.client.me?.may.includes('referral.see') === true);
    this.app.outcome.bind(this.app.at.prepares === null ? this.openId : null, named, this.app.client.me);
  }

  async fetchAgenda(): Promise<void> {
    try {
      this.agenda = await loadAgenda(this.app.at.agendaUrl);
      this.lookAhead();
      this.app.draw();
    } catch (error) {
      this.app.toasts.say(error instanceof Error ? error.message : 'The agenda cannot be fetched.', true);
    }
  }

  /** Ratified or promoted: the agenda is asked for again at once, and a refusal is told. */
  async sorted(address: string, body: unknown): Promise<void> {
    const refusal = await act(address, this.app.at.ticket, body);
    if (refusal !== null) this.app.toasts.say(refusal, true);
    await this.fetchAgenda();
  }

  private lookAhead(): void {
    if (this.agenda === null || this.openId === null || this.app.at.replay) return;
    const beside = ([1, -1] as const).map((by) => neighbour(this.agenda as Agenda, this.openId, by)?.case ?? null);
    this.app.ahead.look(beside[0] as string | null, beside[1] as string | null);
  }

  private imagingChanged(before: CaseImaging | null, now: CaseImaging): void {
    const { app } = this;
    if (this.patientId !== null && this.patientId !== now.patient.id) {
      // Never expected; if it ever is, no image is better than somebody else's.
      this.open?.close();
      app.grid.clear();
      app.toasts.say('The images of this case belong to another patient and are not shown.', true);
      return;
    }
    this.patientId = now.patient.id;
    app.states.renew(this.openId, now);
    if (before !== null) app.preparation.renew(this.openId); // a scene may be of what has changed
    app.layerList.renew(this.openId, now);
    this.bindOutcome();
    app.timings.listed();
    app.sharing.hang(before, now);
    app.thumbnails.want(now.studies.flatMap(({ series }) => series));
    app.marks.sync();
    app.draw();
  }
}
