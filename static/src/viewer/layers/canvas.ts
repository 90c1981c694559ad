/** Draws layers over an image, wherever it lies on the screen: turned, flipped, zoomed, on any size of it. */

import type { Colour, ReportMark } from '../../imaging/layers';
import { valueWords } from '../../imaging/layers';
import type { FrameInfo, Vector } from '../../imaging/types';
import { outline } from '../outline';
import { pixelToPatient } from '../pixels';
import type { Drawn, PaintedMask } from './layers';
import type { Picture } from './pictures';

type Point = [number, number];
/** Where on the screen a patient point is, in CSS pixels. */
export type Project = (point: Vector) => Point;

const FILL = 0.4;
const LINE = 1.75;
const CASING = 3.75;
const DASHES = [7, 4];
const WORDS_HIGH = 17;
const rgb = ([red, green, blue]: Colour): string => `rgb(${red} ${green} ${blue})`;

export class LayerCanvas {
  readonly element = document.createElement('canvas');
  private empty = true;

  constructor() {
    this.element.className = 'pane-layers';
    this.element.setAttribute('aria-hidden', 'true');
  }

  clear(): void {
    if (this.empty) return;
    this.element.width = this.element.width;
    this.empty = true;
  }

  draw(size: { width: number; height: number }, project: Project, frame: FrameInfo, layers: readonly Drawn[], planes: readonly Picture[]): void {
    const something = planes.length > 0 || layers.some(({ masks, contours, marks }) => masks.length + contours.length + marks.length > 0);
    if (!something) {
      this.clear();
      return;
    }
    const scale = window.devicePixelRatio;
    const [wide, high] = [Math.round(size.width * scale), Math.round(size.height * scale)];
    if (this.element.width !== wide || this.element.height !== high) [this.element.width, this.element.height] = [wide, high];
    const drawing = this.element.getContext('2d') as CanvasRenderingContext2D;
    drawing.setTransform(1, 0, 0, 1, 0, 0);
    drawing.clearRect(0, 0, wide, high);
    const base = new DOMMatrix([scale, 0, 0, scale, 0, 0]);
    this.empty = false;
    for (const picture of planes) fill(drawing, base, project, { place: frame, picture }, 1);
    for (const layer of layers) for (const mask of layer.masks) fill(drawing, base, project, mask, layer.opacity * FILL);
    drawing.setTransform(base);
    drawing.lineJoin = drawing.lineCap = 'round';
    for (const layer of layers) {
      drawing.globalAlpha = Math.max(0.35, layer.opacity);
      for (const mask of layer.masks) edge(drawing, project, mask);
      for (const { kind, points, colour, machine } of layer.contours) stroke(drawing, lineOf(kind, points, project), colour, machine);
      drawing.globalAlpha = 1;
    }
    const words: Words[] = [];
    for (const layer of layers) {
      for (const { mark, colour, cad } of layer.marks) {
        const places = mark.points.map((point) => project(point.length === 3 ? (point as Vector) : pixelToPatient(frame, point as Point)));
        stroke(drawing, pathOf(mark, places), colour, layer.machine);
        const lines = wordsOf(mark, cad);
        const same = words.find((one) => one.lines[0] === lines[0] && one.colour === colour);
        if (same === undefined) words.push({ ...beside(places), lines, colour });
        else same.lines.push(...lines.slice(1).filter((line) => !same.lines.includes(line))); // two measures of one lesion
      }
    }
    write(drawing, words, size);
    drawing.globalAlpha = 1;
  }
}

/** From pixels of the picture's own image to the screen: its edges are straight there too. */
function onto(project: Project, { place }: PaintedMask): DOMMatrix {
  const at = (x: number, y: number): Point => project(pixelToPatient(place, [x, y]));
  const [from, right, down] = [at(0, 0), at(100, 0), at(0, 100)];
  return new DOMMatrix([(right[0] - from[0]) / 100, (right[1] - from[1]) / 100, (down[0] - from[0]) / 100, (down[1] - from[1]) / 100, from[0], from[1]]);
}

function fill(drawing: CanvasRenderingContext2D, base: DOMMatrix, project: Project, mask: PaintedMask, alpha: number): void {
  const { left, top, canvas } = mask.picture;
  drawing.setTransform(base.multiply(onto(project, mask)));
  drawing.imageSmoothingEnabled = false;
  drawing.globalAlpha = alpha;
  drawing.drawImage(canvas, left, top);
  drawing.globalAlpha = 1;
}

function edge(drawing: CanvasRenderingContext2D, project: Project, mask: PaintedMask): void {
  const { left, top, outlines } = mask.picture;
  for (const { colour, path } of outlines) {
    const placed = new Path2D();
    placed.addPath(path, onto(project, mask).translate(left, top));
    stroke(drawing, placed, colour, false);
  }
}

/** With a dark casing, so that it is seen on bright images; what a machine made is dashed. */
function stroke(drawing: CanvasRenderingContext2D, path: Path2D, colour: Colour, machine: boolean): void {
  drawing.setLineDash(machine ? DASHES : []);
  drawing.lineWidth = CASING;
  drawing.strokeStyle = 'rgb(0 0 0 / 0.55)';
  drawing.stroke(path);
  drawing.lineWidth = LINE;
  drawing.strokeStyle = rgb(colour);
  drawing.stroke(path);
  drawing.setLineDash([]);
}

function lineOf(kind: string, points: readonly number[], project: Project): Path2D {
  const path = new Path2D();
  const places: Point[] = [];
  for (let at = 0; at < points.length; at += 3) places.push(project(points.slice(at, at + 3) as Vector));
  if (kind === 'POINT') for (const place of places) cross(path, place);
  else if (kind === 'PIECES') places.forEach(([x, y], at) => (at % 2 === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  else places.forEach(([x, y], at) => (at === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  if (kind.startsWith('CLOSED')) path.closePath();
  return path;
}

function pathOf({ type }: ReportMark, places: Point[]): Path2D {
  if (type === 'POINT' || type === 'MULTIPOINT') {
    const path = new Path2D();
    for (const place of places) cross(path, place);
    return path;
  }
  const shape = type === 'POLYGON' ? 'POLYLINE' : (type ?? 'POLYLINE');
  const closed = type === 'POLYGON' && places.length > 0 ? [...places, places[0] as Point] : places;
  return new Path2D(outline({ type: shape, points: closed }, ([x, y]) => [x, y]));
}

function cross(path: Path2D, [x, y]: Point): void {
  path.moveTo(x - 6, y);
  path.lineTo(x + 6, y);
  path.moveTo(x, y - 6);
  path.lineTo(x, y + 6);
}

interface Words {
  x: number;
  y: number;
  lines: string[];
  colour: Colour;
}

function beside(places: readonly Point[]): { x: number; y: number } {
  const right = places.reduce((best, place) => (place[0] > best[0] ? place : best), places[0] as Point);
  return { x: right[0] + 10, y: right[1] - 6 };
}

/** What it is called, and what was measured of it; the rest is in the panel. */
export function wordsOf({ label, values }: Pick<ReportMark, 'label' | 'values'>, cad: boolean): string[] {
  return [`${cad ? 'CAD, machine-made: ' : ''}${label}`, ...values.slice(0, 4).map(valueWords)];
}

/** Words that would lie on each other move down. */
function write(drawing: CanvasRenderingContext2D, words: readonly Words[], { width, height }: { width: number; height: number }): void {
  drawing.font = `${width > 900 ? 15 : 13}px Arial, sans-serif`;
  drawing.textBaseline = 'top';
  const taken: { x: number; y: number; wide: number; high: number }[] = [];
  for (const { x, y, lines, colour } of words) {
    const wide = Math.max(...lines.map((line) => drawing.measureText(line).width));
    const high = lines.length * WORDS_HIGH;
    const box = { x: Math.max(4, Math.min(x, width - wide - 4)), y: Math.max(4, Math.min(y, height - high - 4)), wide, high };
    for (const other of taken) if (box.x < other.x + other.wide && other.x < box.x + box.wide && box.y < other.y + other.high && other.y < box.y + box.high) box.y = other.y + other.high + 2;
    taken.push(box);
    drawing.fillStyle = 'rgb(0 0 0 / 0.6)';
    drawing.fillRect(box.x - 3, box.y - 1, wide + 6, high + 1);
    drawing.fillStyle = rgb(colour);
    lines.forEach((line, at) => drawing.fillText(line, box.x, box.y + at * WORDS_HIGH));
  }
}
