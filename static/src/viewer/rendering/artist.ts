/** The page's end of the worker that renders a volume: it is given the slices as they come, and asked for pictures. */

import type { Volume } from '../volume/volume';
import { pooledGeometry, pooledSlice, poolingOf, scaleOf, type Pooling } from './grid';
import RenderingWorker from './rendering.worker?worker';
import type { Order, Reply } from './rendering.worker';
import type { Geometry } from '../volume/geometry';
import type { Voxels } from '../volume/rays';
import type { Look } from './sight';
import type { PresetName, Scale } from './transfer';

export interface Asked {
  look: Look;
  preset: PresetName;
  shift: number;
  voi: { lower: number; upper: number };
}

export class Artist {
  readonly pooling: Pooling;
  readonly geometry: Geometry;
  private readonly scale: Scale;
  private readonly worker = new RenderingWorker();
  /** What each slice of the grid was made of when it was last sent. */
  private readonly sent: (Voxels | null)[];
  private next = 0;

  constructor(
    private readonly volume: Volume,
    drawn: (reply: Reply) => void,
  ) {
    this.pooling = poolingOf(volume.geometry);
    this.geometry = pooledGeometry(volume.geometry, this.pooling);
    this.scale = scaleOf(volume.solid.whole, volume.range);
    this.sent = volume.slices.map(() => null);
    this.worker.onmessage = ({ data }: MessageEvent<Reply>) => data.id === this.next && drawn(data);
    this.order({ kind: 'volume', geometry: this.geometry, scale: this.scale });
    this.more();
  }

  /** More of the volume has come. */
  more(): void {
    const { volume, pooling, sent, geometry } = this;
    for (let at = 0; at < geometry.size[2]; at++) {
      const first = at * pooling.along;
      const of = volume.slices.slice(first, first + pooling.along);
      if (of.some((slice) => slice === null) || of.every((slice, n) => slice === sent[first + n])) continue;
      of.forEach((slice, n) => (sent[first + n] = slice));
      const values = pooledSlice(of as Voxels[], volume.size, pooling, this.scale);
      this.order({ kind: 'slice', at, values }, [values.buffer]);
    }
  }

  /** Only the newest picture asked for comes. */
  ask(asked: Asked): void {
    this.next += 1;
    this.order({ kind: 'look', id: this.next, ...asked });
  }

  end(): void {
    this.worker.terminate();
  }

  private order(order: Order, transfer: Transferable[] = []): void {
    this.worker.postMessage(order, transfer);
  }
}
