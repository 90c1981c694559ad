/** The layers there are for the images in the active viewport: where each is from, and whether it is seen. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { kindName, machineWords, originWords, valueWords, type Colour, type LayerInfo, type LayerPart, type ReportMark } from '../imaging/layers';
import type { OverlayPlane } from '../imaging/layers';
import type { Standing } from '../viewer/layers/layers';
import { dayOf } from './words';

export interface LayersState {
  open: boolean;
  /** What is in the active viewport; empty when no image is. */
  name: string;
  standings: readonly Standing[];
  captures: readonly LayerInfo[];
  /** The images' own overlay planes, those of the image that is seen. */
  planes: { there: boolean; on: boolean; seen: readonly OverlayPlane[] };
  states: readonly { key: string; name: string; remarks: readonly string[] }[];
  state: string | null;
  trustName(ods: string): string;
  opacity(key: string): number;
  colour(layer: LayerInfo, part: number): Colour;
  marks(layer: LayerInfo): readonly ReportMark[];
  /** Whether a part is seen while its layer is. */
  has(key: string, part: number): boolean;
}

export interface LayersActs {
  turn(key: string, on: boolean): void;
  turnPart(key: string, part: number, on: boolean): void;
  /** All parts of a layer, or one only. */
  only(layer: LayerInfo, part: number | null): void;
  turnAll(): void;
  fade(key: string, opacity: number): void;
  paint(key: string, colour: Colour): void;
  present(state: string | null): void;
  /** The image a mark is on. */
  goTo(layer: LayerInfo, mark: ReportMark): void;
  /** A capture, beside the images. */
  openSeries(key: string): void;
  close(): void;
}

const PARTS = 60;
const MARKS = 40;
const OVERLAYS = 'overlays';

export function layersPanel(now: LayersState, acts: LayersActs): TemplateResult | typeof nothing {
  if (!now.open) return nothing;
  const { standings, captures, planes, states } = now;
  const none = standings.length === 0 && captures.length === 0 && states.length === 0 && !planes.there;
  return html`
    <section class="layers" aria-label="Layers" @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && acts.close()}>
      <div class="layers-head">
        <h2>Layers</h2>
        ${standings.length > 1 ? html`<button @click=${acts.turnAll} title="All on or off (Y)">All on or off<kbd aria-hidden="true">Y</kbd></button>` : nothing}
        <button class="layers-close" @click=${acts.close} title="Close (Shift Y)">Close</button>
      </div>
      <p class="layers-of">${now.name === '' ? 'No image is in the active viewport.' : now.name}</p>
      ${none && now.name !== '' ? html`<p class="quiet">Nobody has drawn anything over these images.</p>` : nothing}
      <ul>
        ${standings.map((one) => layerOf(one, now, acts))} ${planes.there ? overlayPlanes(now, acts) : nothing}
      </ul>
      ${states.length > 0 ? presentation(now, acts) : nothing} ${captures.length > 0 ? captured(captures, now, acts) : nothing}
    </section>
  `;
}

const machineBadge = (machine: boolean | null): TemplateResult | typeof nothing =>
  machine === true ? html`<span class="badge badge-amber">MACHINE-MADE</span>` : machine === null ? html`<span class="badge" title=${machineWords(null)}>MAKER NOT SAID</span>` : nothing;

function layerOf({ layer, on, problem, remarks }: Standing, now: LayersState, acts: LayersActs): TemplateResult {
  const { key } = layer;
  return html`
    <li class="layer">
      <label class="layer-switch">
        <input type="checkbox" role="switch" .checked=${on} @change=${(event: Event) => acts.turn(key, (event.target as HTMLInputElement).checked)} />
        <b>${layer.title}</b>
      </label>
      ${machineBadge(layer.machine)} ${layer.verified === '' ? nothing : html`<span class="badge badge-green">VERIFIED</span>`}
      ${layer.approved === '' ? nothing : html`<span class="badge">${layer.approved}</span>`}
      <p class="layer-origin">${originWords(layer, { trustName: now.trustName, dayOf })}</p>
      <p class="layer-why">${layer.why}${layer.verified === '' ? '' : ` Verified by ${layer.verified}.`}</p>
      ${layer.also.map((said) => html`<p class="layer-why">${said}</p>`)}
      ${problem === null ? nothing : html`<p class="layer-problem">Not drawn. ${problem}</p>`} ${remarks.map((remark) => html`<p class="layer-remark">${remark}</p>`)}
      ${layer.parts.length > 0 ? parts(layer, now, acts, on && problem === null) : nothing} ${layer.kind === 'marks' ? marks(layer, now, acts) : nothing}
      ${problem === null
        ? html`<div class="layer-look">
            <label>Opacity <input type="range" min="0.1" max="1" step="0.05" .value=${String(now.opacity(key))} @input=${(event: Event) => acts.fade(key, Number((event.target as HTMLInputElement).value))} /></label>
            <label>Colour <input type="color" .value=${hex(now.colour(layer, 0))} @input=${(event: Event) => acts.paint(key, rgb((event.target as HTMLInputElement).value))} /></label>
          </div>`
        : nothing}
    </li>
  `;
}

/** Regions, and segments with masks of their own, can be switched one by one; the labels of a label map cannot. */
const switched = ({ kind, parts: all }: LayerInfo): boolean => all.length > 1 && (kind === 'contours' || kind === 'mask');

/** Names are other people's words: they are text and nothing else. */
function parts(layer: LayerInfo, now: LayersState, acts: LayersActs, on: boolean): TemplateResult {
  const { key } = layer;
  const told = ({ name, type, machine, algorithm }: LayerPart): string => [name, type, algorithm, layer.machine === true && machine !== true ? machineWords(machine) : ''].filter(Boolean).join(' · ');
  return html`
    <ul class="layer-parts">
      ${layer.parts.slice(0, PARTS).map((part, at) => {
        const swatch = html`<i style=${`background: ${hex(now.colour(layer, at))}`} aria-hidden="true"></i>`;
        if (!switched(layer)) return html`<li>${swatch}${told(part)}</li>`;
        return html`<li>
          <label class="layer-part"><input type="checkbox" .checked=${now.has(key, at)} ?disabled=${!on} @change=${(event: Event) => acts.turnPart(key, at, (event.target as HTMLInputElement).checked)} />${swatch}${told(part)}</label>
          <button class="layer-only" ?disabled=${!on} aria-label=${`Only ${part.name || 'this one'}`} @click=${() => acts.only(layer, at)}>Only</button>
        </li>`;
      })}
      ${layer.parts.length > PARTS ? html`<li class="quiet">and ${layer.parts.length - PARTS} more</li>` : nothing}
    </ul>
    ${switched(layer) && layer.parts.some((_, at) => !now.has(key, at)) ? html`<button class="layer-only" ?disabled=${!on} @click=${() => acts.only(layer, null)}>All ${layer.parts.length} again</button>` : nothing}
  `;
}

function marks(layer: LayerInfo, now: LayersState, acts: LayersActs): TemplateResult {
  const all = now.marks(layer);
  return html`
    <ul class="layer-marks">
      ${all.slice(0, MARKS).map((mark) => {
        const what = [mark.label, mark.finding === mark.label ? '' : mark.finding, mark.site].filter(Boolean).join(', ');
        const values = mark.values.map(valueWords).join('; ');
        return html`<li>
          ${mark.image === null ? html`<b>${what}</b>` : html`<button @click=${() => acts.goTo(layer, mark)} title="Show its image">${what}</button>`}
          ${values === '' ? nothing : html`<span>${values}</span>`}${mark.segment === null ? nothing : html`<span class="quiet">of segment ${mark.segment.number}</span>`}
        </li>`;
      })}
      ${all.length > MARKS ? html`<li class="quiet">and ${all.length - MARKS} more</li>` : nothing}
    </ul>
  `;
}

function overlayPlanes({ planes }: LayersState, acts: LayersActs): TemplateResult {
  const names = planes.seen.map(({ name, roi, why }) => why ?? [name || 'without a name', roi ? 'region' : ''].filter(Boolean).join(', '));
  return html`
    <li class="layer">
      <label class="layer-switch">
        <input type="checkbox" role="switch" .checked=${planes.on} @change=${(event: Event) => acts.turn(OVERLAYS, (event.target as HTMLInputElement).checked)} />
        <b>Overlay planes of the images</b>
      </label>
      <p class="layer-origin">Drawn by whatever made the images${names.length === 0 ? '; this image has none' : `: ${names.join('; ')}`}</p>
    </li>
  `;
}

function presentation({ states, state }: LayersState, acts: LayersActs): TemplateResult {
  const choices = [{ key: null as string | null, name: 'As stored', remarks: [] as readonly string[] }, ...states];
  return html`
    <fieldset>
      <legend>Shown as</legend>
      ${choices.map(
        ({ key, name, remarks }) => html`<label class="layer-switch"><input type="radio" name="shown-as" .checked=${key === state} @change=${() => acts.present(key)} /> ${name}</label>
          ${key === state ? remarks.map((remark) => html`<p class="layer-remark">${remark}</p>`) : nothing}`,
      )}
    </fieldset>
  `;
}

function captured(captures: readonly LayerInfo[], now: LayersState, acts: LayersActs): TemplateResult {
  return html`
    <h3>Captures of this study</h3>
    <ul>
      ${captures.map(
        (layer) => html`<li class="layer">
          <button @click=${() => acts.openSeries(layer.series_key)}>${layer.title}</button> ${machineBadge(layer.machine)}
          <p class="layer-origin">${originWords(layer, { trustName: now.trustName, dayOf })}</p>
          <p class="layer-why">${kindName(layer)}: an image of its own, opened beside these. ${layer.why}</p>
        </li>`,
      )}
    </ul>
  `;
}

const hex = (colour: Colour): string => `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
const rgb = (text: string): Colour => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)) as unknown as Colour;
