/**
 * What lies between the window and the screen where that is no straight line: SIGMOID (PS3.3 C.11.2.1.3.1), a VOI table
 * (C.11.2.1.1), and of a presentation state its table (C.11.6.1) and its pseudo-colours (A.33.3). Cornerstone draws
 * straight lines from black to white; here its function is put in another's place. The window's ends are the curve's ends,
 * so that a hand that drags the window stretches the curve.
 */

import type { StackViewport } from '@cornerstonejs/core';
import vtkColorTransferFunction from '@kitware/vtk.js/Rendering/Core/ColorTransferFunction';
import type { Colour } from '../imaging/layers';
import { isFor, speaksOf, type PresentationState } from '../imaging/states';
import type { FrameInfo } from '../imaging/types';

/** Brightness of 0 to 1 by how far a value is between the ends of the window, and colours by brightness. */
export interface Curve {
  sigmoid: boolean;
  points: readonly number[] | null;
  tone: readonly number[] | null;
  palette: readonly Colour[] | null;
}

type Toned = Pick<FrameInfo, 'sop' | 'frame' | 'samples' | 'voi_function' | 'voi_lut' | 'centre'>;

/** Null for a straight line from black to white. */
export function curveOf(frame: Toned, state: PresentationState | null): Curve | null {
  if (frame.samples === 3) return null;
  const chosen = state !== null && speaksOf(state.images, frame) ? state : null;
  const window = chosen?.windows.find(({ images }) => isFor(images, frame));
  const points = window === undefined ? (frame.voi_lut?.points ?? null) : (window.lut ?? null);
  const sigmoid = points === null && (window?.function ?? (frame.centre.length > 0 ? frame.voi_function : 'LINEAR')) === 'SIGMOID';
  const tone = chosen?.tone ?? null;
  const palette = chosen?.palette ?? null;
  return sigmoid || points !== null || tone !== null || palette !== null ? { sigmoid, points, tone, palette } : null;
}

/** How far beyond the ends of its window a sigmoid is drawn, in widths: there it is black or white within a third of a grey. */
const BEYOND = 1;
const NODES = 1024;

/** `[value, red, green, blue]`, all colours 0 to 1, from the least value to the greatest. */
export function nodesOf({ sigmoid, points, tone, palette }: Curve, { lower, upper }: { lower: number; upper: number }, invert: boolean): [number, number, number, number][] {
  // Cornerstone's ends of a window are those of LINEAR: a sigmoid of the same centre and width.
  const [centre, width] = [(lower + upper + 1) / 2, upper - lower + 1];
  const [from, to] = sigmoid ? [lower - BEYOND * width, upper + BEYOND * width] : [lower, upper];
  return Array.from({ length: NODES }, (_, at) => {
    const part = at / (NODES - 1);
    const value = from + (to - from) * part;
    const windowed = sigmoid ? 1 / (1 + Math.exp((-4 * (value - centre)) / width)) : points === null ? part : along(points, part);
    const shown = tone === null ? windowed : along(tone, windowed);
    const bright = invert ? 1 - shown : shown;
    if (palette === null) return [value, bright, bright, bright];
    const colour = palette[Math.round(bright * (palette.length - 1))] as Colour;
    return [value, colour[0] / 255, colour[1] / 255, colour[2] / 255];
  });
}

function along(points: readonly number[], part: number): number {
  const place = part * (points.length - 1);
  const left = Math.floor(place);
  return points[left]! + (points[Math.min(left + 1, points.length - 1)]! - points[left]!) * (place - left);
}

type Function = ReturnType<typeof vtkColorTransferFunction.newInstance>;

interface Property {
  getRGBTransferFunction(component: number): Function;
  setRGBTransferFunction(component: number, made: Function): void;
}

const made = new WeakSet<object>();

/** To be called when the image, the window or the inversion changed, before it is painted. */
export function tone(stack: StackViewport, frame: Toned, state: PresentationState | null): void {
  const curve = curveOf(frame, state);
  const property = (stack.getDefaultActor()?.actor as { getProperty(): Property } | undefined)?.getProperty();
  const { voiRange, invert = false } = stack.getProperties();
  if (property === undefined || voiRange === undefined || frame.samples === 3) return;
  if (curve === null && !made.has(property.getRGBTransferFunction(0))) return;
  const nodes = curve === null ? STRAIGHT(voiRange, invert) : nodesOf(curve, voiRange, invert);
  const drawn = vtkColorTransferFunction.newInstance();
  const first = nodes[0] as [number, number, number, number];
  const last = nodes[nodes.length - 1] as [number, number, number, number];
  if (first[0] === last[0]) return;
  drawn.buildFunctionFromTable(first[0], last[0], nodes.length, nodes.flatMap(([, red, green, blue]) => [red, green, blue]));
  if (curve !== null) made.add(drawn);
  property.setRGBTransferFunction(0, drawn);
}

const STRAIGHT = ({ lower, upper }: { lower: number; upper: number }, invert: boolean): [number, number, number, number][] => {
  const [black, white] = invert ? [1, 0] : [0, 1];
  return [[lower, black, black, black], [upper, white, white, white]];
};
