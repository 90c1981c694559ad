/** A slide's tiles as OpenSeadragon asks for them: its levels count from the coarsest, the wire's from the finest. */

import OpenSeadragon from 'openseadragon';
import { ask } from '../imaging/requests';
import type { SlideIndex } from './types';

interface Job {
  src: string;
  userData: { ended?: AbortController };
  finish(data: unknown, request: null, type: string): void;
  fail(why: string, request: null): void;
}

/** `came` hears of every tile whether it did. */
export function sourceOf(index: SlideIndex, key: string, came: (tile: string, itDid: boolean) => void): OpenSeadragon.TileSource {
  const { width, height, levels } = index;
  const at = (level: number): SlideIndex['levels'][number] => levels[levels.length - 1 - level]!;
  const source = new OpenSeadragon.TileSource({ width, height, tileSize: levels[0]!.tile[0], minLevel: 0, maxLevel: levels.length - 1 } as OpenSeadragon.TileSourceOptions);
  const scale = (level: number): number => at(level).width / width;
  Object.assign(source, {
    getLevelScale: scale,
    getTileWidth: (level: number) => at(level).tile[0],
    getTileHeight: (level: number) => at(level).tile[1],
    getNumTiles: (level: number) => new OpenSeadragon.Point(...at(level).grid),
    tileExists: (level: number, x: number, y: number) => level >= 0 && level < levels.length && x >= 0 && y >= 0 && x < at(level).grid[0] && y < at(level).grid[1],
    // Tiles at the edge are whole, and reach beyond the slide: what lies there is cut off when they are drawn.
    getTileBounds: (level: number, x: number, y: number, isSource?: boolean) => {
      const [wide, high] = at(level).tile;
      if (isSource) return new OpenSeadragon.Rect(0, 0, wide, high);
      const one = 1 / at(level).width;
      return new OpenSeadragon.Rect(x * wide * one, y * high * one, wide * one, high * one);
    },
    getTileUrl: (level: number, x: number, y: number) => `/imaging/series/${key}/${index.version}/tiles/${levels.length - 1 - level}/${x}/${y}`,
    hasTransparency: () => true,
    downloadTileStart: (job: Job) => {
      const ended = new AbortController();
      job.userData.ended = ended;
      fetched(job.src, ended.signal).then(
        (picture) => {
          came(job.src, true);
          job.finish(picture, null, 'imageBitmap');
        },
        (error: unknown) => {
          if (!ended.signal.aborted) came(job.src, false);
          job.fail(String(error), null);
        },
      );
    },
    downloadTileAbort: (job: Job) => job.userData.ended?.abort(),
  });
  return source;
}

/** Nothing of it is left in the browser's cache (ADR 7). Glass is a tile of nothing. */
async function fetched(address: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await ask(address, { signal, cache: 'no-store' });
  if (response.status === 204) return createImageBitmap(new ImageData(1, 1));
  return createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' });
}
