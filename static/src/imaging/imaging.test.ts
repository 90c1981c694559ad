import { expect, test } from 'vitest';
import { dropped } from './budget';
import { windowOf } from './image-window';
import { outward, ranges } from './order';
import { BrokenStream, PieceParser } from './pieces';
import { enlarged, samplesOf, shown, type Stored } from './pixels';
import { Prefixes } from './prefixes';
import type { FrameInfo } from './types';
import { nextWant, type Seen } from './wants';

const frame = (more: Partial<FrameInfo>): FrameInfo => ({ length: 100, coarse: [[4, 10], [2, 30]], ...more }) as FrameInfo;
const three = [frame({ length: 3, coarse: [] }), frame({ length: 300 }), frame({ length: 1, coarse: [] })];

function stream(...parts: [frame: number, start: number, bytes: number[]][]): Uint8Array {
  const head = (...numbers: number[]): number[] => [...new Uint8Array(Uint32Array.from(numbers).buffer)];
  return Uint8Array.from(parts.flatMap(([index, start, bytes]) => [...head(index, start, bytes.length), ...bytes]));
}

const many = Array.from({ length: 300 }, (_, i) => i % 256);

test.each([1, 2, 7, 13, 400])('a stream that comes in pieces of %i bytes gives every frame, in the order it comes', (size) => {
  const here = new Prefixes(three);
  const order: number[] = [];
  const parser = new PieceParser({ begins: (...part) => here.begins(...part), more: (index, part) => here.more(index, part), ends: (index) => order.push(index) });
  const whole = stream([1, 0, many], [2, 0, [9]], [0, 0, [1, 2, 3]]);
  for (let at = 0; at < whole.length; at += size) parser.push(whole.subarray(at, at + size));
  expect(order).toEqual([1, 2, 0]);
  expect([0, 1, 2].map((index) => [...(here.whole(index) ?? [])])).toEqual([[1, 2, 3], many, [9]]);
  expect([here.complete, here.bytes]).toEqual([true, 304]);
});

test('what is not the frame its index promises is refused', () => {
  const here = new Prefixes(three);
  const parser = (): PieceParser => new PieceParser({ begins: (...part) => here.begins(...part), more: () => undefined, ends: () => undefined });
  expect(() => parser().push(stream([0, 0, [1, 2, 3, 4]]))).toThrow(BrokenStream);
  expect(() => parser().push(stream([0, 1, [1]]))).toThrow(BrokenStream);
  expect(() => parser().push(stream([7, 0, [1]]))).toThrow(BrokenStream);
  expect(() => parser().push(new TextEncoder().encode('<!doctype html>'))).toThrow(BrokenStream);
});

test('a beginning of a frame is a coarse picture, and the rest completes it', () => {
  const here = new Prefixes(three);
  const some = (bytes: number): Uint8Array => Uint8Array.from(many.slice(0, bytes));
  expect(here.factor(1)).toBeNull();
  here.begins(1, 0, 30);
  here.more(1, some(12));
  expect([here.factor(1), here.beginning(1, 4)?.length, here.whole(1)]).toEqual([4, 10, undefined]);
  here.more(1, Uint8Array.from(many.slice(12, 30)));
  expect([here.factor(1), here.has(1), here.here]).toEqual([2, false, 0]);
  expect(here.begins(1, 31, 10)).toBe(false);
  expect(here.begins(1, 30, 270)).toBe(true);
  here.more(1, Uint8Array.from(many.slice(30)));
  expect([here.factor(1), here.here, [...(here.whole(1) ?? [])]]).toEqual([1, 1, many]);
});

test('the nearest first, onwards before back', () => {
  expect([...outward(5, 2)]).toEqual([2, 3, 1, 4, 0]);
  expect([...outward(3, 0)]).toEqual([0, 1, 2]);
  expect(ranges([4, 0, 1, 2, 9])).toEqual({ text: '0-2,4,9', frames: [0, 1, 2, 4, 9] });
  expect(ranges(Array.from({ length: 900 }, (_, i) => i * 2)).frames).toHaveLength(400);
});

test('what is asked for next: all on a good line; on a slow one this image, then coarse pictures, then the rest', () => {
  const frames = Array.from({ length: 6 }, () => frame({}));
  const here = new Prefixes(frames);
  const want = (more: Partial<Seen>, elsewhere: number[] = []): unknown => {
    const found = nextWant(frames, here, (index) => elsewhere.includes(index), { at: 3, rests: true, slow: false, previews: false, ...more });
    return found === null ? null : [found.frames.join(), found.have, found.to];
  };
  const come = (index: number, bytes: number): void => {
    here.begins(index, 0, bytes);
    here.more(index, new Uint8Array(bytes));
  };
  expect(want({})).toEqual(['3,4,2,5,1,0', null, 1]);
  expect(want({}, [3, 0])).toEqual(['4,2,5,1', null, 1]); // those are kept on this computer
  expect(want({ slow: true })).toEqual(['3', null, 1]);
  expect(want({ slow: true, rests: false })).toEqual(['3,4,2,5,1,0', null, 4]);
  expect(want({ previews: true })).toEqual(['3,4,2,5,1,0', null, 4]);
  come(3, 100);
  expect(want({ slow: true })).toEqual(['4,2,5,1,0', null, 4]);
  for (const index of [4, 2, 5, 1, 0]) come(index, 10);
  expect(want({ previews: true })).toBeNull();
  expect(want({ slow: true })).toEqual(['4,2,5', 4, 1]);
  expect(want({ slow: true, at: 1 })).toEqual(['1', 4, 1]);
  expect(want({})).toEqual(['4,2,5,1,0', 4, 1]);
  for (const index of [0, 1, 2, 4, 5]) here.put(index, new Uint8Array(100));
  expect(want({})).toBeNull();
});

test('when memory is full, what nobody shows goes first, then what is furthest away, and nothing nearer', () => {
  const shown = { held: true, used: 0, at: 10, decoded: new Set([10, 11, 19, 4]) };
  const left = { held: false, used: 5, at: 0, decoded: new Set([3]) };
  const older = { held: false, used: 2, at: 0, decoded: new Set([7]) };
  expect(dropped([shown, left, older], 3)).toMatchObject({ shelf: older, index: 7 });
  expect(dropped([shown], 3)).toMatchObject({ index: 19 });
  expect(dropped([shown], 9)).toBeNull();
});

test('an image without a window takes that of the middle of its series, on every screen the same', () => {
  const plain = frame({ samples: 1, width: [], centre: [], slope: 2, intercept: -10, range: [5, 25], smallest: 0, largest: 99 });
  const series = { frames: [frame({}), plain, frame({})] } as never;
  expect(windowOf(series, { ...plain, range: [0, 1] })).toEqual({ lower: 0, upper: 40 });
  expect(windowOf({ frames: [{ ...plain, range: null }] } as never, plain)).toEqual({ lower: -10, upper: 188 });
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
  }
});

test('a frame with too few bytes is refused', () => {
  expect(() => samplesOf(Uint8Array.of(1), stored({}))).toThrow('fewer pixels');
});

test('a coarse picture lies on every second row and column, and stays within what the whole image holds', () => {
  const size = stored({ rows: 3, columns: 4, smallest: 0, largest: 50 });
  const whole = enlarged(Uint16Array.of(0, 20, 40, 60), size, 2);
  expect([...whole]).toEqual([0, 10, 20, 20, 20, 30, 40, 40, 40, 50, 50, 50]);
  const colour = stored({ rows: 2, columns: 2, samples: 3, bits: 8, smallest: 0, largest: 255 });
  expect([...enlarged(Uint8Array.of(1, 2, 3), colour, 2)]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
});

test('what the index tells of the extremes decides the type, for a coarse picture as for the whole', () => {
  const told = stored({ smallest: 0, largest: 60000, intercept: -10 });
  expect(shown(samplesOf(bytesOf(Uint16Array.of(0, 5)), told), told)).toMatchObject({ min: -10, max: 59990, values: Float32Array.of(-10, -5) });
});
