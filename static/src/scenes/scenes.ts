/** Scenes of the open case: kept from what is seen, opened for everybody who follows, put in order. */

import { askText, confirmThat } from '../viewer/dialogs';
import { find, type Grid } from '../viewer/grid';
import type { CaseImaging } from '../imaging/types';
import type { KeyImage, Mark, Scene, View } from '../room/protocol';
import { uuid } from '../room/uuid';
import { beside, moved } from './order';
import type { Preparation } from './prepared';

export interface ScenesNeed {
  grid: Grid;
  preparation: Preparation;
  openId(): string | null;
  imaging(): CaseImaging | null;
  kept(): { scenes: readonly Scene[]; keys: readonly KeyImage[]; marks: readonly Mark[] };
  may(): boolean;
  op(kind: string, body: Record<string, unknown>): Promise<unknown>;
  /** Somebody looks by hand: they no longer follow, and nothing is hung by itself. */
  elsewhere(): void;
  /** What is seen is other than it was: others are shown it. */
  changed(): void;
  showKey(key: KeyImage): void;
  say(text: string, important?: boolean): void;
}

export class Scenes {
  /** The scene opened last, by its id. */
  current: string | null = null;
  private currentKey: string | null = null;

  constructor(private readonly room: ScenesNeed) {}

  get list(): readonly Scene[] {
    return this.room.kept().scenes;
  }

  get keys(): readonly KeyImage[] {
    return this.room.kept().keys;
  }

  /** Another case: nothing has been opened of it. */
  begin(): void {
    this.current = this.currentKey = null;
  }

  /** Why a scene cannot be shown as it was made, in sentences. */
  problems(scene: Scene): string[] {
    const imaging = this.room.imaging();
    const told = this.room.preparation.known?.scenes[scene.id] ?? [];
    const said = told.map(({ pane, why }) => viewport(scene, pane, why));
    scene.view.panes.forEach((pane, at) => {
      if (pane !== null && imaging !== null && find(imaging, pane.key) === null && told.every((one) => one.pane !== at)) said.push(viewport(scene, at, 'its imaging is not here.'));
    });
    const gone = scene.marks.filter((id) => this.room.kept().marks.every((mark) => mark.id !== id || mark.removed)).length;
    if (gone > 0) said.push(gone === 1 ? 'A mark on it has been removed since.' : `${gone} marks on it have been removed since.`);
    return said;
  }

  /** The `n`th scene, counted from 0. What of it is not as it was is left empty, and said. */
  open(n: number): void {
    const scene = this.list[n];
    const imaging = this.room.imaging();
    if (scene === undefined) this.room.say(this.list.length === 0 ? 'No scene is prepared of this case.' : `There ${this.list.length === 1 ? 'is one scene' : `are ${this.list.length} scenes`} of this case.`);
    if (scene === undefined || imaging === null) return;
    const bad = new Set((this.room.preparation.known?.scenes[scene.id] ?? []).map(({ pane }) => pane));
    const panes = scene.view.panes.map((pane, at) => (pane === null || bad.has(at) || find(imaging, pane.key) === null ? null : pane));
    this.room.elsewhere();
    this.room.grid.follow({ ...scene.view, panes }, imaging);
    this.current = scene.id;
    for (const problem of this.problems(scene)) this.room.say(`Scene ${n + 1}. ${problem}`, true);
    this.room.grid.active.element.focus({ preventScroll: true }); // so that the next key is for the images
    this.room.changed();
  }

  next(by: 1 | -1): void {
    const ids = this.list.map(({ id }) => id);
    const to = beside(ids, this.current, by);
    if (to !== null) this.open(to);
    else this.room.say(ids.length === 0 ? 'No scene is prepared of this case.' : by > 0 ? 'That was the last scene.' : 'This is the first scene.');
  }

  nextKey(by: 1 | -1): void {
    const ids = this.keys.map(({ id }) => id);
    const to = beside(ids, this.currentKey, by) ?? (ids.length === 0 ? null : by > 0 ? 0 : ids.length - 1); // round and round
    const key = to === null ? undefined : this.keys[to];
    if (key === undefined) return this.room.say('This case has no key image.');
    this.currentKey = key.id;
    this.room.showKey(key);
  }

  /** Keeps what is seen now as a scene, with a caption. */
  async keep(): Promise<void> {
    const view = this.seen();
    if (view === null) return;
    const caption = await askText('Caption of this scene', '');
    if (caption === null || view.case !== this.room.openId()) return;
    const id = uuid();
    await this.put({ id, version: 1, view, marks: this.marksOn(view), caption });
    this.current = id;
  }

  /** The same scene with what is seen now. */
  async renew(scene: Scene): Promise<void> {
    const view = this.seen();
    if (view === null || !(await confirmThat(`Show what is seen now as “${scene.caption || 'this scene'}”?`, 'Change the scene'))) return;
    await this.put({ ...scene, version: scene.version + 1, view, marks: this.marksOn(view) });
  }

  async rename(scene: Scene): Promise<void> {
    const caption = await askText('Caption of this scene', scene.caption);
    if (caption !== null && caption !== scene.caption) await this.put({ ...scene, version: scene.version + 1, caption });
  }

  async remove(scene: Scene): Promise<void> {
    if (!(await confirmThat(`Remove the scene “${scene.caption || 'without a caption'}”?`, 'Remove it'))) return;
    await this.room.op('scene.remove', { case: scene.view.case, id: scene.id, version: scene.version + 1 });
  }

  move(from: number, to: number): void {
    const order = moved(this.list.map(({ id }) => id), from, to);
    if (order !== null) void this.room.op('scene.order', { case: this.room.openId(), order });
  }

  private async put({ id, version, view, marks, caption }: Pick<Scene, 'id' | 'version' | 'view' | 'marks' | 'caption'>): Promise<void> {
    await this.room.op('scene.put', { case: view.case, scene: { id, version, view, marks, caption } });
  }

  private seen(): View | null {
    const id = this.room.openId();
    if (id === null || !this.room.may()) {
      this.room.say(id === null ? 'No case is open.' : 'Your role here does not prepare scenes.');
      return null;
    }
    const view = this.room.grid.view(id);
    if (view.panes.some((pane) => pane !== null)) return view;
    this.room.say('There is no image to keep as a scene.');
    return null;
  }

  private marksOn({ panes }: View): string[] {
    const on = (mark: Mark): boolean => panes.some((pane) => pane !== null && pane.series === mark.series && (!('sop' in pane) || !('sop' in mark) || (pane.sop === mark.sop && pane.frame === mark.frame)));
    return this.room.kept().marks.filter((mark) => !mark.removed && on(mark)).map(({ id }) => id);
  }
}

const viewport = ({ view }: Scene, pane: number, why: string): string => (view.panes.length === 1 ? `${why.charAt(0).toUpperCase()}${why.slice(1)}` : `Viewport ${pane + 1}: ${why}`);
