/** Small pictures of scenes, made from the images themselves as they are now: never kept, so never another's or out of date. */

import type { Thumbnails } from '../imaging/thumbnails';
import type { CaseImaging } from '../imaging/types';
import type { ImagePane, Pane, Scene } from '../room/protocol';
import { find } from '../viewer/grid';

export class Tiles {
  private readonly canvases = new Map<string, HTMLCanvasElement>();

  constructor(private readonly thumbnails: Thumbnails) {}

  /** The picture of one viewport of a scene; undefined while there is none, or when there cannot be one. */
  of(scene: Scene, at: number, imaging: CaseImaging | null): HTMLCanvasElement | undefined {
    const pane = scene.view.panes[at] ?? null;
    const hung = pane === null || imaging === null ? null : find(imaging, pane.key);
    if (pane === null || hung === null || !isImage(pane)) return undefined;
    const from = this.thumbnails.ofImage(hung.series, pane);
    if (from === undefined) return undefined;
    const id = `${scene.id}/${scene.version}/${at}/${hung.series.version}`;
    const here = this.canvases.get(id);
    if (here !== undefined) return here;
    const canvas = document.createElement('canvas'); // a picture can be in one place only, and two scenes may show one image
    canvas.width = from.width;
    canvas.height = from.height;
    canvas.getContext('2d')?.drawImage(from, 0, 0);
    this.canvases.set(id, canvas);
    return canvas;
  }

  clear(): void {
    this.canvases.clear();
  }
}

const isImage = (pane: Pane): pane is ImagePane => pane.kind === undefined;
