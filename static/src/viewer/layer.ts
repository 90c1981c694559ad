/** The graphics, words and shutters of a presentation state, drawn over the image they are for. */

import type { StackViewport } from '@cornerstonejs/core';
import { isFor, type PresentationState, type TextObject, type Units } from '../imaging/states';
import type { FrameInfo } from '../imaging/types';
import { opening, outline, type Place } from './outline';
import { pixelToPatient } from './pixels';

const SVG = 'http://www.w3.org/2000/svg';
const LINE = 18;

type Places = Record<Units, Place>;

export class Layer {
  readonly element = document.createElementNS(SVG, 'svg');

  constructor() {
    this.element.setAttribute('class', 'pane-layer');
    this.element.setAttribute('aria-hidden', 'true');
  }

  clear(): void {
    this.element.replaceChildren();
  }

  draw(stack: StackViewport, frame: FrameInfo, state: PresentationState): void {
    const { clientWidth: width, clientHeight: height } = stack.element;
    this.element.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const places = placesOf(stack, frame, state);
    const drawn: SVGElement[] = [];
    for (const shape of state.shutter?.shapes ?? []) {
      const grey = Math.round(((state.shutter?.value ?? 0) / 65535) * 255);
      drawn.push(made('path', { d: `M0 0H${width}V${height}H0Z${opening(shape, places.PIXEL)}`, 'fill-rule': 'evenodd', fill: `rgb(${grey} ${grey} ${grey})`, class: 'layer-shutter' }));
    }
    const order = new Map(state.layers.map(({ name, order: at }) => [name, at]));
    const shown = state.graphics.filter(({ images }) => isFor(images, frame)).sort((a, b) => (order.get(a.layer) ?? 0) - (order.get(b.layer) ?? 0));
    for (const { objects, texts } of shown) {
      for (const object of objects) drawn.push(made('path', { d: outline(object, places[object.units]), class: object.filled ? 'layer-shape layer-filled' : 'layer-shape' }));
      for (const text of texts) drawn.push(...written(text, places));
    }
    this.element.replaceChildren(...drawn);
  }
}

/** DISPLAY counts from 0 to 1 over the displayed area as it lies on the screen, turned as it is; without one, over the image. */
function placesOf(stack: StackViewport, frame: FrameInfo, { areas }: PresentationState): Places {
  const pixel: Place = (point) => stack.worldToCanvas(pixelToPatient(frame, point)) as [number, number];
  const area = areas.find(({ images }) => isFor(images, frame));
  const first = area === undefined ? [0, 0] : [area.first[0] - 1, area.first[1] - 1];
  const last = area === undefined ? [frame.columns, frame.rows] : area.last;
  const corners = [pixel([first[0]!, first[1]!]), pixel([last[0]!, last[1]!])];
  const [left, right] = [Math.min(corners[0]![0], corners[1]![0]), Math.max(corners[0]![0], corners[1]![0])];
  const [top, bottom] = [Math.min(corners[0]![1], corners[1]![1]), Math.max(corners[0]![1], corners[1]![1])];
  return { PIXEL: pixel, DISPLAY: ([x, y]) => [left + x * (right - left), top + y * (bottom - top)] };
}

function written({ text, box, box_units: boxUnits, align, anchor, anchor_units: anchorUnits, leader }: TextObject, places: Places): SVGElement[] {
  const drawn: SVGElement[] = [];
  const target = anchor !== null && anchorUnits !== null ? places[anchorUnits](anchor) : null;
  let [x, y] = target === null ? [0, 0] : [target[0] + 8, target[1] - 8];
  let side = 'start';
  if (box !== null && boxUnits !== null) {
    const ends = box.map((corner) => places[boxUnits](corner)) as [[number, number], [number, number]];
    const [left, right] = [Math.min(ends[0][0], ends[1][0]), Math.max(ends[0][0], ends[1][0])];
    side = align === 'RIGHT' ? 'end' : align === 'CENTER' ? 'middle' : 'start';
    x = side === 'end' ? right : side === 'middle' ? (left + right) / 2 : left;
    y = Math.min(ends[0][1], ends[1][1]) + LINE;
    if (leader && target !== null) drawn.push(made('path', { d: `M${x} ${y}L${target[0]} ${target[1]}`, class: 'layer-shape' }));
  }
  const words = made('text', { x: String(x), y: String(y), 'text-anchor': side, class: 'layer-text' });
  text.split('\n').forEach((line, index) => {
    const row = made('tspan', { x: String(x), dy: index === 0 ? '0' : String(LINE) });
    row.textContent = line;
    words.append(row);
  });
  return [...drawn, words];
}

function made(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
