/** The live room page: everything inside `#room` is built here. */

import './room.css';
import '../viewer/volume/volume.css';
import '../measure/measure.css';
import { mountOutcome } from '../outcome/panel';
import { closeFromOutside } from '../panel/menu';
import { App } from './app';
import { clientId } from './client-id';
import { hook } from './hook';
import { Second } from './second';

const root = document.getElementById('room');

if (root !== null) {
  closeFromOutside();
  const { meeting = '', ticket = '', framesKey = '', agendaUrl = '', leaveUrl = '', signInUrl = '', title = '', prepare, preparePatient = '' } = root.dataset;
  const prepares = prepare === undefined ? null : { case: prepare, patient: preparePatient };
  const at = { meeting, ticket, framesKey, agendaUrl, leaveUrl, signInUrl, title, prepares };
  const first = new URLSearchParams(location.search).get('second');
  if (first !== null) Object.defineProperty(window, 'mdtSecond', { value: new Second(root, first, at), writable: false });
  else Object.defineProperty(window, 'mdtRoom', { value: hook(new App(root, await clientId(), at, mountOutcome)), writable: false });
}
