import { expect, test } from 'vitest';
import { BrokenPack, PackParser } from './pack';
import { nextRun } from './runs';
import { samplesOf, shown, type Stored } from './pixels';

function pack(...payloads: number[][]): Uint8Array {
  const bytes = [...new TextEncoder().encode('MDTPACK1')];
  payloads.forEach((payload, index) => bytes.push(index, 0, 0, 0, payload.length & 255, payload.length >> 8, 0, 0, ...payload));
  return Uint8Array.from(bytes);
}

const frames = [[1, 2, 3], Array.from({ length: 300 }, (_, i) => i % 256), [9]];

test.each([1, 2, 7, 8, 13, 400])('a pack that comes in pieces of %i bytes gives every frame once', (size) => {
  const found: number[][] = [];
  const parser = new PackParser((index) => frames[index]?.length, (index, payload) => (found[index] = [...payload]));
  const whole = pack(...frames);
  for (let at = 0; at < whole.length; at += size) parser.push(whole.subarray(at, at + size));
  expect(found).toEqual(frames);
});

test('reading resumes at a frame', () => {
  const found: number[] = [];
  const parser = new PackParser((index) => frames[index]?.length, (index) => found.push(index), false);
  parser.push(pack(...frames).subarray(8 + 8 + 3));
  expect(found).toEqual([1, 2]);
});

test('what is not a pack, or not this one, is refused', () => {
  const parser = (): PackParser => new PackParser((index) => frames[index]?.length, () => undefined);
  expect(() => parser().push(new TextEncoder().encode('<!doctype html>'))).toThrow(BrokenPack);
  expect(() => parser().push(pack([1, 2]))).toThrow(BrokenPack);
});

const stored = (more: Partial<Stored>): Stored => ({ rows: 1, columns: 2, samples: 1, bits: 16, signed: false, float: false, slope: 1, intercept: 0, ...more });
const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

test('an unsigned CT becomes Hounsfield units in 16 bits', () => {
  const ct = stored({ intercept: -1024 });
  const { values, min, max } = shown(samplesOf(bytesOf(Uint16Array.of(0, 4095)), ct), ct);
  expect([values.constructor.name, ...values, min, max]).toEqual(['Int16Array', -1024, 3071, -1024, 3071]);
});

test('a PET slice with a broken slope keeps its fractions', () => {
  const pet = stored({ slope: 0.5, signed: true });
  const { values } = shown(samplesOf(bytesOf(Int16Array.of(-3, 3)), pet), pet);
  expect([values.constructor.name, ...values]).toEqual(['Float32Array', -1.5, 1.5]);
});

test('signed bytes, wide whole numbers, floats and colour', () => {
  const kinds: [ArrayBufferView, Partial<Stored>, unknown[]][] = [
    [Int8Array.of(-128, 127), { bits: 8, signed: true }, ['Int16Array', -128, 127]],
    [Uint32Array.of(0, 1_000_000), { bits: 32 }, ['Float32Array', 0, 1_000_000]],
    [Int32Array.of(-5, 5), { bits: 32, signed: true }, ['Int16Array', -5, 5]],
    [Float32Array.of(0.25, NaN), { bits: 32, float: true }, ['Float32Array', 0.25, NaN]],
    [Uint8Array.of(1, 2, 3, 4, 5, 6), { bits: 8, samples: 3, slope: 7 }, ['Uint8Array', 1, 2, 3, 4, 5, 6]],
    [Uint16Array.of(7, 65535), {}, ['Uint16Array', 7, 65535]],
  ];
  for (const [values, more, expected] of kinds) {
    const found = shown(samplesOf(bytesOf(values), stored(more)), stored(more));
    expect([found.values.constructor.name, ...found.values]).toEqual(expected);
    expect(found.window.upper).toBeGreaterThan(found.window.lower);
  }
});

test('a frame with too few bytes is refused', () => {
  expect(() => samplesOf(Uint8Array.of(1), stored({}))).toThrow('fewer pixels');
});

test('frames come from where somebody looks to the end, then from there back', () => {
  const here = new Set<number>();
  const next = (focus: number): unknown => nextRun((index) => here.has(index), 20, focus);
  const came = (from: number, to: number): void => {
    for (let index = from; index <= to; index++) here.add(index);
  };
  expect(next(10)).toEqual({ from: 10, to: 19 });
  came(10, 12);
  expect(next(10)).toEqual({ from: 13, to: 19 });
  expect(next(12)).toEqual({ from: 13, to: 19 });
  expect(next(9)).toEqual({ from: 9, to: 9 }); // one step back: that one alone
  came(9, 9);
  came(13, 15);
  expect(next(9)).toEqual({ from: 1, to: 8 }); // and a little more of what is behind
  came(16, 19);
  expect(next(15)).toEqual({ from: 1, to: 8 });
  came(0, 8);
  expect(next(3)).toBeNull();
});
