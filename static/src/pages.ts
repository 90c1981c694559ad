/** Small enhancements of the server-rendered pages; every page works without them. */
import 'nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css';
import { initAll } from 'nhsuk-frontend';

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported');
initAll();
