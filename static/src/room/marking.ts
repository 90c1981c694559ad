/** What is done to marks from the list and with keys; and the list as the side of the room shows it. */

import { groundOf } from '../measure/cornerstone';
import { askLesion } from '../measure/lesion-dialog';
import type { FollowedLesion, LesionMark } from '../measure/lesion-table';
import { Lesions } from '../measure/lesion-table';
import { wordsOf } from '../measure/lines';
import type { Shown } from '../measure/keeping';
import { followsLesions, infoOf } from '../measure/tools';
import { STATES } from '../panel/lesions';
import type { MarkLine, MarksActs, MarksState } from '../panel/marks';
import { dayOf } from '../panel/words';
import { askText } from '../viewer/dialogs';
import type { Hung } from '../viewer/hanging';
import { seriesName } from '../viewer/overlay';
import type { App } from './app';
import type { Lesion, Mark, RoomEvent } from './protocol';
import { uuid } from './uuid';

export class Marking implements MarksActs {
  readonly lesions: Lesions;
  /** The mark chosen in the list. */
  private chosen: string | null = null;

  constructor(private readonly app: App) {
    this.lesions = new Lesions(() => app.draw());
  }

  /** Events came; the table of lesions may be another now. */
  heard(events: readonly RoomEvent[]): void {
    if (events.length === 0 || events.some(({ kind, case: id }) => kind.startsWith('mark.') && id === this.app.openId)) this.lesions.renew();
  }

  get state(): MarksState {
    const { app } = this;
    const marks = [...app.keeping.shown().values()].sort((a, b) => Number(a.standing === 'earlier') - Number(b.standing === 'earlier') || b.mark.at.localeCompare(a.mark.at));
    return { marks: marks.map((shown) => this.line(shown)), table: this.lesions.table, problem: this.lesions.problem, mayMark: app.may('mark') };
  }

  private line(shown: Shown): MarkLine {
    const { mark } = shown;
    const found = this.seriesOf(mark);
    const where = found === null ? 'Its images are not among those of this case' : [seriesName(found.study, found.series), found.study.date === null ? '' : dayOf(found.study.date), mark.plane === undefined ? '' : 'a reformatted plane'].filter(Boolean).join(', ');
    return { ...shown, words: this.words(mark), where, selected: this.chosen === mark.id };
  }

  private words(mark: Mark): string {
    if (mark.plane !== undefined) return wordsOf(mark, null);
    const found = this.seriesOf(mark);
    const { key = '', version = null } = found?.series ?? {};
    const index = version === null ? undefined : this.app.library.index(key, version);
    const at = index?.frames.findIndex(({ sop, frame }) => sop === mark.sop && frame === mark.frame) ?? -1;
    const frame = index?.frames[at];
    const { noun, texted } = infoOf(mark.tool);
    if (index === undefined || frame === undefined) return texted ? wordsOf(mark, null) : `${noun} (measured when it is shown)`;
    const id = `mdt:${key}/${version}/${at}`;
    const ground = groundOf(id, { frameOf: () => ({ frame, modality: index.modality }) }, this.app.library.coarseness(id) > 1);
    return wordsOf(mark, ground ?? null);
  }

  private seriesOf({ series: uid }: Pick<Mark, 'series'>): Hung | null {
    for (const study of this.app.open?.imaging?.studies ?? []) {
      const series = study.series.find(({ series: one }) => one === uid);
      if (series !== undefined) return { study, series };
    }
    return null;
  }

  show(id: string): void {
    const mark = this.app.keeping.shown().get(id)?.mark;
    if (mark !== undefined) this.goTo(mark);
  }

  goTo({ id, series, sop, frame, plane }: LesionMark): void {
    this.chosen = id;
    if (sop !== undefined && frame !== undefined) {
      const { active } = this.app.grid;
      const here = active.index?.series === series ? active.index.frames.findIndex((one) => one.sop === sop && one.frame === frame) : -1;
      if (here >= 0) this.app.act(({ content }) => content.goTo(here));
      else this.app.acts.showImage({ series, sop, frame });
    } else if (plane !== undefined) this.app.act(({ content }) => content.seek(plane.at));
    setTimeout(() => this.app.marks.select(id), 0);
    this.app.draw();
  }

  remove(id: string): void {
    this.app.keeping.remove(id);
  }

  async write(id: string): Promise<void> {
    const mark = this.app.keeping.shown().get(id)?.mark;
    const text = mark === undefined ? null : await askText('Change the text', mark.text);
    if (text !== null) this.app.keeping.write(id, text);
  }

  async follow(id: string): Promise<void> {
    const { app } = this;
    const mark = app.keeping.shown().get(id)?.mark;
    if (mark === undefined) return;
    const openId = app.openId;
    const answer = await askLesion(mark.lesion, this.lesions.table, followsLesions(mark.tool));
    if (answer === null || openId !== app.openId) return;
    app.keeping.follow(id, answer === 'none' ? null : answer);
  }

  /** The mark under the mouse, or chosen, or else the last one drawn by oneself. */
  followSelected(): void {
    const { app } = this;
    const own = [...app.keeping.shown().values()].filter(({ mark, mayChange }) => mayChange && followsLesions(mark.tool));
    const pointed = app.marks.selected().find((id) => own.some(({ mark }) => mark.id === id));
    const id = pointed ?? own.filter(({ mark }) => mark.author.id === app.client.me?.person).sort((a, b) => b.mark.at.localeCompare(a.mark.at))[0]?.mark.id;
    if (id === undefined) app.toasts.say('Point at a length, or at two axes, to name the lesion.');
    else void this.follow(id);
  }

  showToAll(id: string): void {
    this.app.keeping.showToAll(id);
  }

  /** Writes it on the image that is seen of that study, where the lesion was. */
  say(lesion: FollowedLesion, study: string, state: Lesion['state']): void {
    const { app } = this;
    const pane = app.grid.visible.find(({ hung, frame }) => hung?.study.study === study && frame !== null);
    const frame = pane?.frame;
    const at = pane?.content.plane()?.at ?? pane?.content.pointAt([pane.element.clientWidth / 2, pane.element.clientHeight / 2]);
    if (pane === undefined || frame === null || frame === undefined || at === null || at === undefined) {
      app.toasts.say('First show the image of that study on which the lesion would be seen.');
      return;
    }
    const { name, role, organ, node } = lesion;
    const series = pane.index?.series as string;
    app.keeping.put({ id: uuid(), tool: 'Label', study, series, sop: frame.sop, frame: frame.frame, points: [at], text: `${name}: ${STATES[state]}`, lesion: { name, role, organ, node, state } });
  }
}
