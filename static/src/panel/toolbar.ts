/** Tools, windows and layouts, each with its key. */

import { html, type TemplateResult } from 'lit-html';
import { measureMenu, type MeasureActs, type MeasureState } from './measure-menu';
import type { Layout } from '../room/protocol';
import type { ToolName } from '../viewer/engine';
import { LAYOUTS, nameOf } from '../viewer/layouts';
import { presets, type Preset } from '../viewer/presets';

export interface Tool {
  tool: ToolName;
  name: string;
  key: string;
  marks?: boolean;
}

export const TOOLS: readonly Tool[] = [
  { tool: 'WindowLevel', name: 'Window', key: 'w' },
  { tool: 'StackScroll', name: 'Scroll', key: 's' },
  { tool: 'Zoom', name: 'Zoom', key: 'z' },
  { tool: 'Pan', name: 'Pan', key: 'p' },
  { tool: 'Length', name: 'Length', key: 'l', marks: true },
  { tool: 'ArrowAnnotate', name: 'Arrow', key: 'a', marks: true },
  { tool: 'Point', name: 'Point', key: 'o' },
  { tool: 'Crosshair', name: 'Cross', key: 'v' },
];

export interface ToolbarState {
  tool: ToolName;
  layout: Layout;
  modality: string;
  /** Whether values can be told as SUV. */
  uptake: boolean;
  cine: boolean;
  playing: boolean;
  mayMark: boolean;
  ready: boolean;
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
  invert(): void;
  flip(): void;
  turn(): void;
  reset(): void;
  play(): void;
  layers(): void;
  keyImage(): void;
  arrange(layout: Layout): void;
  keys(): void;
  measure: MeasureActs;
}

const button = (name: string, key: string, act: () => void, disabled: boolean): TemplateResult =>
  html`<button @click=${act} ?disabled=${disabled} title=${`${name} (${key})`}>${name}<kbd aria-hidden="true">${key}</kbd></button>`;

export function toolbar(now: ToolbarState, acts: ToolbarActs): TemplateResult {
  return html`
    <div class="tools" role="toolbar" aria-label="Viewer tools">
      <div class="tool-group" role="group" aria-label="What the left mouse button does">
        ${TOOLS.map(
          ({ tool, name, key, marks }) => html`
            <button aria-pressed=${now.tool === tool} ?disabled=${marks === true && !now.mayMark} title=${`${name} (${key.toUpperCase()})`} @click=${() => acts.choose(tool)}>
              ${name}<kbd aria-hidden="true">${key.toUpperCase()}</kbd>
            </button>
          `,
        )}
        ${measureMenu(now.measure, acts.measure)}
      </div>
      <div class="tool-group">
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
        ${now.states.length > 0 ? states(now, acts) : ''} ${button('Invert', 'I', acts.invert, !now.ready)} ${button('Flip', 'F', acts.flip, !now.ready)} ${button('Turn', 'D', acts.turn, !now.ready)}
        ${button('Reset', 'R', acts.reset, !now.ready)}
        ${now.cine ? html`<button aria-pressed=${now.playing} @click=${acts.play}>${now.playing ? 'Pause' : 'Play'}<kbd aria-hidden="true">C</kbd></button>` : ''}
        <button aria-expanded=${now.layersOpen} @click=${acts.layers} title="Layers: what others drew over these images (Shift Y; Y: all on or off)">Layers${now.layers === '' ? '' : html` <span class="layers-count">${now.layers}</span>`}<kbd aria-hidden="true">⇧Y</kbd></button>
        ${button('Key image', 'K', acts.keyImage, !now.ready || !now.mayMark)}
      </div>
      <div class="tool-group" role="group" aria-label="Layout">
        ${LAYOUTS.slice(0, 4).map(
          (layout, at) => html`
            <button class="layout" aria-pressed=${now.layout === layout} aria-label=${nameOf(layout)} title=${`${nameOf(layout)} (Shift ${at + 1})`} @click=${() => acts.arrange(layout)}>
              <span class="layout-picture" data-layout=${layout} aria-hidden="true"><i></i><i></i><i></i><i></i></span>
            </button>
          `,
        )}
        ${now.planes}
        <button @click=${acts.keys} title="Keys and mouse (?)">Keys<kbd aria-hidden="true">?</kbd></button>
      </div>
    </div>
  `;
}

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
