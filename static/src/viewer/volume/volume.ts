/** A series as one block of voxels. Its slices are those the library decodes: none is fetched or decoded a second time. */

import { cache } from '@cornerstonejs/core';
import { tooLarge } from '../../imaging/budget';
import { imageId } from '../../imaging/image-id';
import type { Library } from '../../imaging/library';
import { scaleOf } from '../../imaging/nature';
import type { FrameInfo, SeriesIndex, Vector } from '../../imaging/types';
import type { Hung } from '../hanging';
import { toIndex } from './geometry';
import { sample, type Block, type Voxels } from './rays';
import { solid, type Solid } from './solid';

/** Slices come by the hundred; planes are made again this often while they do. */
const GATHER_EVERY = 150;

export class Volume implements Block {
  readonly slices: (Voxels | null)[];
  readonly size: Vector;
  /** Smallest and largest value there can be, and the one that stands for nothing. */
  readonly range: readonly [number, number];
  private readonly coarse = new Set<number>();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  holders = 0;

  constructor(
    private readonly library: Library,
    readonly key: string,
    readonly index: SeriesIndex,
    readonly solid: Solid,
  ) {
    this.slices = solid.order.map(() => null);
    this.size = solid.geometry.size;
    const ends = index.frames.flatMap(({ smallest = 0, largest = 0, slope, intercept }) => [smallest * slope + intercept, largest * slope + intercept]);
    this.range = [Math.min(...ends), Math.max(...ends)];
    this.gather();
  }

  get geometry(): Solid['geometry'] {
    return this.solid.geometry;
  }

  /** The image that speaks for the series: its middle one. */
  get frame(): FrameInfo {
    return this.index.frames[Math.floor(this.index.frames.length / 2)] as FrameInfo;
  }

  get frameOfReference(): string {
    return this.index.frame_of_reference ?? this.index.series;
  }

  get come(): number {
    return this.slices.reduce((sum, slice) => sum + (slice === null ? 0 : 1), 0);
  }

  /** All slices are here, and none of them only as a coarse picture. */
  get whole(): boolean {
    return this.come === this.slices.length && this.coarse.size === 0;
  }

  /** Below everything there is: shown as the darkest, or where low values are bright as the brightest. */
  get outside(): number {
    return this.typical instanceof Int16Array ? -32768 : Math.min(0, this.range[0]);
  }

  /** What makes SUV of a value; the same for every slice, or there is none. */
  get uptake(): number | null {
    const factor = this.frame.suv?.factor ?? null;
    return factor !== null && this.index.frames.every(({ suv }) => Math.abs((suv?.factor ?? 0) - factor) <= factor * 1e-6) ? factor : null;
  }

  /** An array of the type that values made of this volume have. */
  make(length: number): Voxels {
    const { typical } = this;
    return new ((typical?.constructor ?? Float32Array) as new (length: number) => Voxels)(length);
  }

  private get typical(): Voxels | null {
    return this.slices.find((slice) => slice !== null) ?? null;
  }

  /** The value at a patient point, between voxels interpolated; null outside, and where nothing has come yet. */
  valueAt(point: Vector): number | null {
    const value = sample(this, ...toIndex(this.geometry, point));
    return Number.isNaN(value) ? null : value;
  }

  /** A value as a reader speaks of it. */
  scale(): { factor: number; unit: string } {
    return this.uptake === null ? { factor: 1, unit: this.frame.units ?? '' } : scaleOf(this.frame);
  }

  on(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** More of it has been decoded: soon its planes are better. */
  soon(): void {
    if (!this.whole) this.timer ??= setTimeout(() => this.gather(), GATHER_EVERY);
  }

  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.listeners.clear();
    this.slices.fill(null);
  }

  private gather(): void {
    this.timer = null;
    let more = false;
    this.solid.order.forEach((at, k) => {
      if (this.slices[k] !== null && !this.coarse.has(k)) return;
      const id = imageId(this.key, this.index.version, at);
      const values = cache.getImage(id)?.getPixelData() as Voxels | undefined;
      if (values === undefined || values === this.slices[k]) return;
      this.put(k, values);
      if (this.library.coarseness(id) > 1) this.coarse.add(k);
      else this.coarse.delete(k);
      more = true;
    });
    if (more) for (const listener of this.listeners) listener();
  }

  /** All slices have one type of number: where two differ all become fractions. */
  private put(k: number, values: Voxels): void {
    const { typical } = this;
    if (typical === null || typical.constructor === values.constructor) {
      this.slices[k] = values;
      return;
    }
    this.slices.forEach((slice, n) => {
      if (slice !== null && !(slice instanceof Float32Array)) this.slices[n] = Float32Array.from(slice);
    });
    this.slices[k] = values instanceof Float32Array ? values : Float32Array.from(values);
  }
}

/** The volumes that are open, each once however many viewports look at it. */
export class Volumes {
  private static readonly made = new WeakMap<Library, Volumes>();
  private readonly open = new Map<string, Volume>();

  private constructor(private readonly library: Library) {
    library.on(({ kind, key }) => {
      if (kind !== 'received') for (const volume of this.open.values()) if (volume.key === key) volume.soon();
    });
  }

  static of(library: Library): Volumes {
    const made = Volumes.made.get(library) ?? new Volumes(library);
    Volumes.made.set(library, made);
    return made;
  }

  /** Throws the reason, in a sentence, where the series makes no volume. Every `hold` has its `release`. */
  async hold({ series: { key, version } }: Hung): Promise<Volume> {
    if (version === null) throw new Error('These images are not ready to look at yet.');
    const frames = await this.library.hold(key, version, 'middle');
    try {
      const name = `${key}/${version}`;
      let volume = this.open.get(name);
      if (volume === undefined) {
        const verdict = solid(frames.index);
        if ('why' in verdict) throw new Error(verdict.why);
        const others = [...this.open.values()].reduce((sum, other) => sum + other.solid.bytes, 0);
        const why = tooLarge(verdict.bytes, others, this.library.capacity);
        if (why !== null) throw new Error(why);
        volume = new Volume(this.library, key, frames.index, verdict);
        this.open.set(name, volume);
      }
      volume.holders += 1;
      return volume;
    } catch (error) {
      this.library.release(key, version);
      throw error;
    }
  }

  release(volume: Volume): void {
    const { key, index } = volume;
    this.library.release(key, index.version);
    volume.holders -= 1;
    if (volume.holders > 0) return;
    volume.end();
    this.open.delete(`${key}/${index.version}`);
  }
}
