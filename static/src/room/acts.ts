/** What somebody asks of the room with a key or a button, and the word they get when it cannot be. */

import { speaksOf, type KeySelection } from '../imaging/states';
import type { DocumentImage } from '../imaging/types';
import { askText } from '../viewer/dialogs';
import { find } from '../viewer/grid';
import type { Hung } from '../viewer/hanging';
import type { Pane } from '../viewer/pane';
import { neighbour } from './agenda';
import type { App } from './app';
import type { KeyImage } from './protocol';
import { uuid } from './uuid';

export class Acts {
  constructor(private readonly app: App) {}

  showKey(key: KeyImage): void {
    const imaging = this.app.open?.imaging;
    for (const study of imaging?.studies ?? []) {
      const series = study.series.find((one) => one.series === key.series);
      if (series !== undefined) this.app.show({ study, series }, key);
    }
  }

  /** The next image of a selection after the one that is seen, or its first. */
  showSelection({ images }: KeySelection): void {
    const seen = this.app.grid.active.frame;
    const now = seen === null ? -1 : images.findIndex((image) => speaksOf([image], seen));
    const next = images[(now + 1) % images.length];
    if (next !== undefined) this.showImage({ ...next, frame: next.frames[0] ?? 1 });
  }

  /** An image that somebody refers to. What refers to it, a document, stays open: the image comes beside it. */
  showImage(image: DocumentImage): void {
    for (const study of this.app.open?.imaging?.studies ?? []) {
      const series = study.series.find((one) => one.series === image.series);
      if (series !== undefined) {
        if (this.reads(this.app.grid.activeNumber)) this.makeRoom((pane) => pane.seriesKey === series.key);
        return this.app.show({ study, series }, image);
      }
    }
    this.app.toasts.say('The image it refers to is not among the images of this case.');
  }

  async review(studies: readonly string[]): Promise<void> {
    const refusal = await this.app.preparation.review(studies);
    if (refusal !== null) this.app.toasts.say(refusal, true);
  }

  /** A document comes beside the images, and images beside a document: neither closes the other. */
  openSeries(hung: Hung): void {
    const { grid } = this.app;
    const document = isRead(hung);
    const holds = grid.active.hung !== null;
    if (holds && document !== this.reads(grid.activeNumber)) this.makeRoom((pane) => pane.hung !== null && isRead(pane.hung) === document);
    this.app.show(hung);
  }

  /** A series beside what is in the active viewport. */
  openBeside(key: string): void {
    const hung = this.app.open?.imaging ? find(this.app.open.imaging, key) : null;
    if (hung === null) return;
    this.makeRoom((pane) => pane.seriesKey === key);
    this.app.show(hung);
  }

  /** An image of the series in the active viewport, or of another that has it. */
  goTo(sop: string, frame: number): void {
    const { grid } = this.app;
    const pane = [grid.active, ...grid.visible].find(({ index }) => index?.frames.some((one) => one.sop === sop && one.frame === frame));
    const at = pane?.index?.frames.findIndex((one) => one.sop === sop && one.frame === frame);
    if (pane === undefined || at === undefined) {
      this.app.toasts.say('The image it refers to is not in a viewport.');
      return;
    }
    this.app.sharing.elsewhere();
    pane.content.goTo(at);
  }

  private reads(number: number): boolean {
    const hung = this.app.grid.panes[number]?.hung ?? null;
    return hung !== null && isRead(hung);
  }

  /** Makes another viewport the active one: one that is meant, else an empty one, else the one beside. */
  private makeRoom(meant: (pane: Pane) => boolean): void {
    const { grid } = this.app;
    if (grid.visible.length === 1) this.app.arrange('1x2');
    const others = grid.visible.filter((pane) => pane !== grid.active);
    const chosen = others.find(meant) ?? others.find(({ hung }) => hung === null) ?? grid.visible[(grid.activeNumber + 1) % grid.visible.length];
    if (chosen !== undefined) grid.activate(chosen.number);
  }

  take(): void {
    if (this.app.at.prepares !== null) return;
    const { presenter } = this.app.client.state;
    if (this.app.client.presenting) return;
    if (this.app.may(presenter === null ? 'presenter.take' : 'presenter.takeback')) void this.app.client.op('presenter.take', {});
    else this.app.toasts.say(presenter === null ? 'Your role here does not present.' : `${presenter.name} presents; only the chair can take over.`);
  }

  tell(event: 'hand' | 'word' | 'guest', body: object): void {
    void this.app.client.tell(event, body).then((refused) => {
      if (refused !== null) this.app.toasts.say(refused, true);
    });
  }

  /** One's own hand, up or down. */
  raiseHand(): void {
    const { roster, me } = this.app.client;
    this.tell('hand', { up: !roster.some(({ person, hand }) => person === me?.person && hand), person: null });
  }

  go(by: 1 | -1): void {
    if (this.app.agenda === null) return;
    const next = neighbour(this.app.agenda, this.app.openId, by);
    if (next !== null && this.app.at.prepares !== null) this.openIt(next.case);
    else if (!this.app.mayOpenCases) this.app.toasts.say('The chair, the coordinator or whoever presents opens the next case.');
    else if (next === null) this.app.toasts.say(by > 0 ? 'That was the last case.' : 'This is the first case.');
    else this.openIt(next.case);
  }

  openIt(id: string): void {
    if (id !== this.app.openId && this.app.at.prepares !== null) location.assign(`/cases/${id}/prepare`);
    else if (id !== this.app.openId) void this.app.client.op('case.open', { case: id });
  }

  removeMarks(): void {
    if (!(this.app.grid.active.content.removeMark?.() ?? false) && !this.app.marks.removeSelected()) this.app.toasts.say('Point at a mark to remove it.');
  }

  /** What is drawn from now on is seen by nobody else, or by all again. */
  drawPrivately(): void {
    const { keeping } = this.app;
    keeping.privately = !keeping.privately;
    this.app.toasts.say(keeping.privately ? 'What you draw now is seen by you alone, until you show it to all.' : 'What you draw now is seen by all.');
    this.app.draw();
  }

  followLesion(): void {
    this.app.marking.followSelected();
  }

  giveUp(): void {
    this.app.crosshair.clear();
    this.app.marks.cancel();
    this.app.keyMarks.clear();
  }

  async keyImage(): Promise<void> {
    const { hung, frame } = this.app.grid.active;
    const { openId } = this.app;
    if (hung === null || frame === null || openId === null || !this.app.may('mark')) return;
    const { study } = hung.study;
    const { series } = hung.series;
    const caption = await askText('Caption of this key image', '');
    if (caption === null || openId !== this.app.openId) return;
    void this.app.client.op('key.put', { case: openId, key: { id: uuid(), study, series, sop: frame.sop, frame: frame.frame, caption } });
  }
}

/** A PDF or a report; a video is looked at like images. */
const isRead = ({ series: { kind, documents } }: Hung): boolean => kind === 'document' && !documents.some(({ type }) => type.startsWith('video/'));
