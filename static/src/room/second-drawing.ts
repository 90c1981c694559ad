/** The panels and keys of the second window. */

import { html, render } from 'lit-html';
import { banner } from '../panel/banner';
import { layoutPicker } from '../panel/layout-picker';
import { item, menu } from '../panel/menu';
import { strip } from '../panel/strip';
import { TOOLS } from '../panel/toolbar';
import { idleWords } from '../viewer/idle';
import { LAYOUTS, nameOf } from '../viewer/layouts';
import { presets } from '../viewer/presets';
import type { KeyGroup } from './keys';
import type { Second } from './second';

const MOVING = TOOLS.filter(({ tool }) => ['WindowLevel', 'StackScroll', 'Zoom', 'Pan', 'Magnify'].includes(tool));

export function drawSecond(second: Second): void {
  const { grid, regions, open, imaging, situation } = second;
  render(banner(situation?.open ?? null, open === null ? 'none' : situation?.open === null ? 'opening' : 'open', situation?.meetingDay ?? ''), regions.banner);
  render(
    situation === null
      ? html`<span class="connection connection-reconnecting" role="status"><span class="lamp"></span>The first window is closed. Close this one too.</span>`
      : html`<span class="connection" role="status"><b>Second window.</b> Only you see it; marks and layers are in your first window.</span>`,
    regions.standing,
  );
  render(
    strip(
      {
        imaging,
        problem: open?.problem ?? null,
        shown: new Set(grid.visible.flatMap(({ seriesKey }) => seriesKey ?? [])),
        keys: [],
        selections: [],
        picture: (series) => second.thumbnails.of(series),
        progress: ({ key, version }) => (version === null ? null : second.library.progress(key, version)),
        trustName: (ods) => second.trustName(ods),
        reviewed: () => null,
        open: true,
      },
      { show: (study, series) => second.show({ study, series }), showKey: () => undefined, showSelection: () => undefined, toggle: () => undefined },
    ),
    regions.strip,
  );
  const waiting = situation === null ? ['The first window is closed.'] : idleWords({ caseIsOpen: open !== null, imaging, problem: open?.problem ?? null });
  for (const pane of grid.visible) pane.idle(waiting);
  const { links, engine } = second;
  render(
    html`<div class="tools" role="toolbar" aria-label="Viewer tools">
      <div class="tool-group" role="group" aria-label="What the left mouse button does">
        ${MOVING.map(({ tool, name, key }) => html`<button aria-pressed=${engine.tool === tool} title=${`${name} (${key.toUpperCase()})`} @click=${() => second.choose(tool)}>${name}<kbd aria-hidden="true">${key.toUpperCase()}</kbd></button>`)}
      </div>
      <div class="tool-group" role="group" aria-label="Viewports">
        ${layoutPicker(grid.layout, (layout) => second.arrange(layout), grid.filled !== null)}
        ${menu('Hanging', { title: 'Hanging protocols', chosen: grid.protocol !== null }, second.choices.map((choice) => item({ name: choice.name, pressed: choice.protocol === grid.protocol, act: () => second.hangBy(choice) })))}
        <button aria-pressed=${links.mode === 'all'} title="Scroll both windows together, at the levels they have now (Shift U)" @click=${() => second.link()}>Link<kbd aria-hidden="true">⇧U</kbd></button>
      </div>
    </div>`,
    regions.toolbar,
  );
  regions.side.hidden = true;
}

export function secondKeys(second: Second): KeyGroup[] {
  const scroll = (by: number) => () => second.act((content) => content.scroll(by));
  const preset = (key: string) => () => {
    const { active } = second.grid;
    const found = presets(active.hung?.series.modality ?? '', active.uptake !== null).find((one) => one.key === key);
    if (found !== undefined) second.adjust({ preset: found });
  };
  const keys: [string, () => void][] = [
    ['ArrowUp', scroll(-1)],
    ['ArrowDown', scroll(1)],
    ['ArrowLeft', scroll(-1)],
    ['ArrowRight', scroll(1)],
    ['PageUp', scroll(-10)],
    ['PageDown', scroll(10)],
    ['Home', () => second.act((content) => content.goTo(0))],
    ['End', () => second.act((content) => content.goTo(Infinity))],
    ['i', () => second.adjust('invert')],
    ['f', () => second.adjust('flip')],
    ['d', () => second.adjust('turn')],
    ['r', () => second.adjust('reset')],
    ['Enter', () => second.fill()],
    ...Array.from({ length: 10 }, (_, at): [string, () => void] => [String(at), preset(String(at))]),
    ...MOVING.map(({ tool, key }): [string, () => void] => [key, () => second.choose(tool)]),
  ];
  return [
    {
      name: 'The second window',
      keys: [
        ...keys.map(([key, act]) => ({ key, name: key, what: '', act })),
        ...LAYOUTS.map((layout, at) => ({ key: `Digit${at + 1}`, shift: true, name: '', what: nameOf(layout), act: () => second.arrange(layout) })),
        { key: 'KeyU', shift: true, name: '', what: '', act: () => second.link() },
      ],
    },
  ];
}
