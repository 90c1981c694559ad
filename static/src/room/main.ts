/** The live room page: everything inside `#room` is built here. */
import './room.css';

const root = document.getElementById('room');
if (root !== null) root.dataset.ready = 'true';
