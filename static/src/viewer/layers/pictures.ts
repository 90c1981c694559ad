/** A mask as something to paint: its colours as a small picture, and its outlines as paths, in pixels of its own. */

import type { Colour, OverlayPlane } from '../../imaging/layers';
import type { FrameInfo, Segment } from '../../imaging/types';
import { bounds, edges } from './edges';

export interface Picture {
  left: number;
  top: number;
  canvas: HTMLCanvasElement;
  outlines: { colour: Colour; path: Path2D }[];
}

type ColourOf = (value: number) => Colour;

/** Null for an empty mask. `values` are the mask's own, row by row. */
export function pictureOf(values: ArrayLike<number>, { columns, rows, segment, width }: Pick<FrameInfo, 'columns' | 'rows' | 'segment' | 'width'>, colourOf: ColourOf): Picture | null {
  const kind = segment?.kind ?? 'BINARY';
  const most = kind === 'FRACTIONAL' ? Math.max(1, (width[0] ?? 256) - 1) : 1;
  const inside = kind === 'FRACTIONAL' ? halved(values, most / 2) : values;
  const box = bounds(values, columns, rows);
  if (box === null) return null;
  const { left, top } = box;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [box.width, box.height];
  const drawing = canvas.getContext('2d') as CanvasRenderingContext2D;
  const pixels = drawing.createImageData(box.width, box.height);
  const cut = new Uint16Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const value = values[(top + y) * columns + left + x]!;
      const place = y * box.width + x;
      cut[place] = inside[(top + y) * columns + left + x]!;
      if (value === 0) continue;
      const [red, green, blue] = colourOf(kind === 'LABELMAP' ? value : 1);
      pixels.data.set([red, green, blue, kind === 'FRACTIONAL' ? Math.round((Math.min(value, most) / most) * 255) : 255], place * 4);
    }
  }
  drawing.putImageData(pixels, 0, 0);
  const labelled = kind === 'LABELMAP' ? cut : cut.map((value) => (value > 0 ? 1 : 0));
  const outlines = [...edges(labelled, box.width, box.height)].map(([value, pieces]) => ({ colour: colourOf(value), path: pathOf(pieces) }));
  return { left, top, canvas, outlines };
}

function halved(values: ArrayLike<number>, half: number): Uint8Array {
  const inside = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) if (values[at]! >= half) inside[at] = 1;
  return inside;
}

function pathOf(pieces: readonly number[]): Path2D {
  const path = new Path2D();
  for (let at = 0; at < pieces.length; at += 4) {
    path.moveTo(pieces[at]!, pieces[at + 1]!);
    path.lineTo(pieces[at + 2]!, pieces[at + 3]!);
  }
  return path;
}

/** The white bits of an overlay plane; null where there are none to draw. */
export async function pictureOfPlane({ bits, rows, columns, origin }: OverlayPlane): Promise<Picture | null> {
  if (bits === null) return null;
  const packed = Uint8Array.from(atob(bits), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  const octets = new Uint8Array(await new Response(stream).arrayBuffer());
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [columns, rows];
  const drawing = canvas.getContext('2d') as CanvasRenderingContext2D;
  const pixels = drawing.createImageData(columns, rows);
  for (let at = 0; at < rows * columns; at++) if (((octets[at >> 3] ?? 0) >> (at & 7)) & 1) pixels.data.fill(255, at * 4, at * 4 + 4);
  drawing.putImageData(pixels, 0, 0);
  return { left: origin[1] - 1, top: origin[0] - 1, canvas, outlines: [] };
}

const SPARE: readonly Colour[] = [
  [86, 204, 255],
  [255, 122, 205],
  [126, 226, 113],
  [255, 163, 64],
  [186, 148, 255],
  [64, 224, 208],
];

/** Its own colour, if it can be seen on black; else one of ours, each part another. */
export function colourOfPart(colour: Colour | null, place: number): Colour {
  return colour !== null && Math.max(...colour) >= 60 ? colour : (SPARE[place % SPARE.length] as Colour);
}

export const labelColour = ({ labels }: Segment, value: number, place: number): Colour => colourOfPart(labels.find((label) => label.value === value)?.colour ?? null, place);
