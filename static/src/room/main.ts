/** The live room page: everything inside `#room` is built here. */

import './room.css';
import type { MountOutcome } from '../outcome/api';
import { App } from './app';
import { clientId } from './client-id';
import { hook } from './hook';

const root = document.getElementById('room');
const panels = import.meta.glob<{ mountOutcome: MountOutcome }>('../outcome/panel.ts');

if (root !== null) {
  const { meeting, ticket, agendaUrl, leaveUrl, signInUrl } = root.dataset as Record<string, string>;
  const address = `/meetings/${meeting}`;
  const panel = await panels['../outcome/panel.ts']?.();
  const app = new App(
    root,
    await clientId(),
    { meeting: meeting ?? '', ticket: ticket ?? '', agendaUrl: agendaUrl ?? `${address}/agenda.json`, leaveUrl: leaveUrl ?? address, signInUrl: signInUrl ?? '/' },
    panel?.mountOutcome ?? (() => () => undefined),
  );
  Object.defineProperty(window, 'mdtRoom', { value: hook(app), writable: false });
}
