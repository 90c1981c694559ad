/** Marks on a slide: lengths and arrows, drawn over it where the room keeps them, and made by hand. */

import { askText } from '../viewer/dialogs';
import type { MarksAsk } from '../viewer/marks';
import type { ToolName } from '../viewer/engine';
import type { MarkBody, MarkTool } from '../room/protocol';
import { uuid } from '../room/uuid';
import { apart, fromWire, lengthWord, toWire, type Place } from './scale';

const SVG = 'http://www.w3.org/2000/svg';
/** Pixels: less than this is a click. */
const SHORTEST = 4;
const HEAD = 12;

/** The slide a mark belongs to, and how its places come onto the screen. */
export interface Under {
  study: string;
  series: string;
  sop: string;
  hasScale: boolean;
  placeOf(point: Place): Place;
  pointAt(place: Place): Place;
}

type Drawn = Pick<MarkBody, 'id' | 'version' | 'tool' | 'points' | 'text'> & { by: string; able: boolean };

export class Ink {
  readonly element = document.createElementNS(SVG, 'svg');
  private hand: { mark: Drawn; end: number } | null = null;
  private hovered: string | null = null;

  constructor(
    private readonly ask: MarksAsk,
    private readonly tool: () => ToolName,
    private readonly under: () => Under | null,
  ) {
    this.element.setAttribute('class', 'slide-ink');
    this.element.addEventListener('pointerdown', (event) => this.down(event));
    this.element.addEventListener('pointermove', (event) => this.move(event));
    this.element.addEventListener('pointerup', (event) => void this.up(event));
    this.element.addEventListener('pointercancel', () => this.drop());
  }

  /** What is kept, with what is on its way in its place. */
  private marks(): Drawn[] {
    const under = this.under();
    if (under === null) return [];
    const kept = this.ask.kept();
    const pending = this.ask.pending();
    const drawn: Drawn[] = [];
    for (const mark of Object.values(kept)) {
      if (mark.series !== under.series || mark.removed || pending.has(mark.id)) continue;
      drawn.push({ ...mark, by: mark.author.name, able: this.ask.mayChange(mark) });
    }
    for (const { mark } of pending.values()) {
      if (mark !== null && mark.series === under.series) drawn.push({ ...mark, by: kept[mark.id]?.author.name ?? '', able: false });
    }
    return drawn.filter(({ id }) => id !== this.hand?.mark.id);
  }

  draw(): void {
    const under = this.under();
    const tool = this.tool();
    this.element.classList.toggle('making', under !== null && this.making(tool) !== null);
    if (under === null) {
      this.element.replaceChildren();
      return;
    }
    const shown = [...this.marks(), ...(this.hand === null ? [] : [this.hand.mark])];
    this.element.replaceChildren(...shown.flatMap((mark) => drawing(mark, under, this.hovered === mark.id)));
  }

  /** The marks drawn here, for tests and other people's lists. */
  get ids(): string[] {
    return this.marks().map(({ id }) => id);
  }

  remove(): boolean {
    const mark = this.hovered === null ? undefined : this.ask.kept()[this.hovered];
    if (mark === undefined || mark.removed || !this.ask.mayChange(mark)) return false;
    this.ask.remove(mark.id, mark.version + 1);
    this.hovered = null;
    this.draw();
    return true;
  }

  private making(tool: ToolName): MarkTool | null {
    return this.ask.may() && (tool === 'Length' || tool === 'ArrowAnnotate') ? tool : null;
  }

  private at({ clientX, clientY }: PointerEvent, under: Under): Place {
    const { left, top } = this.element.getBoundingClientRect();
    return under.pointAt([clientX - left, clientY - top]);
  }

  private down(event: PointerEvent): void {
    const under = this.under();
    if (under === null || event.button !== 0) return;
    const grip = (event.target as Element).closest('[data-end]');
    const held = grip === null ? undefined : this.marks().find(({ id }) => id === grip.getAttribute('data-mark'));
    const tool = this.making(this.tool());
    if (held !== undefined && held.able) this.hand = { mark: { ...held, version: held.version + 1 }, end: Number(grip?.getAttribute('data-end')) };
    else if (tool !== null) {
      const point = toWire(this.at(event, under));
      this.hand = { mark: { id: uuid(), version: 1, tool, points: [point, point], text: '', by: '', able: true }, end: 1 };
    } else return;
    event.preventDefault();
    event.stopPropagation(); // the slide itself stays where it is
    this.element.setPointerCapture(event.pointerId);
    this.element.closest<HTMLElement>('.pane')?.focus({ preventScroll: true });
    this.draw();
  }

  private move(event: PointerEvent): void {
    const under = this.under();
    if (this.hand === null || under === null) {
      const over = (event.target as Element).closest('[data-mark]')?.getAttribute('data-mark') ?? null;
      if (over === this.hovered) return;
      this.hovered = over;
      this.draw();
      return;
    }
    event.stopPropagation();
    const points = [...this.hand.mark.points];
    points[this.hand.end] = toWire(this.at(event, under));
    this.hand.mark = { ...this.hand.mark, points };
    this.draw();
  }

  private drop(): void {
    this.hand = null;
    this.draw();
  }

  private async up(event: PointerEvent): Promise<void> {
    const { hand } = this;
    const under = this.under();
    if (hand === null || under === null) return;
    event.stopPropagation();
    const [from, to] = hand.mark.points.map((point) => under.placeOf(fromWire(point))) as [Place, Place];
    if (apart(from, to) < SHORTEST) {
      this.drop();
      return;
    }
    const { id, version, tool, points } = hand.mark;
    let { text } = hand.mark;
    if (tool === 'ArrowAnnotate' && version === 1) {
      const said = await askText('Text of the arrow', '');
      if (said === null || this.under()?.series !== under.series) {
        this.drop();
        return;
      }
      text = said;
    }
    this.hand = null;
    const { study, series, sop } = under;
    this.ask.put({ id, version, tool, study, series, sop, frame: 1, points, text });
    this.draw();
  }
}

function drawing(mark: Drawn, under: Under, lit: boolean): SVGElement[] {
  const [from, to] = mark.points.map((point) => under.placeOf(fromWire(point))) as [Place, Place];
  const group = made('g', { class: lit ? 'slide-mark lit' : 'slide-mark', 'data-mark': mark.id });
  const line = `M${from[0]} ${from[1]}L${to[0]} ${to[1]}`;
  group.append(made('path', { d: line, class: 'slide-touch' }), made('path', { d: line, class: 'slide-halo' }), made('path', { d: line, class: 'slide-line' }));
  if (mark.tool === 'ArrowAnnotate') group.append(made('path', { d: head(from, to), class: 'slide-head' }));
  const able = mark.able ? '' : ' fixed';
  mark.points.forEach((_, end) => {
    const [x, y] = end === 0 ? from : to;
    group.append(made('circle', { cx: `${x}`, cy: `${y}`, r: '5', class: `slide-grip${able}`, 'data-end': `${end}`, 'data-mark': mark.id }));
  });
  const says = mark.tool === 'Length' ? lengthWord(apart(fromWire(mark.points[0]!), fromWire(mark.points[1]!)), under.hasScale) : mark.text;
  const [x, y] = to;
  const right = to[0] >= from[0];
  group.append(word(says, x + (right ? 10 : -10), y - 2, right, 'slide-word'), word(mark.by, x + (right ? 10 : -10), y + 13, right, 'slide-by'));
  return [group];
}

/** The first point is what the arrow points at. */
function head(at: Place, from: Place): string {
  const angle = Math.atan2(from[1] - at[1], from[0] - at[0]);
  const side = (turn: number): string => `${at[0] + HEAD * Math.cos(angle + turn)} ${at[1] + HEAD * Math.sin(angle + turn)}`;
  return `M${at[0]} ${at[1]}L${side(0.4)}L${side(-0.4)}Z`;
}

function word(text: string, x: number, y: number, right: boolean, name: string): SVGElement {
  const element = made('text', { x: `${x}`, y: `${y}`, 'text-anchor': right ? 'start' : 'end', class: name });
  element.textContent = text;
  return element;
}

function made(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

