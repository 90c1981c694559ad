/** Tools, windows and layouts, each with its key. */

import { html, type TemplateResult } from 'lit-html';
import { measureMenu, type MeasureActs, type MeasureState } from './measure-menu';
import type { Layout } from '../room/protocol';
import type { ToolName } from '../viewer/engine';
import { SPEEDS } from '../viewer/cine';
import type { Change } from '../viewer/adjust';
import { presets, type Preset } from '../viewer/presets';
import { layoutPicker } from './layout-picker';
import { item, menu } from './menu';

export interface Tool {
  tool: ToolName;
  name: string;
  key: string;
  marks?: boolean;
  /** Where the row is narrow it is found in the menu of tools. */
  seldom?: boolean;
}

export const TOOLS: readonly Tool[] = [
  { tool: 'WindowLevel', name: 'Window', key: 'w' },
  { tool: 'StackScroll', name: 'Scroll', key: 's' },
  { tool: 'Zoom', name: 'Zoom', key: 'z' },
  { tool: 'Pan', name: 'Pan', key: 'p' },
  { tool: 'Magnify', name: 'Lens', key: '/', seldom: true },
  { tool: 'Length', name: 'Length', key: 'l', marks: true },
  { tool: 'ArrowAnnotate', name: 'Arrow', key: 'a', marks: true },
  { tool: 'Point', name: 'Point', key: 'o', seldom: true },
  { tool: 'Crosshair', name: 'Cross', key: 'v', seldom: true },
];

export interface ToolbarState {
  tool: ToolName;
  layout: Layout;
  modality: string;
  /** Whether values can be told as SUV. */
  uptake: boolean;
  /** Images a second of a cine; null where there is nothing to play. */
  speed: number | null;
  playing: boolean;
  mayMark: boolean;
  ready: boolean;
  /** What the case can be hung by, and what it is. */
  protocols: readonly { id: string; name: string }[];
  protocol: string | null;
  linked: 'position' | 'all' | 'off';
  lines: boolean;
  filled: boolean;
  fullScreen: boolean;
  /** Presentation states there are for the series, and the one shown. */
  states: readonly { key: string; name: string }[];
  state: string | null;
  /** The menu of planes through volumes. */
  planes: TemplateResult;
  measure: MeasureState;
  /** How many of how many layers are seen, e.g. "2/3"; empty where there are none. */
  layers: string;
  layersOpen: boolean;
}

export interface ToolbarActs {
  choose(tool: ToolName): void;
  preset(preset: Preset): void;
  present(state: string | null): void;
  change(change: Change): void;
  play(): void;
  layers(): void;
  pace(speed: number): void;
  keyImage(): void;
  arrange(layout: Layout): void;
  hang(protocol: string): void;
  link(): void;
  lines(): void;
  fill(): void;
  fullScreen(): void;
  secondWindow(): void;
  keys(): void;
  measure: MeasureActs;
}

/**
 * One row at every width, and each command always in the same place of it: where there is less room than for all (the
 * container query in room.css), what is `in-wide` is left out and found `in-narrow`, in the menu of tools or under More.
 */
export function toolbar(now: ToolbarState, acts: ToolbarActs): TemplateResult {
  return html`
    <div class="tools" role="toolbar" aria-label="Viewer tools">
      <div class="tool-group" role="group" aria-label="What the left mouse button does">
        ${TOOLS.map(
          ({ tool, name, key, marks, seldom }) => html`
            <button class=${seldom ? 'in-wide' : ''} aria-pressed=${now.tool === tool} ?disabled=${marks === true && !now.mayMark} title=${`${name} (${key.toUpperCase()})`} @click=${() => acts.choose(tool)}>
              ${name}<kbd aria-hidden="true">${key.toUpperCase()}</kbd>
            </button>
          `,
        )}
        ${measureMenu(now.measure, acts.measure, TOOLS.filter(({ seldom }) => seldom).map(({ tool, name, key }) => ({ name, key: key.toUpperCase(), pressed: now.tool === tool, act: () => acts.choose(tool) })))}
      </div>
      <div class="tool-group" role="group" aria-label="The image">
        ${windows(now, acts)} ${now.states.length > 0 ? states(now, acts) : ''}
        <span class="in-wide">${imageMenu(now, acts)}</span>
        <button class="in-wide" @click=${() => acts.change('reset')} ?disabled=${!now.ready} title="Reset (R)">Reset<kbd aria-hidden="true">R</kbd></button>
        ${now.speed === null ? '' : cine(now, acts)}
        <button aria-expanded=${now.layersOpen} @click=${acts.layers} title="Layers: what others drew over these images (Shift Y; Y: all on or off)">Layers${now.layers === '' ? '' : html` <span class="layers-count">${now.layers}</span>`}<kbd aria-hidden="true">⇧Y</kbd></button>
        <button class="in-wide" @click=${acts.keyImage} ?disabled=${!now.ready || !now.mayMark} title="Key image (K)">Key image<kbd aria-hidden="true">K</kbd></button>
      </div>
      <div class="tool-group" role="group" aria-label="Viewports">
        ${layoutPicker(now.layout, acts.arrange, now.filled)} ${hangingMenu(now, acts)} ${now.planes}
        <span class="in-wide">${viewMenu(now, acts)}</span>
        <button class="in-wide" @click=${acts.keys} title="Keys and mouse (?)">Keys<kbd aria-hidden="true">?</kbd></button>
        <span class="in-narrow">${moreMenu(now, acts)}</span>
      </div>
    </div>
  `;
}

const windows = (now: ToolbarState, acts: ToolbarActs): TemplateResult => html`
  <label class="preset">
    <span class="unseen">Window preset</span>
    <select
      ?disabled=${!now.ready}
      @change=${(event: Event) => {
        const select = event.target as HTMLSelectElement;
        const preset = presets(now.modality, now.uptake).find(({ key }) => key === select.value);
        select.value = '';
        select.blur();
        if (preset !== undefined) acts.preset(preset);
      }}
    >
      <option value="">${now.modality === 'SM' ? 'Objective' : 'Windows'}</option>
      ${presets(now.modality, now.uptake).map(({ key, name }) => html`<option value=${key}>${key} ${name}</option>`)}
    </select>
  </label>
`;

/** Which of the ways somebody chose to show these images is seen. */
function states(now: ToolbarState, acts: ToolbarActs): TemplateResult {
  return html`
    <label class="preset">
      <span class="unseen">Shown as</span>
      <select
        ?disabled=${!now.ready}
        .value=${now.state ?? ''}
        @change=${(event: Event) => {
          const select = event.target as HTMLSelectElement;
          acts.present(select.value === '' ? null : select.value);
          select.blur();
        }}
      >
        <option value="" ?selected=${now.state === null}>As stored</option>
        ${now.states.map(({ key, name }) => html`<option value=${key} ?selected=${now.state === key}>${name}</option>`)}
      </select>
    </label>
  `;
}

/** The right way round, and how large. */
const imageItems = ({ ready }: ToolbarState, { change }: ToolbarActs): TemplateResult[] =>
  (
    [
      ['Invert', 'I', 'invert'],
      ['Flip left and right', 'F', 'flip'],
      ['Flip top and bottom', 'Shift I', 'flip down'],
      ['Turn by 90°', 'D', 'turn'],
      ['Turn back', 'Shift D', 'turn back'],
      ['Zoom to fit', 'Shift Z', 'fit'],
      ['True pixels (1:1)', 'Shift O', 'true size'],
    ] as const
  ).map(([name, key, what]) => item({ name, key, disabled: !ready, stays: what.startsWith('turn'), act: () => change(what) }));

const imageMenu = (now: ToolbarState, acts: ToolbarActs): TemplateResult => menu('Image', { title: 'Invert, flip, turn, and how large' }, imageItems(now, acts));

const cine = (now: ToolbarState, acts: ToolbarActs): TemplateResult => html`
  <button class="play" aria-label=${now.playing ? 'Pause' : 'Play'} aria-pressed=${now.playing} @click=${acts.play} title="Play a cine, or pause it (C)"><span class="play-sign" aria-hidden="true">${now.playing ? '❚❚' : '▶'}</span><span class="play-word">${now.playing ? 'Pause' : 'Play'}</span><kbd aria-hidden="true">C</kbd></button>
  ${now.playing ? html`<span class="in-wide">${pace(now, acts)}</span>` : ''}
`;

const pace = (now: ToolbarState, acts: ToolbarActs): TemplateResult => html`
  <label class="preset">
    <span class="unseen">Images a second</span>
    <select
      title="Images a second (Shift , and Shift .)"
      @change=${(event: Event) => {
        const select = event.target as HTMLSelectElement;
        acts.pace(Number(select.value));
        select.blur();
      }}
    >
      ${[...new Set([...SPEEDS, Math.round(now.speed ?? 0)])].sort((a, b) => a - b).map((speed) => html`<option value=${speed} ?selected=${speed === Math.round(now.speed ?? 0)}>${speed} a second</option>`)}
    </select>
  </label>
`;

function hangingMenu({ protocols, protocol }: ToolbarState, { hang }: ToolbarActs): TemplateResult {
  const now = protocols.find(({ id }) => id === protocol);
  return menu(
    'Hanging',
    { title: now === undefined ? 'Hanging protocols (H: the next one)' : `Hung as: ${now.name} (H: the next one)`, chosen: now !== undefined },
    protocols.length === 0 ? html`<p class="quiet">Nothing to hang yet.</p>` : protocols.map(({ id, name }) => item({ name, pressed: id === protocol, act: () => hang(id) })),
  );
}

const LINKS = { position: 'one frame of reference', all: 'all, at the levels they had', off: 'none' } as const;

const viewItems = (now: ToolbarState, acts: ToolbarActs): TemplateResult[] => [
  item({ name: `Link all viewports (now: ${LINKS[now.linked]})`, key: 'Shift U', pressed: now.linked === 'all', act: acts.link }),
  item({ name: 'Reference lines', key: 'Shift R', pressed: now.lines, act: acts.lines }),
  item({ name: 'Fill with the active viewport', key: 'Enter', pressed: now.filled, disabled: now.layout === '1x1', act: acts.fill }),
  item({ name: 'Full screen', key: 'U', pressed: now.fullScreen, act: acts.fullScreen }),
  item({ name: 'Second window, for another monitor', key: 'Shift W', act: acts.secondWindow }),
];

const viewMenu = (now: ToolbarState, acts: ToolbarActs): TemplateResult => menu('View', { title: 'Linked scrolling, reference lines, full screen' }, viewItems(now, acts));

/** What a narrow row has no room for. */
const moreMenu = (now: ToolbarState, acts: ToolbarActs): TemplateResult =>
  menu('More', { title: 'The image, the view, and all the keys', chosen: now.linked === 'all' }, [
    item({ name: 'Key image', key: 'K', disabled: !now.ready || !now.mayMark, act: acts.keyImage }),
    item({ name: 'Reset', key: 'R', disabled: !now.ready, act: () => acts.change('reset') }),
    heading('The image'),
    ...imageItems(now, acts),
    ...(now.playing ? [html`<div class="menu-line"><span>Cine</span>${pace(now, acts)}</div>`] : []),
    heading('The view'),
    ...viewItems(now, acts),
    heading('Help'),
    item({ name: 'Keys and mouse', key: '?', act: acts.keys }),
  ]);

const heading = (words: string): TemplateResult => html`<p class="menu-heading" aria-hidden="true">${words}</p>`;
