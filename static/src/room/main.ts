/** The live room page: everything inside `#room` is built here. */

import './room.css';
import '../viewer/volume/volume.css';
import '../measure/measure.css';
import { mountOutcome } from '../outcome/panel';
import { closeFromOutside } from '../panel/menu';
import { App } from './app';
import { RoomClient } from './client';
import { clientId } from './client-id';
import { hook } from './hook';
import { Second } from './second';
import { loadRecorded, ReplayLine } from './replay';
import { Replaying } from './replaying';

const root = document.getElementById('room');

if (root !== null) {
  closeFromOutside();
  const { meeting = '', ticket = '', framesKey = '', agendaUrl = '', leaveUrl = '', signInUrl = '', title = '', prepare, preparePatient = '', replayUrl } = root.dataset;
  const prepares = prepare === undefined ? null : { case: prepare, patient: preparePatient };
  const at = { meeting, ticket, framesKey, agendaUrl, leaveUrl, signInUrl, title, prepares, replay: replayUrl !== undefined };
  const first = new URLSearchParams(location.search).get('second');
  if (first !== null) Object.defineProperty(window, 'mdtSecond', { value: new Second(root, first, at), writable: false });
  else Object.defineProperty(window, 'mdtRoom', { value: hook(replayUrl === undefined ? await live() : await replay(replayUrl)), writable: false });

  async function live(): Promise<App> {
    const client = await clientId();
    return new App(root as HTMLElement, (listener) => new RoomClient(meeting, client, ticket, framesKey, listener, prepares !== null), at, mountOutcome);
  }

  async function replay(address: string): Promise<App> {
    const recorded = await loadRecorded(address);
    let line: ReplayLine | undefined;
    const app = new App(root as HTMLElement, (listener) => (line = new ReplayLine(recorded, listener)), at, mountOutcome);
    app.begin(new Replaying(app, line as ReplayLine, recorded));
    return app;
  }
}
