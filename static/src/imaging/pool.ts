/** A few decoding workers, and the queue before them: what somebody looks at goes before what may be looked at. */

import DecodeWorker from './decode.worker?worker';
import type { DecodeReply, DecodeRequest } from './decode.worker';
import type { Decoded } from './pixels';
import type { FrameInfo } from './types';

/** Nobody wants it any more. */
export class Dropped extends Error {}

interface Job {
  frame: FrameInfo;
  payload: Uint8Array;
  factor: number;
  wanted: () => boolean;
  resolve: (decoded: Decoded) => void;
  reject: (error: Error) => void;
}

export type Urgency = 'now' | 'later';

export class DecodePool {
  private readonly idle: Worker[] = [];
  private readonly queues: Record<Urgency, Job[]> = { now: [], later: [] };
  private readonly running = new Map<number, { job: Job; worker: Worker }>();
  private next = 0;

  constructor(readonly size: number) {
    for (let i = 0; i < size; i++) this.idle.push(this.hire());
  }

  /** `factor` above 1: `payload` is the beginning that gives a picture so much coarser. Asked again when its turn comes: `wanted`. */
  decode(payload: Uint8Array, frame: FrameInfo, factor: number, urgency: Urgency, wanted: () => boolean = () => true): Promise<Decoded> {
    return new Promise((resolve, reject) => {
      this.queues[urgency].push({ frame, payload, factor, wanted, resolve, reject });
      this.feed();
    });
  }

  private hire(): Worker {
    const worker = new DecodeWorker();
    worker.onmessage = (message: MessageEvent<DecodeReply>) => this.finish(message.data);
    worker.onerror = () => this.replace(worker);
    return worker;
  }

  private feed(): void {
    while (this.idle.length > 0) {
      const job = this.queues.now.shift() ?? this.queues.later.shift();
      if (job === undefined) return;
      if (!job.wanted()) {
        job.reject(new Dropped('Not wanted any more'));
        continue;
      }
      const worker = this.idle.pop() as Worker;
      const id = this.next++;
      this.running.set(id, { job, worker });
      const bytes = new Uint8Array(job.payload).buffer; // a copy: the payload stays for a later look
      const { encoding, rows, columns, samples, bits, signed, float, slope, intercept, smallest, largest } = job.frame;
      const stored = { rows, columns, samples, bits, signed, float, slope, intercept, ...(smallest === undefined || largest === undefined ? {} : { smallest, largest }) };
      const request: DecodeRequest = { id, encoding, factor: job.factor, bytes, stored };
      worker.postMessage(request, [bytes]);
    }
  }

  private finish(reply: DecodeReply): void {
    const running = this.running.get(reply.id);
    if (running === undefined) return;
    this.running.delete(reply.id);
    this.idle.push(running.worker);
    this.feed();
    if ('decoded' in reply) running.job.resolve(reply.decoded);
    else running.job.reject(new Error(reply.error));
  }

  /** A worker that died takes its one frame with it, not the rest of the meeting. */
  private replace(worker: Worker): void {
    worker.terminate();
    for (const [id, running] of this.running) {
      if (running.worker !== worker) continue;
      this.running.delete(id);
      running.job.reject(new Error('The frame cannot be decoded.'));
      this.idle.push(this.hire());
    }
    this.feed();
  }
}
