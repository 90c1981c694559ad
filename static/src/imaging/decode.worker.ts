/** Decodes one frame at a time, away from the page's own thread. One HTJ2K decoder serves the worker's whole life. */

import createCodec, { type HTJ2KDecoder, type HTJ2KEncoder } from '@cornerstonejs/codec-openjph/wasmjs';
import wasm from '@cornerstonejs/codec-openjph/wasm?url';
import { enlarged, samplesOf, shown, type Decoded, type Samples, type Stored } from './pixels';

export interface DecodeRequest {
  id: number;
  encoding: 'htj2k' | 'raw';
  /** 1 for the whole frame; else the bytes are its beginning, which gives a picture so much coarser. */
  factor: number;
  bytes: ArrayBuffer;
  stored: Stored;
}

export type DecodeReply = { id: number; decoded: Decoded } | { id: number; error: string };

const decoder = createCodec({ locateFile: () => wasm }).then((codec) => {
  const made = new codec.HTJ2KDecoder();
  warm(made, new codec.HTJ2KEncoder());
  return made;
});

/** The browser compiles the decoder well only once it has been used: that is done before anybody waits for an image. */
function warm(made: HTJ2KDecoder, encoder: HTJ2KEncoder): void {
  const noise = encoder.getDecodedBuffer({ width: 256, height: 256, bitsPerSample: 16, componentCount: 1, isSigned: true, isUsingColorTransform: false });
  for (let at = 0; at < noise.length; at += 2) noise[at] = Math.imul(at, 2654435761) >>> 24; // the low bytes: as noisy as a CT
  encoder.setQuality(true, 0);
  encoder.encode();
  const codestream = encoder.getEncodedBuffer().slice();
  encoder.delete();
  for (let time = 0; time < 4; time++) {
    made.getEncodedBuffer(codestream.length).set(codestream);
    made.decode();
  }
}

async function htj2k(bytes: Uint8Array, stored: Stored, factor: number): Promise<Samples> {
  const htj2kDecoder = await decoder;
  htj2kDecoder.getEncodedBuffer(bytes.length).set(bytes);
  if (factor === 1) htj2kDecoder.decode();
  else htj2kDecoder.decodeSubResolution(Math.log2(factor));
  const found = htj2kDecoder.getFrameInfo();
  if (found.width !== stored.columns || found.height !== stored.rows || found.componentCount !== stored.samples) {
    throw new Error('The frame is not of the size its index says.');
  }
  const bits = found.bitsPerSample <= 8 ? 8 : 16;
  const size = { rows: Math.ceil(stored.rows / factor), columns: Math.ceil(stored.columns / factor) };
  const samples = samplesOf(htj2kDecoder.getDecodedBuffer(), { ...stored, ...size, bits, signed: found.isSigned, float: false });
  return factor === 1 ? samples : enlarged(samples, stored, factor);
}

self.onmessage = async (message: MessageEvent<DecodeRequest>) => {
  const { id, encoding, factor, bytes, stored } = message.data;
  let reply: DecodeReply;
  try {
    const data = new Uint8Array(bytes);
    reply = { id, decoded: shown(encoding === 'htj2k' ? await htj2k(data, stored, factor) : samplesOf(data, stored), stored) };
  } catch (error) {
    // The codec throws bare numbers (C++ exception pointers); they mean nothing to a reader.
    reply = { id, error: error instanceof Error ? error.message : 'The frame cannot be decoded.' };
  }
  self.postMessage(reply, 'decoded' in reply ? { transfer: [reply.decoded.values.buffer] } : {});
};
