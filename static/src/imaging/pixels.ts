/** From stored values to the values a reader speaks of (Hounsfield units, counts), in the smallest type that holds them. */

import type { FrameInfo } from './types';

export type Samples = Uint8Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
export type Shown = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

export type Stored = Pick<FrameInfo, 'rows' | 'columns' | 'samples' | 'bits' | 'signed' | 'float' | 'slope' | 'intercept'>;

export interface Decoded {
  values: Shown;
  min: number;
  max: number;
  /** A window for an image that brings none: it leaves out the half per cent at either end. */
  window: { lower: number; upper: number };
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
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 0]; // no finite pixel at all
  const ends = [low * slope + intercept, high * slope + intercept];
  const min = Math.min(...ends);
  const max = Math.max(...ends);
  const values = rescaled(samples, slope, intercept, min, max);
  return { values, min, max, window: middle(values, min, max) };
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

function middle(values: Shown, min: number, max: number): { lower: number; upper: number } {
  const step = Math.max(1, Math.floor(values.length / 8192));
  const some: number[] = [];
  for (let i = 0; i < values.length; i += step) {
    const value = values[i] as number;
    if (Number.isFinite(value)) some.push(value);
  }
  some.sort((a, b) => a - b);
  const lower = some[Math.floor(some.length * 0.005)] ?? min;
  const upper = some[Math.ceil(some.length * 0.995) - 1] ?? max;
  return upper > lower ? { lower, upper } : { lower: min, upper: max > min ? max : min + 1 };
}
