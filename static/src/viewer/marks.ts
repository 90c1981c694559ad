/** Marks as the room keeps them, and as Cornerstone draws them: two lists that are made to agree. */

import { Enums as CoreEnums, eventTarget } from '@cornerstonejs/core';
import { annotation, cancelActiveManipulations, Enums, utilities } from '@cornerstonejs/tools';
import { parseImageId } from '../imaging/image-id';
import type { SeriesIndex, Vector } from '../imaging/types';
import { blank, heldHandle, isOurs, pointsOf, textOf, toolOf, write, type Drawn } from '../measure/drawn';
import type { Draft, Shown } from '../measure/keeping';
import { infoOf } from '../measure/tools';
import type { Drawing, Mark } from '../room/protocol';
import type { Grid } from './grid';
import { distance } from './orientation';
import type { Pane } from './pane';

const { Events } = Enums;
/** Millimetres (or pixels, without a scale). */
const SHORTEST = 0.2;

/** How marks look that are not the room's own of this meeting. */
const STYLES = {
  private: { color: 'rgb(255, 140, 220)', colorHighlighted: 'rgb(255, 190, 240)', textBoxColor: 'rgb(255, 170, 230)', lineDash: '5,4' },
  earlier: { color: 'rgb(170, 185, 200)', colorLocked: 'rgb(170, 185, 200)', textBoxColor: 'rgb(185, 200, 215)', textBoxColorLocked: 'rgb(185, 200, 215)', lineDash: '2,3' },
} as const;

export interface MarksAsk {
  /** Every mark that is to be seen. */
  shown(): Map<string, Shown>;
  /** What was sent last of a mark and is not yet answered; null when it is removed. */
  pending(): Map<string, Draft | null>;
  /** `on` is the version it was made from; answers with the version it becomes. */
  put(mark: Draft, on?: number): number;
  remove(id: string): void;
  /** A hand makes or moves it just now; and lets go of it. */
  hold(drawing: Drawing): void;
  letGo(): void;
  index(key: string, version: string): SeriesIndex | undefined;
}

export class Marks {
  /** Marks that a hand has just changed; sent when the hand lets go. */
  private readonly touched = new Set<string>();
  /** Of each kept mark, the version that a hand here sees, and changes. */
  private readonly seen = new Map<string, number>();
  private syncing = false;

  constructor(
    private readonly grid: Grid,
    private readonly ask: MarksAsk,
  ) {
    const on = (name: string, act: (mark: Drawn) => void): void =>
      eventTarget.addEventListener(name, ((event: CustomEvent<{ annotation: Drawn; changeType?: string }>) => {
        const { annotation: mark, changeType } = event.detail;
        // Cornerstone also calls it a change when it has worked out a length.
        if (!this.syncing && isOurs(mark) && changeType !== Enums.ChangeTypes.StatsUpdated) act(mark);
      }) as EventListener);
    on(Events.ANNOTATION_COMPLETED, (mark) => this.send(mark));
    on(Events.ANNOTATION_MODIFIED, (mark) => {
      this.touched.add(mark.annotationUID as string);
      this.hold(mark);
    });
    window.addEventListener('pointerup', () => setTimeout(() => this.release(), 0));
    // A mark belongs to the image that is seen: while another one is still coming, none begins.
    grid.element.addEventListener('mousedown', (event) => this.holdBack(event), { capture: true });
    for (const pane of grid.panes) pane.image.addEventListener(CoreEnums.Events.VIEWPORT_NEW_IMAGE_SET, () => this.sync());
  }

  /** Draws what is kept; a mark on its way to the server, or in somebody's hand, is left as it is. */
  sync(): void {
    this.syncing = true;
    try {
      const pending = this.ask.pending();
      const shown = this.ask.shown();
      for (const drawn of this.drawn()) {
        const id = drawn.annotationUID as string;
        if (pending.has(id) || this.inHand(drawn)) continue;
        const mark = shown.get(id)?.mark;
        if (mark === undefined || (this.imageOf(mark) ?? undefined) !== drawn.metadata.referencedImageId) {
          annotation.state.removeAnnotation(id);
          this.seen.delete(id);
        }
      }
      for (const [id, one] of shown) if (!pending.has(id)) this.draw(one);
    } finally {
      this.syncing = false;
    }
    this.paint();
  }

  /** Another case: nothing drawn stays. */
  clear(): void {
    this.syncing = true;
    annotation.state.removeAllAnnotations();
    this.touched.clear();
    this.seen.clear();
    this.syncing = false;
  }

  /** What was drawn by hand and not kept is drawn again as it is kept. */
  restore(id: string): void {
    this.touched.delete(id);
    this.sync();
  }

  /** Removes the marks a hand has chosen, if there are any. */
  removeSelected(): boolean {
    const chosen = this.selected();
    for (const id of chosen) {
      const one = this.ask.shown().get(id);
      if (one !== undefined && !one.mayChange) continue;
      annotation.state.removeAnnotation(id);
      if (one !== undefined || this.ask.pending().has(id)) this.ask.remove(id);
    }
    this.paint();
    return chosen.length > 0;
  }

  /** The marks under the mouse. */
  under(): string[] {
    return this.drawn().filter(({ highlighted }) => highlighted).map(({ annotationUID }) => annotationUID as string);
  }

  /** The marks under the mouse, or chosen. */
  selected(): string[] {
    return this.drawn()
      .filter((mark) => mark.highlighted || annotation.selection.isAnnotationSelected(mark.annotationUID as string))
      .map(({ annotationUID }) => annotationUID as string);
  }

  /** Shows which mark somebody chose in the list. */
  select(id: string): void {
    annotation.selection.deselectAnnotation();
    if (annotation.state.getAnnotation(id) !== undefined) annotation.selection.setAnnotationSelected(id, true);
    this.paint();
  }

  /** Gives up what is being drawn. */
  cancel(): void {
    this.ask.letGo();
    for (const pane of this.grid.visible) if (pane.stack !== null) cancelActiveManipulations(pane.image);
  }

  drawn(): Drawn[] {
    return annotation.state.getAllAnnotations().filter(isOurs);
  }

  private paint(): void {
    for (const pane of this.grid.visible) {
      if (pane.stack !== null) utilities.triggerAnnotationRender(pane.image);
      else pane.content.marked?.();
    }
  }

  private holdBack(event: MouseEvent): void {
    const pane = this.grid.visible.find(({ image }) => image.contains(event.target as Node));
    if (pane?.stack && pane.at !== pane.stack.getCurrentImageIdIndex()) event.stopPropagation();
  }

  private hold(drawn: Drawn): void {
    const place = this.placeOf(drawn);
    const points = pointsOf(drawn);
    if (place !== null && points.length > 0) this.ask.hold({ id: drawn.annotationUID as string, tool: toolOf(drawn), ...place, points });
  }

  private isKnown(id: string): boolean {
    return this.ask.pending().has(id) || this.ask.shown().has(id);
  }

  private inHand(mark: Drawn): boolean {
    const id = mark.annotationUID as string;
    return (!this.isKnown(id) && !this.seen.has(id)) || heldHandle(mark) !== null || this.touched.has(id);
  }

  private release(): void {
    this.ask.letGo();
    for (const id of this.touched) {
      const mark = annotation.state.getAnnotation(id);
      // A mark that nobody knows yet is sent when it is completed (an arrow: when its text is there).
      if (mark !== undefined && isOurs(mark) && (this.isKnown(id) || this.seen.has(id)) && this.differs(mark)) this.send(mark);
    }
    if (this.touched.size === 0) return;
    this.touched.clear();
    this.sync(); // what others did to it while it was held
  }

  private differs(drawn: Drawn): boolean {
    const id = drawn.annotationUID as string;
    const pending = this.ask.pending().get(id);
    const before = pending === undefined ? this.ask.shown().get(id)?.mark : pending;
    return before === undefined || before === null || JSON.stringify(pointsOf(drawn)) !== JSON.stringify(before.points) || textOf(drawn) !== before.text;
  }

  private send(drawn: Drawn): void {
    const id = drawn.annotationUID as string;
    const tool = toolOf(drawn);
    const points = pointsOf(drawn);
    const place = this.placeOf(drawn);
    this.touched.delete(id);
    this.ask.letGo();
    if (place === null || points.length < infoOf(tool).least || (infoOf(tool).most > 1 && extent(points) < SHORTEST)) {
      // A click, not a line, or given up half-way: what was kept of the mark, if anything, comes back.
      annotation.state.removeAnnotation(id);
      this.sync();
      return;
    }
    this.seen.set(id, this.ask.put({ id, tool, ...place, points, text: textOf(drawn) }, this.seen.get(id)));
  }

  /** On which image, or in which plane, a mark was drawn. */
  private placeOf({ metadata }: Drawn): Pick<Draft, 'study' | 'series' | 'sop' | 'frame' | 'plane'> | null {
    const id = metadata.referencedImageId;
    if (id?.startsWith('mdt:')) {
      const { key, version, index: at } = parseImageId(id);
      const index = this.ask.index(key, version);
      const frame = index?.frames[at];
      return index === undefined || frame === undefined ? null : { study: index.study, series: index.series, sop: frame.sop, frame: frame.frame };
    }
    const anchor = this.grid.active.content.anchor();
    return anchor !== null && 'plane' in anchor ? anchor : null;
  }

  private imageOf(mark: Mark): string | null {
    if (mark.sop === undefined || mark.frame === undefined) return null;
    for (const pane of this.grid.visible) {
      if (pane.hung?.series.series !== mark.series) continue;
      const id = pane.imageIdOf(mark.sop, mark.frame);
      if (id !== null) return id;
    }
    return null;
  }

  private draw({ mark, standing, mayChange }: Shown): void {
    let drawn = annotation.state.getAnnotation(mark.id) as Drawn | undefined;
    if (drawn !== undefined && this.inHand(drawn)) return;
    drawn ??= this.add(mark) ?? undefined;
    if (drawn === undefined) return;
    write(drawn, mark, standing === 'private');
    this.seen.set(mark.id, mark.version);
    annotation.config.style.setAnnotationStyles(mark.id, standing === 'kept' ? {} : STYLES[standing]);
    annotation.locking.setAnnotationLocked(mark.id, !mayChange);
  }

  private add(mark: Mark): Drawn | null {
    if (mark.plane !== undefined) {
      const { frame_of_reference: frameOfReference, normal } = mark.plane;
      const fresh = blank(mark.id, mark.tool, { FrameOfReferenceUID: frameOfReference, viewPlaneNormal: normal });
      write(fresh, mark, false);
      annotation.state.addAnnotation(fresh, frameOfReference);
      return fresh;
    }
    const imageId = this.imageOf(mark);
    const pane = imageId === null ? undefined : this.paneOf(imageId);
    const stack = pane?.stack;
    if (pane === undefined || stack === null || stack === undefined) return null;
    const { viewPlaneNormal, viewUp } = stack.getCamera();
    const fresh = blank(mark.id, mark.tool, { FrameOfReferenceUID: stack.getFrameOfReferenceUID(), referencedImageId: imageId, viewPlaneNormal, viewUp });
    write(fresh, mark, false);
    annotation.state.addAnnotation(fresh, pane.image);
    return fresh;
  }

  private paneOf(imageId: string): Pane | undefined {
    return this.grid.visible.find(({ stack }) => stack?.getImageIds().includes(imageId));
  }
}

/** The longest way between two of the points. */
const extent = (points: readonly Vector[]): number => Math.max(0, ...points.slice(1).map((point) => distance(points[0]!, point)));
