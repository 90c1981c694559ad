/** Opening a series with one question: the answer begins with its index, and goes on with its frames from the middle. */

import { line } from './line';
import { ask } from './requests';
import type { SeriesIndex } from './types';

/** The frame that the part with the index names. */
const INDEX = 0xffffffff;
const HEADER = 12;

export interface Begun {
  index: SeriesIndex;
  /** The frames, as they go on coming. */
  body: ReadableStream<Uint8Array>;
  abort: AbortController;
}

export async function begun(address: string): Promise<Begun> {
  const abort = new AbortController();
  const from = performance.now();
  const response = await ask(`${address}/pieces?index`, { signal: abort.signal, cache: 'no-store' });
  line.answered(performance.now() - from);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let here = new Uint8Array(0);
  const until = async (length: number): Promise<void> => {
    while (here.length < length) {
      const part = await reader.read();
      if (part.done) throw new Error('The series ended before it began.');
      const more = new Uint8Array(here.length + part.value.length);
      more.set(here);
      more.set(part.value, here.length);
      here = more;
    }
  };
  await until(HEADER);
  const numbers = new DataView(here.buffer);
  if (numbers.getUint32(0, true) !== INDEX) throw new Error('The series does not begin with its index.');
  const end = HEADER + numbers.getUint32(8, true);
  await until(end);
  const packed = new Blob([here.subarray(HEADER, end)]).stream();
  const index = (await new Response(packed.pipeThrough(new DecompressionStream('gzip'))).json()) as SeriesIndex;
  return { index, abort, body: rest(here.subarray(end), reader) };
}

/** What came along with the index, and then what is still to come. */
function rest(first: Uint8Array, reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (out) => {
      if (first.length > 0) out.enqueue(first);
    },
    pull: async (out) => {
      const part = await reader.read();
      if (part.done) out.close();
      else out.enqueue(part.value);
    },
    cancel: (why) => reader.cancel(why),
  });
}
