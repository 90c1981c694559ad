/** The series in a viewport, and where in it each of its images is. */

import { imageId, parseImageId } from '../imaging/image-id';
import type { SeriesFrames } from '../imaging/series';
import type { Start } from './contents/content';
import type { Hung } from './hanging';

const place = ({ sop, frame }: Start): string => `${sop}/${frame}`;

export class Showing {
  private readonly places: Map<string, number>;

  constructor(
    public hung: Hung,
    readonly frames: SeriesFrames,
    readonly version: string,
  ) {
    this.places = new Map(frames.frames.map((frame, at) => [place(frame), at]));
  }

  get key(): string {
    return this.hung.series.key;
  }

  get imageIds(): string[] {
    return this.frames.frames.map((_, at) => this.imageId(at));
  }

  imageId(at: number): string {
    return imageId(this.key, this.version, at);
  }

  indexOf(image: Start): number | undefined {
    return this.places.get(place(image));
  }

  /** Where to begin: at the image asked for, else in the middle. */
  begin(start: Start | undefined): number {
    return (start && this.indexOf(start)) ?? Math.floor(this.frames.frames.length / 2);
  }

  /** The place of an image of Cornerstone's, when it is one of these. */
  placeOf(id: string | undefined): number | null {
    if (id === undefined) return null;
    const { key, version, index } = parseImageId(id);
    return key === this.key && version === this.version ? index : null;
  }
}
