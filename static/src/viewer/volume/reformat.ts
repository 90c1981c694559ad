/** Pictures made of a volume, as images that Cornerstone shows like any others: planes, slabs, and projections. */

import { cache, imageLoader, metaData, type StackViewport, type Types } from '@cornerstonejs/core';
import { image } from '../../imaging/image';
import { described } from '../../imaging/metadata';
import type { FrameInfo, SeriesIndex, Vector } from '../../imaging/types';
import type { Pile } from './planes';
import { cast, type Blend, type Block, type Rays, type Voxels } from './rays';
import type { Volume } from './volume';

const SCHEME = 'reformat:';
/** So long the page may stand still over one picture; what takes longer is made in parts. */
const BREATH = 12;
/** A picture may still be on its way to the screen when its pile has ended: so long it can be described. */
const DESCRIBED_FOR = 5000;
/** Pictures of one pile that are kept. */
const KEPT = 48;

/** How one picture is made: by which rays, and as what plane it is shown. */
export interface Casting {
  block: Block;
  rays: Rays;
  pile: Pile;
  /** The middle of its top left pixel. */
  corner: Vector;
  thickness: number;
}

export type Caster = (at: number) => Casting;

const open = new Map<string, Reformat>();
let number = 0;

export class Reformat {
  readonly imageIds: readonly string[];
  private readonly token = `${(number += 1)}`;
  private readonly made: number[] = [];
  private readonly index: SeriesIndex;
  /** What it was made with: pictures begun before that are made again. */
  private age = 0;

  constructor(
    readonly volume: Volume,
    readonly count: number,
    private readonly caster: Caster,
    private readonly blend: () => Blend,
  ) {
    register();
    open.set(this.token, this);
    this.imageIds = Array.from({ length: count }, (_, at) => `${SCHEME}${this.token}/${at}`);
    this.index = { ...volume.index, frame_of_reference: volume.frameOfReference };
  }

  static of(id: string): { reformat: Reformat; at: number } | null {
    if (!id.startsWith(SCHEME)) return null;
    const [token, at] = id.slice(SCHEME.length).split('/') as [string, string];
    const reformat = open.get(token);
    return reformat === undefined ? null : { reformat, at: Number(at) };
  }

  /** The picture as an image of the series: it lies elsewhere and has other pixels, its values mean the same. */
  frame(at: number): FrameInfo {
    const { frame } = this.volume;
    const { pile, corner, thickness } = this.caster(at);
    return {
      ...frame,
      sop: '',
      frame: 1,
      number: null,
      rows: pile.rows,
      columns: pile.columns,
      position: corner,
      orientation: [...pile.right, ...pile.down],
      spacing: [pile.spacing[1], pile.spacing[0]],
      thickness,
      location: null,
      laterality: null,
      seconds: null,
      padding: null,
    };
  }

  described(type: string, at: number): unknown {
    return described(type, this.index, this.frame(at));
  }

  async load(at: number): Promise<Types.IImage> {
    const { volume } = this;
    const { block, rays, pile } = this.caster(at);
    const { age } = this;
    const values = volume.make(rays.columns * rays.rows);
    await fill(values, (out, first, last) => cast(block, rays, this.blend(), volume.outside, out, first, last), pile.rows);
    this.keep(at);
    if (age !== this.age) void this.refresh(at);
    const [min, max] = volume.range;
    return image(this.imageIds[at] as string, this.index, this.frame(at), { values, min, max });
  }

  /** More has come, or it is to be made otherwise: every picture of it is made anew when it is next seen. */
  stale(): void {
    this.age += 1;
    for (const at of this.made.splice(0)) this.drop(at);
  }

  /** Shows the picture anew where it is on the screen; `stack` shows this pile. */
  async show(stack: StackViewport): Promise<void> {
    const id = stack.getCurrentImageId();
    const found = id === undefined ? null : Reformat.of(id);
    if (found?.reformat !== this) return;
    const made = await imageLoader.loadAndCacheImage(id as string);
    if (stack.getCurrentImageId() !== id) return;
    (stack as unknown as { successCallback(id: string, image: Types.IImage): void }).successCallback(id as string, made); // what a stack does with an image that has come
  }

  end(): void {
    this.stale();
    setTimeout(() => open.delete(this.token), DESCRIBED_FOR);
  }

  private async refresh(at: number): Promise<void> {
    await Promise.resolve();
    this.drop(at);
  }

  private keep(at: number): void {
    this.made.push(at);
    while (this.made.length > KEPT) this.drop(this.made.shift() as number);
  }

  private drop(at: number): void {
    const id = this.imageIds[at] as string;
    if (cache.isLoaded(id)) cache.removeImageLoadObject(id);
  }
}

/** In parts of a few milliseconds, so that hands and other people's views are answered between them. */
async function fill(values: Voxels, rows: (out: Voxels, first: number, last: number) => void, count: number): Promise<void> {
  let since = performance.now();
  for (let row = 0; row < count; row++) {
    rows(values, row, row + 1);
    if (performance.now() - since < BREATH) continue;
    await new Promise((next) => setTimeout(next, 0));
    since = performance.now();
  }
}

let registered = false;

function register(): void {
  if (registered) return;
  registered = true;
  imageLoader.registerImageLoader(SCHEME.slice(0, -1), ((id: string) => {
    const found = Reformat.of(id);
    return { promise: found === null ? Promise.reject(new Error('This plane is not open.')) : found.reformat.load(found.at) };
  }) as unknown as Types.ImageLoaderFn);
  metaData.addProvider((type: string, ...ids: string[]) => {
    const found = typeof ids[0] === 'string' ? Reformat.of(ids[0]) : null;
    return found === null ? undefined : found.reformat.described(type, found.at);
  }, 10_001);
}
