/** Cornerstone with its stock DICOM image loader, frame by frame over WADO-RS, as OHIF uses it. For `bench/frames.py`. */

import { Enums, imageLoader, imageLoadPoolManager, init as initCore, RenderingEngine, type Types } from '@cornerstonejs/core';
import { init as initLoader, wadors } from '@cornerstonejs/dicom-image-loader';

type Instance = Record<string, { Value?: unknown[] }>;

const ELEMENT = document.getElementById('image') as HTMLDivElement;
const rendered = (): Promise<number> => new Promise((seen) => ELEMENT.addEventListener(Enums.Events.IMAGE_RENDERED, () => seen(performance.now()), { once: true }));
const number = (one: Instance): number => Number(one['00200013']?.Value?.[0] ?? 0);

initCore();
initLoader();
imageLoadPoolManager.setMaxSimultaneousRequests(Enums.RequestType.Interaction, 100); // as OHIF's default configuration
imageLoadPoolManager.setMaxSimultaneousRequests(Enums.RequestType.Prefetch, 25);
const engine = new RenderingEngine('peer');
engine.enableElement({ viewportId: 'peer', type: Enums.ViewportType.STACK, element: ELEMENT });
const viewport = engine.getViewport('peer') as Types.IStackViewport;

/** From asking what the series holds to its middle image, and to every slice decoded; milliseconds. */
async function open({ root, study, series, whole }: { root: string; study: string; series: string; whole: boolean }): Promise<{ first: number; last: number | null; frames: number }> {
  const from = performance.now();
  const path = `${root}/studies/${study}/series/${series}`;
  const listed = (await (await fetch(`${path}/metadata`, { headers: { Accept: 'application/dicom+json' } })).json()) as Instance[];
  const ids = listed
    .sort((one, other) => number(one) - number(other))
    .map((one) => {
      const id = `wadors:${path}/instances/${String(one['00080018']?.Value?.[0])}/frames/1`;
      wadors.metaDataManager.add(id, one as never);
      return id;
    });
  const seen = rendered();
  await viewport.setStack(ids, Math.floor(ids.length / 2));
  viewport.render();
  const first = (await seen) - from;
  if (!whole) return { first, last: null, frames: ids.length };
  await Promise.all(
    ids.map(
      (id) =>
        new Promise<void>((done) => {
          const load = (): Promise<void> => imageLoader.loadAndCacheImage(id).then(() => done(), () => done());
          imageLoadPoolManager.addRequest(load, Enums.RequestType.Prefetch, { imageId: id }, 0);
        }),
    ),
  );
  return { first, last: performance.now() - from, frames: ids.length };
}

/** Milliseconds from one slice to the next on the screen, all of them being decoded. */
async function scroll(steps: number): Promise<number[]> {
  const took: number[] = [];
  for (let step = 0; step < steps; step++) {
    const from = performance.now();
    const seen = rendered();
    viewport.scroll(step < steps / 2 ? 1 : -1, false);
    took.push((await seen) - from);
  }
  return took;
}

Object.assign(window, { peer: { open, scroll } });
