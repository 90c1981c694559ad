/** Small enhancements of the server-rendered pages; every page works without them. */
import 'nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css';
import '../css/pages.css';
import '../css/outcome.css';
import '../css/referral.css';
import { initAll } from 'nhsuk-frontend';
import { dragCases } from './pages/agenda';
import { followArriving } from './pages/arriving';
import { followBoard } from './pages/board';
import { bringImports } from './pages/imports';
import { saveAsLeft } from './pages/referral';
import { waitInLobby } from './pages/lobby';
import { showPasskey } from './pages/passkey';
import { warnBeforeTheEnd } from './pages/ending';

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported');
initAll();

document.querySelectorAll<HTMLElement>('[data-agenda-order]').forEach(dragCases);
document.querySelectorAll<HTMLElement>('[data-arriving]').forEach(followArriving);
document.querySelectorAll<HTMLElement>('[data-board]').forEach(followBoard);
document.querySelectorAll<HTMLElement>('[data-imports]').forEach(bringImports);
document.querySelectorAll<HTMLElement>('[data-lobby]').forEach(waitInLobby);
document.querySelectorAll<HTMLElement>('[data-passkey]').forEach(showPasskey);
if (document.body.dataset.session !== undefined) warnBeforeTheEnd(document.body);
document.querySelectorAll<HTMLFormElement>('form[data-referral]').forEach(saveAsLeft);
