/** Marks placed with keys alone: a cross that Shift and the arrows move, and X, which places a point of the chosen tool there. */

import { madeOf, nextWords, paceOf, type Place } from '../measure/by-keys';
import type { Vector } from '../imaging/types';
import { infoOf, isMarkTool, type MarkTool } from '../measure/tools';
import { askText } from '../viewer/dialogs';
import type { Anchor } from '../viewer/contents/content';
import type { Pane } from '../viewer/pane';
import type { App } from './app';
import { uuid } from './uuid';

interface Placed {
  case: string;
  tool: MarkTool;
  pane: Pane;
  anchor: Anchor;
  places: Place[];
}

export class KeyMarks {
  private readonly cross = document.createElement('div');
  private at: { pane: Pane; x: number; y: number } | null = null;
  private before: { at: number; pace: number } | null = null;
  private placed: Placed | null = null;

  constructor(private readonly app: App) {
    this.cross.className = 'key-cross';
    for (const { element } of app.grid.panes) element.addEventListener('pointerdown', () => this.clear());
  }

  /** Whether the arrows move the cross: while a tool is chosen that has a place on the image. */
  get moves(): boolean {
    return isMarkTool(this.app.engine.tool) || this.app.engine.tool === 'Point';
  }

  move(across: -1 | 0 | 1, down: -1 | 0 | 1): void {
    const now = performance.now();
    const pace = paceOf(this.before, now);
    this.before = { at: now, pace };
    const at = this.here();
    if (at === null) return;
    const { clientWidth, clientHeight } = at.pane.element;
    at.x = Math.min(clientWidth - 1, Math.max(0, at.x + Math.round(across * pace)));
    at.y = Math.min(clientHeight - 1, Math.max(0, at.y + Math.round(down * pace)));
    this.draw();
    this.app.pointers.aim(at.pane, at.x, at.y);
  }

  place(): void {
    const { app } = this;
    const { tool } = app.engine;
    const openId = app.openId;
    if (!isMarkTool(tool)) return app.toasts.say('First choose what to mark with: L a length, A an arrow, or another of the list (?).');
    if (!app.may('mark')) return app.toasts.say('Your role here does not mark.');
    const at = this.here();
    const anchor = at === null ? null : anchorAt(at.pane, [at.x, at.y]);
    if (at === null || anchor === null || openId === null) return app.toasts.say('There is no image to mark in the active viewport.');
    const { placed } = this;
    const goesOn = placed !== null && placed.case === openId && placed.tool === tool && placed.pane === at.pane && JSON.stringify(placed.anchor) === JSON.stringify(anchor);
    this.placed = goesOn ? placed : { case: openId, tool, pane: at.pane, anchor, places: [] };
    this.placed.places.push([at.x, at.y]);
    const made = madeOf(tool, this.placed.places);
    if (made === null) {
      app.toasts.say(nextWords(tool, this.placed.places.length));
      return this.draw();
    }
    const done = this.placed;
    this.placed = null;
    this.draw();
    void this.keep(done, made);
  }

  /** Gives up what is half placed, and the cross. */
  clear(): void {
    this.placed = null;
    this.at = null;
    this.cross.remove();
  }

  private async keep({ case: openId, tool, pane, anchor }: Placed, made: readonly Place[]): Promise<void> {
    const points = made.map((place) => pointAt(pane, place));
    if (!whole(points)) return this.app.toasts.say('Not all of it lies on the image.');
    const text = infoOf(tool).texted ? await askText('Text of the mark', '') : '';
    if (text === null || openId !== this.app.openId) return;
    this.app.keeping.put({ id: uuid(), tool, ...anchor, points, text });
    pane.element.focus({ preventScroll: true });
  }

  private here(): { pane: Pane; x: number; y: number } | null {
    const { active } = this.app.grid;
    if (this.at?.pane !== active) {
      const { clientWidth, clientHeight } = active.element;
      this.at = { pane: active, x: Math.round(clientWidth / 2), y: Math.round(clientHeight / 2) };
      this.placed = null;
    }
    this.draw();
    return this.at;
  }

  /** The cross, and a dot for each point that is placed. */
  private draw(): void {
    const { at, placed, cross } = this;
    if (at === null) return;
    cross.style.transform = `translate(${at.x}px, ${at.y}px)`;
    cross.replaceChildren(
      ...(placed?.places ?? []).map(([x, y]) => {
        const dot = document.createElement('i');
        dot.style.transform = `translate(${x - at.x}px, ${y - at.y}px)`;
        return dot;
      }),
    );
    if (cross.parentElement !== at.pane.element) at.pane.element.append(cross);
  }
}

/** On a whole slide marks belong to its one image, as pointers do. */
function anchorAt({ content }: Pane, place: Place): Anchor | null {
  const anchor = content.anchor();
  if (anchor !== null) return anchor;
  const pointer = content.pointerAt(place);
  const study = content.hung?.study.study;
  return pointer === null || study === undefined || pointer.sop === undefined || pointer.frame === undefined ? null : { study, series: pointer.series, sop: pointer.sop, frame: pointer.frame };
}

const pointAt = ({ content }: Pane, place: Place): Vector | null => content.pointAt(place) ?? content.pointerAt(place)?.at ?? null;

const whole = (points: readonly (Vector | null)[]): points is Vector[] => points.every((point) => point !== null);
