/** What this page shows and how long it took, for tests and measurements to read. Nothing here changes anything. */

import type { Content } from '../viewer/contents/content';
import { SlideContent } from '../slide/content';
import { PlaneContent } from '../viewer/volume/plane';
import { RenderingContent } from '../viewer/rendering/content';
import { VolumeContent } from '../viewer/volume/whole';
import { pointsOf } from '../measure/drawn';
import type { App } from './app';

export function hook(app: App): object {
  const panes = (): unknown[] =>
    app.grid.visible.map((pane) => {
      const frame = pane.frame;
      const series = pane.hung?.series;
      const stack = pane.stack;
      return {
        series: series?.series ?? null,
        key: series?.key ?? null,
        sop: frame?.sop ?? null,
        frame: frame?.frame ?? null,
        index: pane.at,
        frames: pane.index?.frames.length ?? 0,
        voi: stack?.getProperties().voiRange ?? null,
        view: pane.view(),
        camera: stack === null ? null : plain(stack.getCamera()),
        coarseness: pane.coarseness,
        kind: pane.content.kind,
        painted: pane.content.element.querySelector('.pane-image.painted') !== null,
        volume: volumeOf(pane.content),
        slide: pane.content instanceof SlideContent ? pane.content.told : null,
        rendering: pane.content instanceof RenderingContent ? pane.content.told : null,
        progress: series?.version ? app.library.progress(series.key, series.version) : null,
        overlay: pane.overlay.read(),
      };
    });
  return Object.freeze({
    get state() {
      return structuredClone(app.client.state);
    },
    get client() {
      const { client, last, connection, behind, presenting, resyncs, roster, me } = app.client;
      return structuredClone({ client, last, connection, behind, presenting, resyncs, roster, me, pending: app.client.outbox.pending.length, following: app.sharing.following });
    },
    get case() {
      return app.openId;
    },
    get layout() {
      return app.grid.layout;
    },
    get panes() {
      return panes();
    },
    get marks() {
      return app.marks.drawn().map((mark) => ({ id: mark.annotationUID, tool: mark.metadata.toolName, image: mark.metadata.referencedImageId, points: pointsOf(mark), text: mark.data.label }));
    },
    get timings() {
      return structuredClone(app.timings.cases);
    },
  });
}

/** Of a volume, which picture of it is seen and how much of it has come. */
const volumeOf = (content: Content): unknown =>
  content instanceof PlaneContent || content instanceof VolumeContent ? { at: content.at, ...content.counts, camera: content.stack === null ? null : plain(content.stack.getCamera()) } : null;

const plain = (camera: object): unknown => JSON.parse(JSON.stringify(camera));
