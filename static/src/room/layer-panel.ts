/** The panel of layers, drawn from what the page knows of the active viewport. */

import { render } from 'lit-html';
import { origin } from '../imaging/states';
import { layersPanel } from '../panel/layers';
import { dayOf } from '../panel/words';
import { hasOverlays, OVERLAYS } from '../viewer/layers/layers';
import { seriesName, stateName } from '../viewer/overlay';
import type { App } from './app';

export function drawLayers(app: App): void {
  const { active } = app.grid;
  const { hung, layered: index, frame } = active;
  const here = index !== null && hung !== null;
  const byHand = (act: () => void): void => {
    app.sharing.elsewhere();
    act();
  };
  // On the other side than the images it speaks of, where there is one.
  const { left, width } = active.element.getBoundingClientRect();
  const stage = app.grid.element.getBoundingClientRect();
  app.regions.layers.classList.toggle('at-left', app.layersOpen && left + width / 2 > stage.left + stage.width / 2 + 1);
  render(
    layersPanel(
      {
        open: app.layersOpen,
        name: here ? seriesName(hung.study, hung.series) : '',
        standings: here ? app.layers.of(index) : [],
        captures: here ? app.layers.captures(index) : [],
        planes: { there: here && active.index !== null && hasOverlays(active.index), on: app.layers.isOn(OVERLAYS), seen: frame?.overlays ?? [] },
        states: here ? app.states.forSeries(index.series).map((state) => ({ key: state.key, name: [stateName(state), origin(state, dayOf)].filter(Boolean).join(', '), remarks: state.left_out })) : [],
        state: active.state?.key ?? null,
        trustName: (ods) => app.trustName(ods),
        opacity: (key) => app.layers.opacity(key),
        colour: (layer, part) => app.layers.colour(layer, part),
        marks: (layer) => app.layers.values(layer),
        has: (key, part) => app.layers.has(key, part),
      },
      {
        turn: (key, on) => byHand(() => app.layers.turn(key, on)),
        turnPart: (key, part, on) => byHand(() => app.layers.turnPart(key, part, on)),
        only: (layer, part) => byHand(() => app.layers.only(layer, part)),
        turnAll: () => app.toggleAllLayers(),
        fade: (key, opacity) => byHand(() => app.layers.fade(key, opacity)),
        paint: (key, colour) => byHand(() => app.layers.paint(key, colour)),
        present: (state) => app.present(state),
        goTo: (_layer, { image }) => {
          if (image !== null) app.acts.goTo(image.sop, image.frames[0] ?? 1);
        },
        openSeries: (key) => app.acts.openBeside(key),
        close: () => app.toggleLayers(false),
      },
    ),
    app.regions.layers,
  );
}

/** For the button: how many of how many are seen, e.g. "2/3"; empty where there are none. */
export function layersCount(app: App): string {
  const { layered: index, index: images, hung } = app.grid.active;
  if (index === null || hung === null) return '';
  const standings = app.layers.of(index);
  const planes = images !== null && hasOverlays(images) ? 1 : 0;
  const there = standings.length + planes;
  const seen = standings.filter(({ on, problem }) => on && problem === null).length + (planes > 0 && app.layers.isOn(OVERLAYS) ? 1 : 0);
  return there === 0 ? '' : `${seen}/${there}`;
}
