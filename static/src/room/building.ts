/** How the viewer's parts are joined to the room: what each may know of it, and whom it tells. */

import { parseImageId } from '../imaging/image-id';
import { speaksOf } from '../imaging/states';
import { askText } from '../viewer/dialogs';
import { Engine } from '../viewer/engine';
import { find, Grid } from '../viewer/grid';
import { Marks } from '../viewer/marks';
import type { App } from './app';
import type { Mark, MarkBody } from './protocol';

export function engineOf(app: App): Engine {
  return new Engine(
    {
      frameOf: (id) => {
        if (!id.startsWith('mdt:')) return undefined;
        const { key, version, index } = parseImageId(id);
        return app.library.index(key, version)?.frames[index];
      },
      coarseness: (id) => app.library.coarseness(id),
      text: askText,
    },
    () => app.may('mark'),
  );
}

export function gridOf(app: App): Grid {
  return new Grid(
    {
      engine: app.engine,
      library: app.library,
      patient: () => app.open?.imaging?.patient ?? null,
      get meetingDay() {
        return app.meetingDay;
      },
      trustName: (ods) => app.trustName(ods),
      state: (key) => app.states.of(key),
      series: (key) => (app.open?.imaging ? find(app.open.imaging, key) : null),
      show: (image) => app.acts.showImage(image),
      said: (frame) => app.states.selections.filter(({ images }) => speaksOf(images, frame)).map(({ title }) => `KEY IMAGE: ${title}`),
      changed: (pane) => {
        app.crosshair?.scrolled(pane);
        app.sharing.changed();
      },
      painted: (pane) => {
        app.timings.painted(pane.coarseness);
        if (pane.at !== null) app.library.painted(pane.seriesKey as string);
        app.pointers.draw();
        app.crosshair.draw();
      },
    },
    () => app.sharing.changed(),
  );
}

export function marksOf(app: App): Marks {
  return new Marks(app.grid, {
    put: (mark) => void app.client.op('mark.put', { case: app.openId, mark }),
    remove: (id, version) => void app.client.op('mark.remove', { case: app.openId, id, version }),
    kept: () => kept(app),
    pending: () => pendingMarks(app),
    mayChange: (mark) => app.may('mark') && (mark.author.id === app.client.me?.person || app.client.me?.role === 'chair'),
  });
}

function kept(app: App): Record<string, Mark> {
  return app.openId === null ? {} : (app.client.state.cases[app.openId]?.marks ?? {});
}

/** What this tab drew and the server has not yet kept; null for a mark that is to go. */
function pendingMarks(app: App): Map<string, { version: number; mark: MarkBody | null }> {
  const pending = new Map<string, { version: number; mark: MarkBody | null }>();
  for (const { kind, body } of app.client.outbox.pending) {
    const mark = body['mark'] as MarkBody;
    if (kind === 'mark.put') pending.set(mark.id, { version: mark.version, mark });
    if (kind === 'mark.remove') pending.set(body['id'] as string, { version: body['version'] as number, mark: null });
  }
  return pending;
}
