/** What layers are made of, fetched when it is first seen and decoded when it is first drawn. */

import type { Colour, LayerInfo, OverlayPlane } from '../../imaging/layers';
import type { Library } from '../../imaging/library';
import { askJson, isAbort } from '../../imaging/requests';
import type { SeriesFrames } from '../../imaging/series';
import type { FrameInfo, SeriesSummary } from '../../imaging/types';
import { resampled, type Sheet } from './cutting';
import { bounds } from './edges';
import { pictureOf, pictureOfPlane, type Picture } from './pictures';

/** Of a layer's masks, all that is in them may take so many bytes to be cut into planes. */
const SHEETS = 128 << 20;
/** Small pictures of masks that are kept; a slice has a few. */
const PICTURES = 800;

export interface MaskSeries {
  frames: SeriesFrames;
  /** The frames of this layer, by their places in the series. */
  mine: (readonly [number, FrameInfo])[];
  version: string;
}

/** The masks of one segment, with one of its frames to speak for it. */
export interface Segmented {
  frame: FrameInfo;
  sheets: Sheet[];
}

interface Lent {
  key: string;
  version: string;
  masks: MaskSeries | null;
}

export class Sources {
  private readonly leaves = new Map<string, unknown>();
  private readonly lent = new Map<string, Lent>();
  /** Painted, or null while it is being painted and where it is empty. */
  private readonly pictures = new Map<string, Picture | null>();
  /** What is in the masks of a layer, by segment; null while it is being decoded. */
  private readonly segments = new Map<string, Map<number | null, Segmented> | null>();
  private readonly problems = new Map<string, string>();
  private ended = new AbortController();

  constructor(
    private readonly library: Library,
    /** Something has come that can be drawn. */
    private readonly came: () => void,
  ) {}

  /** Another case: nothing of the one before is held. */
  clear(): void {
    this.ended.abort();
    this.ended = new AbortController();
    for (const { key, version, masks } of this.lent.values()) if (masks !== null) this.library.release(key, version);
    for (const map of [this.leaves, this.lent, this.pictures, this.segments, this.problems]) map.clear();
  }

  problem({ key }: LayerInfo): string | null {
    return this.problems.get(key) ?? null;
  }

  /** Null until it has come. */
  leaf<T>(layer: LayerInfo): T | null {
    const { key, leaf } = layer;
    if (leaf === null) return null;
    if (!this.leaves.has(leaf)) {
      this.leaves.set(leaf, null);
      const { signal } = this.ended;
      askJson<T>(`/imaging/layers/${key}/${leaf}.json`, { signal })
        .then((drawn) => {
          if (!signal.aborted) this.leaves.set(leaf, drawn);
        })
        .catch((error: unknown) => this.failed(layer, error))
        .finally(() => !signal.aborted && this.came());
    }
    return this.leaves.get(leaf) as T | null;
  }

  /** Null until the index of its series is here. */
  masks(layer: LayerInfo, series: SeriesSummary | null): MaskSeries | null {
    const version = series?.version ?? null;
    if (series === null || version === null) return null;
    const here = this.lent.get(layer.key);
    if (here?.version === version) return here.masks;
    if (here?.masks) this.library.release(here.key, here.version);
    const lent: Lent = { key: series.key, version, masks: null };
    this.lent.set(layer.key, lent);
    void this.open(layer, lent);
    return null;
  }

  private async open(layer: LayerInfo, lent: Lent): Promise<void> {
    const { signal } = this.ended;
    try {
      const frames = await this.library.lend(lent.key, lent.version);
      if (signal.aborted || this.lent.get(layer.key) !== lent) {
        this.library.release(lent.key, lent.version);
        return;
      }
      const mine = frames.frames.flatMap((frame, at) => (frame.sop === layer.sop ? [[at, frame] as const] : []));
      lent.masks = { frames, mine, version: lent.version };
    } catch (error) {
      this.failed(layer, error);
    }
    if (!signal.aborted) this.came();
  }

  /** Of one mask, in these colours; null until it has been painted, and where nothing is in it. */
  picture(layer: LayerInfo, { frames, version }: MaskSeries, at: number, colour: string, colourOf: (value: number) => Colour): Picture | null {
    return this.painted(`${layer.key}/${version}/${at}/${colour}`, layer, async () => {
      const { values } = await this.library.values(frames, at);
      return pictureOf(values, frames.frames[at] as FrameInfo, colourOf);
    });
  }

  /** All masks of a layer, decoded, for planes that cut them; null until they have come. */
  sheets(layer: LayerInfo, own: MaskSeries): Map<number | null, Segmented> | null {
    const name = `${layer.key}/${own.version}`;
    const here = this.segments.get(name);
    if (here !== undefined) return here;
    this.segments.set(name, null);
    const { signal } = this.ended;
    void this.decode(own)
      .then((segments) => {
        if (!signal.aborted) this.segments.set(name, segments);
      })
      .catch((error: unknown) => this.failed(layer, error))
      .finally(() => !signal.aborted && this.came());
    return null;
  }

  private async decode({ frames, mine }: MaskSeries): Promise<Map<number | null, Segmented>> {
    const segments = new Map<number | null, Segmented>();
    let bytes = 0;
    for (const [at, frame] of mine) {
      const { values } = await this.library.values(frames, at);
      const box = bounds(values, frame.columns, frame.rows);
      if (box === null) continue;
      const { left, top, width, height } = box;
      const kept = new Uint16Array(width * height);
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) kept[y * width + x] = values[(top + y) * frame.columns + left + x]!;
      bytes += kept.byteLength;
      if (bytes > SHEETS) throw new Error('It is too large to be cut into planes here; it is drawn on the images themselves.');
      const number = frame.segment?.number ?? null;
      const of = segments.get(number) ?? { frame, sheets: [] };
      of.sheets.push({ place: frame, left, top, columns: width, rows: height, values: kept });
      segments.set(number, of);
    }
    return segments;
  }

  /** What a plane cuts out of one segment; null where it cuts none of it. */
  cut(layer: LayerInfo, { version }: MaskSeries, number: number | null, sheets: readonly Sheet[], plane: FrameInfo, frame: FrameInfo, colour: string, colourOf: (value: number) => Colour): Picture | null {
    const name = ['cut', layer.key, version, number, plane.position, plane.orientation, plane.rows, plane.columns, colour].join('/');
    const here = this.pictures.get(name);
    if (here !== undefined) return here;
    const values = resampled(sheets, plane, frame.thickness);
    const picture = values === null ? null : pictureOf(values, { columns: plane.columns, rows: plane.rows, segment: frame.segment ?? null, width: frame.width }, colourOf);
    this.remember(name, picture);
    return picture;
  }

  private remember(name: string, picture: Picture | null): void {
    this.pictures.set(name, picture);
    for (const old of this.pictures.keys()) {
      if (this.pictures.size <= PICTURES) break;
      this.pictures.delete(old);
    }
  }

  plane(sop: string, frame: number, place: number, plane: OverlayPlane): Picture | null {
    return this.painted(`${sop}/${frame}/${place}`, null, () => pictureOfPlane(plane));
  }

  private painted(name: string, layer: LayerInfo | null, paint: () => Promise<Picture | null>): Picture | null {
    const here = this.pictures.get(name);
    if (here !== undefined) return here;
    this.pictures.set(name, null);
    const { signal } = this.ended;
    paint()
      .then((picture) => {
        if (signal.aborted || picture === null) return;
        this.remember(name, picture);
        this.came();
      })
      .catch((error: unknown) => layer !== null && this.failed(layer, error));
    return null;
  }

  private failed(layer: LayerInfo, error: unknown): void {
    if (isAbort(error)) return;
    this.problems.set(layer.key, error instanceof Error ? error.message : 'It could not be fetched.');
    this.came();
  }
}
