/** How the viewer's parts are joined to the room: what each may know of it, and whom it tells. */

import { parseImageId } from '../imaging/image-id';
import { speaksOf } from '../imaging/states';
import type { Asks } from '../measure/cornerstone';
import { Keeping } from '../measure/keeping';
import { OtherMarks } from '../measure/others';
import { dayOf, londonDay } from '../panel/words';
import { askText } from '../viewer/dialogs';
import { Engine } from '../viewer/engine';
import { find, Grid } from '../viewer/grid';
import { Scenes } from '../scenes/scenes';
import { Layers } from '../viewer/layers/layers';
import { Marks } from '../viewer/marks';
import type { App } from './app';

/** `about` is what is said of a mark, by its id. */
export function engineOf(app: Pick<App, 'library' | 'may'>, about: Asks['about']): Engine {
  return new Engine(
    {
      frameOf: (id) => {
        if (!id.startsWith('mdt:')) return undefined;
        const { key, version, index: at } = parseImageId(id);
        const index = app.library.index(key, version);
        const frame = index?.frames[at];
        return index === undefined || frame === undefined ? undefined : { frame, modality: index.modality };
      },
      coarseness: (id) => app.library.coarseness(id),
      text: askText,
      about,
    },
    () => app.may('mark'),
  );
}

export function gridOf(app: App): Grid {
  return new Grid(
    {
      engine: app.engine,
      library: app.library,
      layers: app.layers,
      patient: () => app.open?.imaging?.patient ?? null,
      get meetingDay() {
        return app.meetingDay;
      },
      get meetingKind() {
        return app.agenda?.meeting.mdt_type ?? '';
      },
      trustName: (ods) => app.trustName(ods),
      state: (key) => app.states.of(key),
      series: (key) => (app.open?.imaging ? find(app.open.imaging, key) : null),
      show: (image) => app.acts.showImage(image),
      said: (frame) => app.states.selections.filter(({ images }) => speaksOf(images, frame)).map(({ title }) => `KEY IMAGE: ${title}`),
      byHand: () => app.sharing.elsewhere(),
      marks: {
        may: () => app.may('mark'),
        shown: () => app.keeping.shown(),
        pending: () => app.keeping.pending(),
        put: (mark, on) => void app.keeping.put(mark, on),
        remove: (id) => app.keeping.remove(id),
        hold: (drawing) => app.inHand.hold(drawing),
        letGo: () => app.inHand.letGo(),
      },
      changed: (pane) => {
        app.crosshair?.scrolled(pane);
        app.sharing.changed();
      },
      painted: (pane) => {
        app.timings.painted(pane.coarseness);
        if (pane.at !== null) app.library.painted(pane.seriesKey as string);
        app.pointers.draw();
        app.drawings.draw();
        app.crosshair.draw();
        app.looking.painted(pane);
        app.draw(); // whether this screen is in step
      },
    },
    () => {
      app.looking.activated();
      app.sharing.changed();
    },
  );
}

export function layersOf(app: App): Layers {
  return new Layers({
    library: app.library,
    seriesOf: (key) => (app.open?.imaging ? (find(app.open.imaging, key)?.series ?? null) : null),
    changed: () => {
      for (const pane of app.grid.visible) pane.relay();
      app.sharing.changed();
    },
  });
}

export function othersOf(app: App): OtherMarks {
  return new OtherMarks({
    meeting: app.at.meeting,
    ticket: app.at.ticket,
    framesKey: app.at.framesKey,
    me: () => app.client.me,
    named: ({ at, team }) => (team === app.agenda?.meeting.team ? `meeting of ${dayOf(londonDay(at))}` : `${team}, meeting of ${dayOf(londonDay(at))}`),
    changed: () => {
      app.marks.sync();
      app.draw();
    },
    refused: (sentence) => app.toasts.say(sentence, true),

  });
}

export function scenesOf(app: App): Scenes {
  return new Scenes({
    grid: app.grid,
    preparation: app.preparation,
    openId: () => app.openId,
    imaging: () => app.open?.imaging ?? null,
    kept: () => {
      const held = app.openId === null ? undefined : app.client.state.cases[app.openId];
      return { scenes: held?.scenes ?? [], keys: Object.values(held?.keys ?? {}), marks: Object.values(held?.marks ?? {}) };
    },
    may: () => app.mayPrepare,
    op: (kind, body) => app.client.op(kind, body),
    elsewhere: () => app.sharing.elsewhere(),
    changed: () => app.sharing.changed(),
    showKey: (key) => app.acts.showKey(key),
    say: (text, important = false) => app.toasts.say(text, important),
  });
}

export function marksOf(app: App): Marks {
  return new Marks(app.grid, {
    shown: () => app.keeping.shown(),
    pending: () => app.keeping.pending(),
    put: (mark, on) => app.keeping.put(mark, on),
    remove: (id) => app.keeping.remove(id),
    hold: (drawing) => app.inHand.hold(drawing),
    letGo: () => app.inHand.letGo(),
    index: (key, version) => app.library.index(key, version),
  });
}

export function keepingOf(app: App): Keeping {
  return new Keeping(
    {
      openId: () => app.openId,
      kept: () => (app.openId === null ? {} : (app.client.state.cases[app.openId]?.marks ?? {})),
      pendingOps: () => app.client.outbox.pending,
      op: (kind, body) => app.client.op(kind, body),
      me: () => app.client.me,
      mayMark: () => app.may('mark'),
      mayChangeOthers: () => app.may('mark.others'),
      say: (sentence, action) => app.toasts.say(sentence, true, action),
      changed: () => {
        app.marks.sync();
        app.draw();
      },
      restore: (id) => app.marks.restore(id),
    },
    app.others,
  );
}
