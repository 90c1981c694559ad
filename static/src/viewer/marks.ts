/** Marks as the room keeps them, and as Cornerstone draws them: two lists that are made to agree. */

import { Enums as CoreEnums, eventTarget } from '@cornerstonejs/core';
import { annotation, Enums, utilities, type Types } from '@cornerstonejs/tools';
import type { Vector } from '../imaging/types';
import type { Mark, MarkBody, MarkTool } from '../room/protocol';
import { roundPoint } from './camera';
import type { Grid } from './grid';
import { distance } from './orientation';
import type { Pane } from './pane';

const { Events } = Enums;
/** Millimetres (or pixels, without a scale). */
const SHORTEST = 0.2;
/** Every mark of ours says which tool made it and on which image. */
type Drawn = Types.Annotation & { metadata: NonNullable<Types.Annotation['metadata']> };
const isOurs = (tool: string): tool is MarkTool => tool === 'Length' || tool === 'ArrowAnnotate';

export interface MarksAsk {
  put(mark: MarkBody): void;
  remove(id: string, version: number): void;
  /** The kept marks of the open case. */
  kept(): Record<string, Mark>;
  /** What was sent last of a mark and is not yet answered; no `mark` when it is removed. */
  pending(): Map<string, { version: number; mark: MarkBody | null }>;
  mayChange(mark: Mark): boolean;
}

export class Marks {
  /** Marks that a hand has just changed; sent when the hand lets go. */
  private readonly touched = new Set<string>();
  private syncing = false;

  constructor(
    private readonly grid: Grid,
    private readonly ask: MarksAsk,
  ) {
    const on = (name: string, act: (mark: Drawn) => void): void =>
      eventTarget.addEventListener(name, ((event: CustomEvent<{ annotation: Drawn; changeType?: string }>) => {
        const { annotation: mark, changeType } = event.detail;
        // Cornerstone also calls it a change when it has worked out a length.
        if (!this.syncing && isOurs(mark.metadata.toolName) && changeType !== Enums.ChangeTypes.StatsUpdated) act(mark);
      }) as EventListener);
    on(Events.ANNOTATION_COMPLETED, (mark) => this.send(mark));
    on(Events.ANNOTATION_MODIFIED, (mark) => this.touched.add(mark.annotationUID as string));
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
      const kept = this.ask.kept();
      for (const drawn of this.drawn()) {
        const id = drawn.annotationUID as string;
        if (pending.has(id) || this.inHand(drawn)) continue;
        const mark = kept[id];
        if (mark === undefined || mark.removed || this.imageOf(mark) !== drawn.metadata.referencedImageId) annotation.state.removeAnnotation(id);
      }
      for (const mark of Object.values(kept)) if (!mark.removed && !pending.has(mark.id)) this.draw(mark);
    } finally {
      this.syncing = false;
    }
    for (const pane of this.grid.visible) if (pane.stack !== null) utilities.triggerAnnotationRender(pane.image);
  }

  /** Another case: nothing drawn stays. */
  clear(): void {
    this.syncing = true;
    annotation.state.removeAllAnnotations();
    this.touched.clear();
    this.syncing = false;
  }

  /** Removes the marks a hand has chosen, if there are any. */
  removeSelected(): boolean {
    const chosen = this.drawn().filter((mark) => mark.highlighted || annotation.selection.isAnnotationSelected(mark.annotationUID as string));
    for (const mark of chosen) {
      const id = mark.annotationUID as string;
      const kept = this.ask.kept()[id];
      if (kept !== undefined && !this.ask.mayChange(kept)) continue;
      const version = this.version(id);
      annotation.state.removeAnnotation(id);
      if (version > 0) this.ask.remove(id, version + 1);
    }
    for (const pane of this.grid.visible) if (pane.stack !== null) utilities.triggerAnnotationRender(pane.image);
    return chosen.length > 0;
  }

  drawn(): Drawn[] {
    return (annotation.state.getAllAnnotations() as Drawn[]).filter(({ metadata }) => isOurs(metadata.toolName));
  }

  private holdBack(event: MouseEvent): void {
    const pane = this.grid.visible.find(({ image }) => image.contains(event.target as Node));
    if (pane?.stack && pane.at !== pane.stack.getCurrentImageIdIndex()) event.stopPropagation();
  }

  private version(id: string): number {
    return this.ask.pending().get(id)?.version ?? this.ask.kept()[id]?.version ?? 0;
  }

  private inHand(mark: Drawn): boolean {
    const handle = (mark.data.handles as { activeHandleIndex?: number | null } | undefined)?.activeHandleIndex ?? null;
    const fresh = this.version(mark.annotationUID as string) === 0;
    return fresh || handle !== null || this.touched.has(mark.annotationUID as string);
  }

  private release(): void {
    for (const id of this.touched) {
      const mark = annotation.state.getAnnotation(id) as Drawn | undefined;
      // A mark that has no version yet is sent when it is completed (an arrow: when its text is there).
      if (mark !== undefined && this.version(id) > 0 && this.differs(mark)) this.send(mark);
    }
    this.touched.clear();
  }

  private differs(drawn: Drawn): boolean {
    const id = drawn.annotationUID as string;
    const pending = this.ask.pending().get(id);
    const kept = pending === undefined ? this.ask.kept()[id] : pending.mark;
    return kept === undefined || kept === null || JSON.stringify(pointsOf(drawn)) !== JSON.stringify(kept.points) || textOf(drawn) !== kept.text;
  }

  private send(drawn: Drawn): void {
    const id = drawn.annotationUID as string;
    const pane = this.paneOf(drawn.metadata.referencedImageId);
    const at = drawn.metadata.referencedImageId?.split('/').pop();
    const hung = pane?.hung;
    const frame = at === undefined ? undefined : pane?.index?.frames[Number(at)];
    const points = pointsOf(drawn);
    if (hung === undefined || hung === null || frame === undefined || points.length !== 2) return;
    this.touched.delete(id);
    if (distance(points[0] as Vector, points[1] as Vector) < SHORTEST) {
      // A click, not a line: what was kept of the mark, if anything, comes back.
      annotation.state.removeAnnotation(id);
      this.sync();
      return;
    }
    this.ask.put({
      id,
      version: this.version(id) + 1,
      tool: drawn.metadata.toolName as MarkTool,
      study: hung.study.study,
      series: hung.series.series,
      sop: frame.sop,
      frame: frame.frame,
      points,
      text: textOf(drawn),
    });
  }

  private paneOf(imageId: string | undefined): Pane | undefined {
    return this.grid.visible.find(({ stack }) => imageId !== undefined && stack?.getImageIds().includes(imageId));
  }

  private imageOf(mark: Mark): string | null {
    for (const pane of this.grid.visible) {
      if (pane.hung?.series.series !== mark.series) continue;
      const id = pane.imageIdOf(mark.sop, mark.frame);
      if (id !== null) return id;
    }
    return null;
  }

  private draw(mark: Mark): void {
    const imageId = this.imageOf(mark);
    if (imageId === null) return;
    const drawn = annotation.state.getAnnotation(mark.id) as Drawn | undefined;
    if (drawn !== undefined) {
      if (this.inHand(drawn)) return;
      (drawn.data.handles as { points: Vector[] }).points = mark.points.map((point) => [...point] as Vector);
      drawn.data.label = mark.text;
      drawn.invalidated = true;
    } else this.add(mark, imageId);
    annotation.locking.setAnnotationLocked(mark.id, !this.ask.mayChange(mark));
  }

  private add(mark: Mark, imageId: string): void {
    const pane = this.paneOf(imageId);
    const stack = pane?.stack;
    if (pane === undefined || stack === null || stack === undefined) return;
    const { viewPlaneNormal, viewUp } = stack.getCamera();
    const fresh = {
      annotationUID: mark.id,
      highlighted: false,
      invalidated: true,
      isLocked: false,
      isVisible: true,
      metadata: { toolName: mark.tool, FrameOfReferenceUID: stack.getFrameOfReferenceUID(), referencedImageId: imageId, viewPlaneNormal, viewUp },
      data: {
        label: mark.text,
        cachedStats: {},
        handles: {
          points: mark.points.map((point) => [...point]),
          activeHandleIndex: null,
          arrowFirst: true,
          textBox: { hasMoved: false, worldPosition: [0, 0, 0], worldBoundingBox: { topLeft: [0, 0, 0], topRight: [0, 0, 0], bottomLeft: [0, 0, 0], bottomRight: [0, 0, 0] } },
        },
      },
    };
    annotation.state.addAnnotation(fresh as unknown as Types.Annotation, pane.image);
  }
}

const pointsOf = (mark: Drawn): Vector[] => ((mark.data.handles?.points ?? []) as Vector[]).map(roundPoint);
const textOf = (mark: Drawn): string => (mark.metadata.toolName === 'ArrowAnnotate' ? (mark.data.label ?? '') : '');

