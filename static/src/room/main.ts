/** The live room page: everything inside `#room` is built here. */

import './room.css';
import '../viewer/volume/volume.css';
import '../measure/measure.css';
import { mountOutcome } from '../outcome/panel';
import { App } from './app';
import { clientId } from './client-id';
import { hook } from './hook';

const root = document.getElementById('room');

if (root !== null) {
  const { meeting = '', ticket = '', framesKey = '', agendaUrl = '', leaveUrl = '', signInUrl = '', title = '', prepare, preparePatient = '' } = root.dataset;
  const prepares = prepare === undefined ? null : { case: prepare, patient: preparePatient };
  const app = new App(root, await clientId(), { meeting, ticket, framesKey, agendaUrl, leaveUrl, signInUrl, title, prepares }, mountOutcome);
  Object.defineProperty(window, 'mdtRoom', { value: hook(app), writable: false });
}
