/** Everything the case has, newest first, by study: a small picture of each series, and what is still on its way. */

import { html, nothing, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import type { CaseImaging, SeriesSummary, StudySummary, TrustProgress, Wholeness } from '../imaging/types';
import { origin, type KeySelection } from '../imaging/states';
import type { KeyImage } from '../room/protocol';
import { hungBeside, mainSeries } from '../viewer/hanging';
import { clockOf, dayOf, londonDay, stoppedAt, wholenessWord } from './words';

export interface StripState {
  imaging: CaseImaging | null;
  problem: string | null;
  /** Keys of the series in the viewports. */
  shown: ReadonlySet<string>;
  keys: readonly KeyImage[];
  /** Key images that came with the imaging. */
  selections: readonly KeySelection[];
  picture(series: SeriesSummary): HTMLCanvasElement | undefined;
  /** How far an open series has come. */
  progress(series: SeriesSummary): { frames: number; received: number } | null;
  trustName(ods: string): string;
  /** Who looked through a study for this case. */
  reviewed(study: string): { name: string; at: string } | null;
  open: boolean;
}

export interface StripActs {
  show(study: StudySummary, series: SeriesSummary): void;
  showKey(key: KeyImage): void;
  showSelection(selection: KeySelection): void;
  toggle(): void;
}

export const DRAGGED = 'application/x-mdt-series';

export function strip(now: StripState, acts: StripActs): TemplateResult {
  const { imaging } = now;
  return html`
    <div class=${now.open ? 'strip strip-open' : 'strip'} role="region" aria-label="Imaging of this case">
      <button class="fold" aria-expanded=${now.open} @click=${acts.toggle} title=${now.open ? 'Hide the pictures' : 'Show the pictures'}>${now.open ? '▾' : '▸'}<span class="unseen">Imaging of this case</span></button>
      ${now.problem !== null ? html`<p class="strip-word strip-problem" role="alert">${now.problem}</p>` : nothing}
      ${imaging === null ? html`<p class="strip-word">${now.problem === null ? 'No imaging yet.' : nothing}</p>` : html`<ol class="studies">${imaging.studies.map((study) => studyOf(study, now, acts, hungBeside(imaging.studies)))}</ol>`}
      ${imaging !== null && imaging.studies.length === 0 ? html`<p class="strip-word">No imaging has been found so far.</p>` : nothing}
      ${now.keys.length + now.selections.length > 0 ? keyImages(now, acts) : nothing} ${imaging === null ? nothing : arriving(imaging.trusts)}
    </div>
  `;
}

function studyOf(study: StudySummary, now: StripState, acts: StripActs, prior: StudySummary['prior']): TemplateResult {
  return html`
    <li class="study" aria-label=${`Study of ${study.date === null ? 'unknown date' : dayOf(study.date)}`}>
      <div class="study-head">
        ${studyName(study, acts)}
        ${wholeness(study.state, [`${study.received} of ${study.expected} images are here`, ...study.blame].join('\n'))}
        ${study.study === prior?.study ? html`<span class="badge badge-green" title=${`Prior to hang beside the newest study: ${prior.reason}`}>PRIOR</span>` : nothing}
        ${reviewedBy(study, now)}
        <span class="study-trust" title=${study.description}>${[...study.trusts.map(now.trustName), ...(study.discs ?? []).map((label) => `disc: ${label}`)].join(', ')}</span>
      </div>
      ${now.open ? html`<ol class="serieses">${study.series.map((series) => seriesOf(study, series, now, acts))}</ol>` : nothing}
    </li>
  `;
}

function reviewedBy({ study }: StudySummary, now: StripState): TemplateResult | typeof nothing {
  const review = now.reviewed(study);
  return review === null ? nothing : html`<span class="badge badge-green" title=${`Reviewed by ${review.name}, ${dayOf(londonDay(review.at))} ${clockOf(review.at)}`}>REVIEWED</span>`;
}

/** Drag it into a viewport, or press it: the series somebody would open first. */
function studyName(study: StudySummary, acts: StripActs): TemplateResult {
  const name = html`<b>${study.date === null ? 'No date' : dayOf(study.date)}</b> ${study.modalities.join('/')}`;
  const main = mainSeries(study) ?? study.series.find(({ kind }) => kind === 'document');
  if (main === undefined) return name;
  return html`<button
    class="study-name"
    draggable="true"
    title="Show this study in the active viewport, or drag it into one"
    @click=${() => acts.show(study, main)}
    @dragstart=${(event: DragEvent) => event.dataTransfer?.setData(DRAGGED, main.key)}
  >${name}</button>`;
}

/** In a word, never by colour alone: what is merely on its way is not missing. */
const wholeness = (state: Wholeness, why: string): TemplateResult | typeof nothing =>
  state === 'complete' ? nothing : html`<span class=${`badge badge-${state === 'arriving' ? 'blue' : 'red'}`} title=${why}>${wholenessWord[state]}</span>`;

function seriesOf(study: StudySummary, series: SeriesSummary, now: StripState, acts: StripActs): TemplateResult {
  const name = series.description || series.documents[0]?.title || series.modality || 'Series';
  const able = series.kind === 'document' || series.version !== null;
  const why = able ? '' : series.kind === 'none' ? (series.problems[0]?.sentence ?? ((series.states ?? 0) > 0 ? 'It says how other images are to be shown; choose it above them.' : (series.layers ?? 0) > 0 ? 'It is drawn over the images it belongs to: see Layers.' : 'Nothing to look at in this series.')) : 'Still being made ready.';
  const picture = now.picture(series);
  const coming = now.progress(series);
  return html`
    <li>
      <button
        class="series"
        ?disabled=${!able}
        aria-pressed=${now.shown.has(series.key)}
        draggable=${able}
        title=${[name, why, ...series.gaps, ...(series.duplicates ?? []), ...series.problems.map(({ sentence }) => sentence)].filter(Boolean).join('\n')}
        @click=${() => acts.show(study, series)}
        @dragstart=${(event: DragEvent) => event.dataTransfer?.setData(DRAGGED, series.key)}
      >
        <span class="picture">${series.kind === 'document' ? html`<span class="paper" aria-hidden="true">${PAPER[series.documents[0]?.type ?? ''] ?? 'Text'}</span>` : html`<span ${ref((place) => hold(place, picture))}></span>`}</span>
        ${coming !== null && coming.received < coming.frames
          ? html`<progress class="series-progress" max=${coming.frames} value=${coming.received} aria-label=${`${name}: images on this computer`}></progress>`
          : nothing}
        <span class="series-name">${name}</span>
        <span class="series-count">${series.modality} ${count(series)}</span>
        ${wholeness(series.state, '')} ${series.lossy ? html`<span class="badge badge-amber">LOSSY</span>` : nothing}
      </button>
    </li>
  `;
}

const PAPER: Record<string, string> = { 'application/pdf': 'PDF', 'video/mp4': 'Video' };

const count = ({ kind, frames, packed, received, expected }: SeriesSummary): string =>
  kind === 'document' ? '' : frames > 0 ? (packed < frames ? `${packed}/${frames}` : `${frames}`) : expected === null ? `${received}` : `${received}/${expected}`;

function hold(place: Element | undefined, picture: HTMLCanvasElement | undefined): void {
  if (place !== undefined && place.firstChild !== (picture ?? null)) place.replaceChildren(...(picture === undefined ? [] : [picture]));
}

function keyImages(now: StripState, acts: StripActs): TemplateResult {
  return html`
    <div class="key-images">
      <div class="study-head"><b>Key images</b></div>
      ${now.open
        ? now.keys.map((key) => html`<button class="key-image" @click=${() => acts.showKey(key)} title=${`${key.caption || 'Key image'}, by ${key.author.name}`}>${key.caption || 'Key image'}</button>`)
        : nothing}
      ${now.open ? now.selections.map((selection) => selected(selection, acts)) : nothing}
    </div>
  `;
}

/** A selection made elsewhere: each press shows its next image. */
function selected(selection: KeySelection, acts: StripActs): TemplateResult {
  const { title, description, images } = selection;
  const about = [title, origin(selection, dayOf), description].filter(Boolean).join('\n');
  return html`<button class="key-image" @click=${() => acts.showSelection(selection)} title=${about}>${title} <span class="quiet">(${images.length})</span></button>`;
}

const WORDS: Record<TrustProgress['status'], string> = { asking: 'asking', answered: 'answered', refused: 'refused', 'no-answer': 'NO ANSWER' };

function arriving(trusts: readonly TrustProgress[]): TemplateResult {
  const said = trusts.filter(({ status, expected, received, queued, waiting }) => status !== 'answered' || received < expected || queued || waiting > 0);
  if (said.length === 0) return html``;
  return html`
    <ul class="arriving" aria-label="What is still arriving">
      ${said.map(
        ({ name, status, detail, phase, expected, received, waiting }) => html`
          <li class="trust trust-${status}" title=${detail}>
            <b>${name}</b>
            ${waiting > 0 ? html`<span class="badge badge-amber">${waiting === 1 ? '1 STUDY WAITS' : `${waiting} STUDIES WAIT`} FOR A PERSON</span>` : nothing}
            ${status === 'answered' && received >= expected && waiting > 0
              ? nothing
              : status === 'answered' || (status === 'asking' && expected > 0)
              ? html`${received} of ${expected} <progress max=${expected} value=${received} aria-label=${`${name}: images here`}></progress>`
              : html`${WORDS[status]}${phase !== null && status !== 'asking' ? `: ${stoppedAt[phase] ?? phase}` : ''}`}
          </li>
        `,
      )}
    </ul>
  `;
}
