/** The menu of planes through volumes: which plane, how thick, what lies over it. */

import { html, type TemplateResult } from 'lit-html';
import { menu } from '../../panel/menu';
import type { VolumeActs } from './acts';
import { THICKEST } from './acts';
import { COLOUR_NAMES, COLOURS } from './colours';
import { PLANES } from './planes';
import { BLEND_NAMES } from './words';
import { PRESET_NAMES, presetsOf } from '../rendering/transfer';
import type { Blend } from './rays';

const KEYS = { axial: 'Shift A', coronal: 'Shift C', sagittal: 'Shift S' } as const;
/** Tops of the SUV window, as they are read. */
const UPTAKES = [5, 10, 15] as const;

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

const choice = (name: string, key: string, pressed: boolean, act: () => void, disabled = false): TemplateResult =>
  html`<button type="button" aria-pressed=${pressed} ?disabled=${disabled} @click=${act}>${name}${key === '' ? '' : html`<kbd aria-hidden="true">${key}</kbd>`}</button>`;

const value = (event: Event): string => (event.target as HTMLInputElement).value;

export function volumeMenu(acts: VolumeActs): TemplateResult {
  const { kind, plane } = acts;
  const none = kind === null;
  return menu(
    'Planes',
    { title: 'Planes and volumes', kind: 'menu-planes', chosen: kind === 'plane' || kind === 'volume' || kind === 'rendering' },
    html`
        <div class="menu-row" role="group" aria-label="The active viewport">
          ${choice('As taken', '', kind === 'image', () => void acts.asTaken(), none)}
          ${PLANES.map((name) => choice(capital(name), KEYS[name], plane?.plane === name, () => void acts.turn(name), none))}
          ${choice('Turning MIP', 'Shift P', kind === 'volume', () => void acts.whole(), none)}
          ${choice('Volume in depth', 'Shift X', kind === 'rendering', () => void acts.render(), none)}
        </div>
        ${kind === 'rendering' ? presets(acts) : ''}
        <div class="menu-row">${choice('Planes lean together', 'Alt L', acts.locked, () => acts.lock(), none)}${plane?.tilt === undefined ? '' : choice(acts.locked ? 'Straighten the planes' : 'Straighten the plane', '', false, () => acts.straighten())}</div>
        <div class="menu-row" role="group" aria-label="Four viewports">
          ${choice('MPR: three planes', 'Shift M', false, () => void acts.threePlanes(), none)} ${choice('Fusion: PET and CT', 'Shift F', false, () => void acts.fusion(), none)}
        </div>
        <label class="menu-line">
          <span>Slab</span>
          <input type="range" min="0" max=${THICKEST} step="1" .value=${String(plane?.slab ?? 0)} ?disabled=${plane === null} @input=${(event: Event) => acts.slab(Number(value(event)))} />
          <output>${plane === null ? '' : plane.slab === 0 ? 'one plane' : `${plane.slab} mm`}</output>
        </label>
        <div class="menu-row" role="group" aria-label="What of the slab is seen">
          ${(Object.keys(BLEND_NAMES) as Blend[]).map((blend) => choice(capital(BLEND_NAMES[blend]), '', plane !== null && plane.slab > 0 && plane.blend === blend, () => acts.blend(blend), plane === null))}
        </div>
        <div class="menu-row">${choice('PET over it', '', plane?.over !== null && plane !== null, () => acts.lay(), plane === null || acts.modality !== 'CT')}</div>
        ${plane?.over ? over(acts, plane.over) : ''}
    `,
  );
}

const presets = (acts: VolumeActs): TemplateResult => html`
  <div class="menu-row" role="group" aria-label="What of the volume is seen">
    ${presetsOf(acts.modality).map((name) => choice(PRESET_NAMES[name], '', acts.rendering?.preset === name, () => void acts.preset(name)))}
  </div>
`;

const over = (acts: VolumeActs, now: { opacity: number; colormap: string }): TemplateResult => html`
  <label class="menu-line">
    <span>Colour</span>
    <input type="range" min="0" max="100" step="5" .value=${String(Math.round(now.opacity * 100))} @input=${(event: Event) => acts.over({ opacity: Number(value(event)) / 100 })} />
    <output>${Math.round(now.opacity * 100)} %</output>
  </label>
  <div class="menu-row" role="group" aria-label="Colours and window of what lies over it">
    ${COLOURS.map((name) => choice(COLOUR_NAMES[name], '', now.colormap === name, () => acts.colours(name)))} ${UPTAKES.map((suv) => choice(`SUV 0–${suv}`, '', false, () => acts.uptake(suv)))}
  </div>
`;
