/** From stored values to the values a reader speaks of (Hounsfield units, counts), in the smallest type that holds them. */

import type { FrameInfo } from './types';

export type Samples = Uint8Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
export type Shown = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

export type Stored = Pick<FrameInfo, 'rows' | 'columns' | 'samples' | 'bits' | 'signed' | 'float' | 'slope' | 'intercept'> & Partial<Pick<FrameInfo, 'smallest' | 'largest'>>;

export interface Decoded {
  values: Shown;
  min: number;
  max: number;
}

/** Little-endian bytes, row by row, as `raw` frames hold them. Throws when the count is not what rows and columns say. */
export function samplesOf(bytes: Uint8Array, stored: Stored): Samples {
  const count = stored.rows * stored.columns * stored.samples;
  if (bytes.byteLength < (count * stored.bits) / 8) throw new Error('The frame holds fewer pixels than its rows and columns need.');
  const own = new Uint8Array(bytes).buffer; // a copy begins at 0, so that wider types are aligned
  if (stored.float && stored.bits === 32) return new Float32Array(own, 0, count);
  if (stored.bits === 8) return stored.signed ? new Int8Array(own, 0, count) : new Uint8Array(own, 0, count);
  if (stored.bits === 16) return stored.signed ? new Int16Array(own, 0, count) : new Uint16Array(own, 0, count);
  return stored.signed ? new Int32Array(own, 0, count) : new Uint32Array(own, 0, count);
}

/** Applies rescale slope and intercept. Colour has neither. */
export function shown(samples: Samples, stored: Stored): Decoded {
  const [slope, intercept] = stored.samples === 1 ? [stored.slope, stored.intercept] : [1, 0];
  const [low, high] = extremes(samples, stored);
  const ends = [low * slope + intercept, high * slope + intercept];
  const min = Math.min(...ends);
  const max = Math.max(...ends);
  return { values: rescaled(samples, slope, intercept, min, max), min, max };
}

/** As the index tells them; in a pack of an older make they must be looked for. */
function extremes(samples: Samples, { smallest, largest }: Stored): [number, number] {
  if (smallest !== undefined && largest !== undefined) return [smallest, largest];
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 0] : [low, high]; // no finite pixel at all
}

function rescaled(samples: Samples, slope: number, intercept: number, min: number, max: number): Shown {
  const same = slope === 1 && intercept === 0;
  const narrow = samples instanceof Uint8Array || samples instanceof Uint16Array || samples instanceof Int16Array || samples instanceof Float32Array;
  if (same && narrow) return samples;
  const whole = Number.isInteger(slope) && Number.isInteger(intercept) && !(samples instanceof Float32Array);
  let values: Shown;
  if (whole && min >= -32768 && max <= 32767) values = new Int16Array(samples.length);
  else if (whole && min >= 0 && max <= 65535) values = new Uint16Array(samples.length);
  else values = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) values[i] = (samples[i] as number) * slope + intercept;
  return values;
}

/**
 * A coarse picture in the image's full rows and columns. Its samples lie on every `factor`th row and column from the
 * first; between them values are interpolated, and none leaves the range the whole image has.
 */
export function enlarged(coarse: Samples, stored: Stored, factor: number): Samples {
  const { rows, columns, samples } = stored;
  const [tall, wide] = [Math.ceil(rows / factor), Math.ceil(columns / factor)];
  const [low, high] = [stored.smallest ?? -Infinity, stored.largest ?? Infinity];
  const whole = new (coarse.constructor as new (length: number) => Samples)(rows * columns * samples);
  for (let y = 0; y < rows; y++) {
    const above = Math.floor(y / factor);
    const below = Math.min(above + 1, tall - 1);
    const down = (y - above * factor) / factor;
    for (let x = 0; x < columns; x++) {
      const left = Math.floor(x / factor);
      const right = Math.min(left + 1, wide - 1);
      const across = (x - left * factor) / factor;
      for (let sample = 0; sample < samples; sample++) {
        const value = (row: number, column: number): number => coarse[(row * wide + column) * samples + sample] as number;
        const upper = value(above, left) * (1 - across) + value(above, right) * across;
        const lower = value(below, left) * (1 - across) + value(below, right) * across;
        whole[(y * columns + x) * samples + sample] = Math.max(low, Math.min(high, Math.round(upper * (1 - down) + lower * down)));
      }
    }
  }
  return whole;
}
