/** Marks on a slide: lengths and arrows, drawn over it where the room keeps them, and made by hand. */

import type { Draft, Shown } from '../measure/keeping';
import { infoOf } from '../measure/tools';
import { askText } from '../viewer/dialogs';
import type { Drawing } from '../room/protocol';
import type { ToolName } from '../viewer/engine';
import { uuid } from '../room/uuid';
import { apart, areaOf, areaWord, fromWire, lengthWord, toWire, type Place } from './scale';

const SVG = 'http://www.w3.org/2000/svg';
/** Pixels: less than this is a click. */
const SHORTEST = 4;
/** Pixels between the points of a region drawn by hand, and how many one may have. */
const APART = 5;
const MOST = 200;
const HEAD = 12;
/** The tools that make sense on glass. */
const TOOLS = ['Length', 'ArrowAnnotate', 'Label', 'PlanarFreehandROI'] as const;
type Tool = (typeof TOOLS)[number];
const isTool = (tool: string): tool is Tool => (TOOLS as readonly string[]).includes(tool);

/** The marks of the open case, for what draws them itself. */
export interface OwnMarks {
  /** Whether this person may make one now. */
  may(): boolean;
  shown(): Map<string, Shown>;
  /** What was sent last of a mark and is not yet answered; null when it is removed. */
  pending(): Map<string, Draft | null>;
  /** `on` is the version it was made from. */
  put(mark: Draft, on?: number): void;
  remove(id: string): void;
  /** A hand makes or moves it just now; and lets go of it. */
  hold(drawing: Drawing): void;
  letGo(): void;
}

/** The slide a mark belongs to, and how its places come onto the screen. */
export interface Under {
  study: string;
  series: string;
  sop: string;
  hasScale: boolean;
  placeOf(point: Place): Place;
  pointAt(place: Place): Place;
}

interface Drawn {
  mark: Draft;
  by: string;
  able: boolean;
  standing: Shown['standing'];
  /** As it is kept; undefined while it is on its way. */
  version?: number | undefined;
}

export class Ink {
  readonly element = document.createElementNS(SVG, 'svg');
  private hand: { drawn: Drawn; end: number; fresh: boolean } | null = null;
  private hovered: string | null = null;

  constructor(
    private readonly ask: OwnMarks,
    private readonly tool: () => ToolName,
    private readonly under: () => Under | null,
  ) {
    this.element.setAttribute('class', 'slide-ink');
    this.element.addEventListener('pointerdown', (event) => this.down(event));
    this.element.addEventListener('pointermove', (event) => this.move(event));
    this.element.addEventListener('pointerup', (event) => void this.up(event));
    this.element.addEventListener('pointercancel', () => this.drop());
  }

  /** What is to be seen, with what is on its way in its place. */
  private marks(): Drawn[] {
    const under = this.under();
    if (under === null) return [];
    const found = new Map<string, Drawn>();
    for (const [id, { mark, standing, mayChange, meeting }] of this.ask.shown()) {
      found.set(id, { mark, version: mark.version, standing, able: mayChange, by: [mark.author.name, meeting ?? '', standing === 'private' ? 'only you see this' : ''].filter(Boolean).join(', ') });
    }
    for (const [id, mark] of this.ask.pending()) {
      if (mark === null) found.delete(id);
      else found.set(id, { standing: 'kept', able: true, by: '', ...found.get(id), mark, version: undefined });
    }
    return [...found.values()].filter(({ mark }) => mark.series === under.series && isTool(mark.tool) && mark.id !== this.hand?.drawn.mark.id);
  }

  draw(): void {
    const under = this.under();
    const tool = this.tool();
    this.element.classList.toggle('making', under !== null && this.making(tool) !== null);
    if (under === null) {
      this.element.replaceChildren();
      return;
    }
    const shown = [...this.marks(), ...(this.hand === null ? [] : [this.hand.drawn])];
    this.element.replaceChildren(...shown.map((drawn) => drawing(drawn, under, this.hovered === drawn.mark.id)));
  }

  /** The marks drawn here, for tests and other people's lists. */
  get ids(): string[] {
    return this.marks().map(({ mark }) => mark.id);
  }

  remove(): boolean {
    const over = this.marks().find(({ mark }) => mark.id === this.hovered);
    if (over === undefined || !over.able) return false;
    this.ask.remove(over.mark.id);
    this.hovered = null;
    this.draw();
    return true;
  }

  private making(tool: ToolName): Tool | null {
    return this.ask.may() && isTool(tool) ? tool : null;
  }

  private at({ clientX, clientY }: PointerEvent, under: Under): Place {
    const { left, top } = this.element.getBoundingClientRect();
    return under.pointAt([clientX - left, clientY - top]);
  }

  private down(event: PointerEvent): void {
    const under = this.under();
    if (under === null || event.button !== 0) return;
    const grip = (event.target as Element).closest('[data-end]');
    const held = grip === null ? undefined : this.marks().find(({ mark }) => mark.id === grip.getAttribute('data-mark'));
    const tool = this.making(this.tool());
    if (held !== undefined && held.able) this.hand = { drawn: held, end: Number(grip?.getAttribute('data-end')), fresh: false };
    else if (tool !== null) {
      const point = toWire(this.at(event, under));
      const { study, series, sop } = under;
      const points = infoOf(tool).most === 2 ? [point, point] : [point];
      this.hand = { drawn: { mark: { id: uuid(), tool, study, series, sop, frame: 1, points, text: '' }, by: '', able: true, standing: 'kept' }, end: points.length - 1, fresh: true };
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
    const { drawn, end, fresh } = this.hand;
    const { mark } = drawn;
    const place = this.at(event, under);
    const points = [...mark.points];
    const last = points.at(-1);
    if (fresh && mark.tool === 'PlanarFreehandROI') {
      if (last !== undefined && points.length < MOST && apart(under.placeOf(fromWire(last)), under.placeOf(place)) >= APART) points.push(toWire(place));
    } else points[end] = toWire(place);
    this.hand.drawn = { ...drawn, mark: { ...mark, points } };
    const { id, tool, study, series, sop } = mark;
    this.ask.hold({ id, tool, study, series, ...(sop === undefined ? {} : { sop }), frame: 1, points });
    this.draw();
  }

  private drop(): void {
    this.ask.letGo();
    this.hand = null;
    this.draw();
  }

  private async up(event: PointerEvent): Promise<void> {
    const { hand } = this;
    const under = this.under();
    if (hand === null || under === null) return;
    event.stopPropagation();
    this.ask.letGo();
    const { mark } = hand.drawn;
    const info = infoOf(mark.tool);
    const places = mark.points.map((point) => under.placeOf(fromWire(point)));
    if (places.length < info.least || (info.most === 2 && apart(places[0]!, places[1]!) < SHORTEST)) {
      this.drop();
      return;
    }
    let { text } = mark;
    if (info.texted && hand.fresh) {
      const said = await askText(`Text of the ${info.noun.toLowerCase()}`, '');
      if (said === null || this.under()?.series !== under.series) {
        this.drop();
        return;
      }
      text = said;
    }
    this.hand = null;
    this.ask.put({ ...mark, text }, hand.drawn.version);
    this.draw();
  }
}

function drawing({ mark, by, able, standing }: Drawn, under: Under, lit: boolean): SVGElement {
  const places = mark.points.map((point) => under.placeOf(fromWire(point)));
  const isRegion = mark.tool === 'PlanarFreehandROI';
  const group = made('g', { class: `slide-mark ${standing}${lit ? ' lit' : ''}`, 'data-mark': mark.id });
  const line = `M${places.map((place) => place.join(' ')).join('L')}${isRegion ? 'Z' : ''}`;
  for (const part of ['slide-touch', 'slide-halo', 'slide-line']) group.append(made('path', { d: line, class: part }));
  if (mark.tool === 'ArrowAnnotate') group.append(made('path', { d: head(places[0]!, places[1]!), class: 'slide-head' }));
  places.forEach(([x, y], end) => {
    if (!isRegion) group.append(made('circle', { cx: `${x}`, cy: `${y}`, r: '5', class: `slide-grip${able ? '' : ' fixed'}`, 'data-end': `${end}`, 'data-mark': mark.id }));
  });
  const [x, y] = isRegion ? places.reduce((a, b) => (b[0] > a[0] ? b : a)) : places.at(-1)!;
  const right = isRegion || x >= places[0]![0];
  group.append(word(saying(mark, under), x + (right ? 10 : -10), y - 2, right, 'slide-word'), word(by, x + (right ? 10 : -10), y + 13, right, 'slide-by'));
  return group;
}

function saying({ tool, points, text }: Draft, { hasScale }: Under): string {
  const places = points.map(fromWire);
  if (tool === 'Length') return lengthWord(apart(places[0]!, places[1]!), hasScale);
  return tool === 'PlanarFreehandROI' ? areaWord(areaOf(places), hasScale) : text;
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

