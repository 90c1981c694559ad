/** A few decoding workers, and the queue before them: what somebody looks at goes before what may be looked at. */

import DecodeWorker from './decode.worker?worker';
import type { DecodeReply, DecodeRequest } from './decode.worker';
import type { Decoded, Stored } from './pixels';

interface Job {
  request: Omit<DecodeRequest, 'id' | 'bytes'>;
  payload: Uint8Array;
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

  decode(payload: Uint8Array, encoding: 'htj2k' | 'raw', stored: Stored, urgency: Urgency): Promise<Decoded> {
    return new Promise((resolve, reject) => {
      this.queues[urgency].push({ request: { encoding, stored }, payload, resolve, reject });
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
      const worker = this.idle.pop() as Worker;
      const id = this.next++;
      this.running.set(id, { job, worker });
      const bytes = new Uint8Array(job.payload).buffer; // a copy: the payload stays for a later look
      const request: DecodeRequest = { id, bytes, ...job.request };
      worker.postMessage(request, [bytes]);
    }
  }

  private finish(reply: DecodeReply): void {
    const running = this.running.get(reply.id);
    if (running === undefined) return;
    this.running.delete(reply.id);
    this.idle.push(running.worker);
    if ('decoded' in reply) running.job.resolve(reply.decoded);
    else running.job.reject(new Error(reply.error));
    this.feed();
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
