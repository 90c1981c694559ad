/** A structured report: the server's page in a frame without scripts, as high as it is long, so that we scroll it. */

import type { Part } from './places';
import { addressOf, type Reader } from './reading';

/** What is read one after the other: where somebody is in it is told by these, whatever the width. */
const PARTS = 'h1, h2, h3, h4, h5, h6, p, li, tr, dt, caption';

export const readReport: Reader = async ({ scroller, document: told, resized, painted }) => {
  const frame = document.createElement('iframe');
  frame.className = 'paper-report';
  frame.title = told.title || 'Report';
  frame.tabIndex = -1; // what scrolls, and takes the keys, is around it
  frame.src = addressOf(told);
  scroller.append(frame);
  await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  const page = frame.contentDocument?.documentElement;
  if (page === undefined) throw new Error('This report cannot be shown.'); // what the server refuses is no page of ours
  let wide = 0;
  const fit = (): void => {
    if (frame.clientWidth === wide) return;
    wide = frame.clientWidth;
    frame.style.height = '0';
    frame.style.height = `${page.scrollHeight}px`;
    resized();
  };
  const observer = new ResizeObserver(fit);
  observer.observe(frame);
  fit();
  painted();
  return {
    pages: null,
    parts: () =>
      [...page.querySelectorAll(PARTS)]
        .map((part): Part => {
          const { top, height } = part.getBoundingClientRect();
          return { top, height };
        })
        .filter(({ height }) => height > 0),
    zoom: () => undefined,
    close: () => observer.disconnect(),
  };
};
