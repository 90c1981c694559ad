/** The tab of what is prepared: scenes and key images, who reviewed what, opinions, and what differs from a first report. */

import './scenes.css';
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { ref } from 'lit-html/directives/ref.js';
import type { CaseImaging, StudySummary } from '../imaging/types';
import { clockOf, dayOf, londonDay } from '../panel/words';
import type { KeyImage, Scene } from '../room/protocol';
import { shapeOf } from '../viewer/layouts';
import type { Preparation } from './prepared';
import type { Scenes } from './scenes';
import type { Tiles } from './tiles';

export interface PreparedState {
  openId: string | null;
  imaging: CaseImaging | null;
  scenes: Scenes;
  tiles: Tiles;
  preparation: Preparation;
  /** Whether this person may keep scenes now. */
  may: boolean;
  mayChange(made: Scene | KeyImage): boolean;
  showKey(key: KeyImage): void;
  removeKey(key: KeyImage): void;
  review(studies: readonly string[]): void;
}

const DRAGGED = 'application/x-mdt-scene';

export function prepared(now: PreparedState): TemplateResult {
  if (now.openId === null) return html`<p class="quiet">No case is open. Scenes, reviews and opinions of a case are here once it is.</p>`;
  return html`<div class="prepared">${opinionsOf(now)} ${scenesOf(now)} ${keysOf(now)} ${reviewsOf(now)} ${differencesOf(now)}</div>`;
}

function scenesOf(now: PreparedState): TemplateResult {
  const { scenes } = now;
  return html`
    <section aria-labelledby="scenes-heading">
      <div class="prepared-head">
        <h2 id="scenes-heading">Scenes</h2>
        ${now.may ? html`<button @click=${() => void scenes.keep()} title="Keep what is seen now as a scene (M)" aria-keyshortcuts="M">Keep this view<kbd aria-hidden="true">M</kbd></button>` : nothing}
      </div>
      ${scenes.list.length === 0
        ? html`<p class="quiet">${now.may ? 'Arrange the images as they should be shown, then keep the view. In the meeting one key opens it for everybody who follows.' : 'No scene is prepared of this case.'}</p>`
        : html`<ol class="scenes">${repeat(scenes.list, ({ id }) => id, (scene, at) => sceneOf(scene, at, now))}</ol>
            <p class="quiet"><kbd>'</kbd> opens the next scene, <kbd>;</kbd> the one before, <kbd>Alt 1</kbd> to <kbd>Alt 9</kbd> each.</p>`}
    </section>
  `;
}

function sceneOf(scene: Scene, at: number, now: PreparedState): TemplateResult {
  const { scenes } = now;
  const name = scene.caption || 'Scene without a caption';
  const problems = scenes.problems(scene);
  const last = scenes.list.length - 1;
  return html`
    <li
      class="scene"
      draggable=${now.may}
      aria-current=${scenes.current === scene.id ? 'true' : nothing}
      @dragstart=${(event: DragEvent) => event.dataTransfer?.setData(DRAGGED, String(at))}
      @dragover=${(event: DragEvent) => over(event, true)}
      @dragleave=${(event: DragEvent) => over(event, false)}
      @drop=${(event: DragEvent) => {
        over(event, false);
        const from = event.dataTransfer?.getData(DRAGGED) ?? '';
        if (from === '') return;
        event.preventDefault();
        scenes.move(Number(from), at);
      }}
    >
      <button class="scene-open" @click=${() => scenes.open(at)} title=${at < 9 ? `Open this scene (Alt ${at + 1})` : 'Open this scene'}>
        ${tileOf(scene, now)}
        <span class="scene-words"><b>${at + 1}. ${name}</b><span class="quiet">${byWhom(scene)}</span>
          ${problems.map((problem) => html`<span class="scene-problem">${problem}</span>`)}</span>
      </button>
      ${now.may
        ? html`<span class="scene-acts">
            <button ?disabled=${at === 0} @click=${() => scenes.move(at, at - 1)} aria-label=${`${name}: show earlier`} title="Earlier">↑</button>
            <button ?disabled=${at === last} @click=${() => scenes.move(at, at + 1)} aria-label=${`${name}: show later`} title="Later">↓</button>
            ${now.mayChange(scene)
              ? html`<button @click=${() => void scenes.rename(scene)} aria-label=${`${name}: change the caption`} title="Change the caption">Caption</button>
                  <button @click=${() => void scenes.renew(scene)} aria-label=${`Renew ${name}: show what is seen now instead`} title="Show what is seen now instead">Renew</button>
                  <button @click=${() => void scenes.remove(scene)} aria-label=${`${name}: remove`} title="Remove">✕</button>`
              : nothing}
          </span>`
        : nothing}
    </li>
  `;
}

function over(event: DragEvent, on: boolean): void {
  if (!event.dataTransfer?.types.includes(DRAGGED)) return;
  event.preventDefault();
  (event.currentTarget as HTMLElement).classList.toggle('scene-over', on);
}

/** The layout in small, each viewport with its own image; where there is no picture its kind is named. */
function tileOf(scene: Scene, now: PreparedState): TemplateResult {
  const { rows, columns } = shapeOf(scene.view.layout);
  return html`<span class="tile" style=${`grid-template: repeat(${rows}, 1fr) / repeat(${columns}, 1fr)`} aria-hidden="true">
    ${scene.view.panes.map((pane, at) => {
      const picture = now.tiles.of(scene, at, now.imaging);
      const kind = pane !== null && 'kind' in pane && typeof pane.kind === 'string' ? pane.kind : '';
      return html`<span class="tile-pane" ${ref((place) => hold(place, picture))}>${picture === undefined && kind !== '' ? html`<i>${kind}</i>` : nothing}</span>`;
    })}
  </span>`;
}

function hold(place: Element | undefined, picture: HTMLCanvasElement | undefined): void {
  if (place === undefined || picture === undefined || place.contains(picture)) return;
  place.append(picture);
}

function byWhom({ author, edited, at }: Scene): string {
  return `${(edited ?? author).name}, ${when(at)}`;
}

const when = (at: string): string => (londonDay(at) === londonDay(new Date()) ? clockOf(at) : `${dayOf(londonDay(at))} ${clockOf(at)}`);

function keysOf(now: PreparedState): TemplateResult | typeof nothing {
  const keys = now.scenes.keys;
  if (keys.length === 0) return nothing;
  return html`
    <section aria-labelledby="keys-heading">
      <h2 id="keys-heading">Key images</h2>
      <ul class="prepared-keys">
        ${repeat(keys, ({ id }) => id, (key) => html`
          <li>
            <button class="prepared-key" @click=${() => now.showKey(key)} title="Show this image">${key.caption || 'Key image'} <span class="quiet">${key.author.name}</span></button>
            ${now.may && now.mayChange(key) ? html`<button @click=${() => now.removeKey(key)} aria-label=${`Remove the key image ${key.caption}`} title="Remove">✕</button>` : nothing}
          </li>
        `)}
      </ul>
      <p class="quiet"><kbd>Shift K</kbd> shows the next one.</p>
    </section>
  `;
}

function reviewsOf(now: PreparedState): TemplateResult | typeof nothing {
  const studies = now.imaging?.studies ?? [];
  const known = now.preparation.known;
  if (studies.length === 0 || known === null) return now.preparation.problem === null ? nothing : html`<p class="quiet" role="status">${now.preparation.problem}</p>`;
  const all = known.studies.filter(({ mine, review }) => mine && review === null);
  return html`
    <section aria-labelledby="reviews-heading">
      <div class="prepared-head">
        <h2 id="reviews-heading">Reviewed by</h2>
        ${all.length > 1 ? html`<button @click=${() => now.review(all.map(({ id }) => id))}>I have reviewed all ${all.length}</button>` : nothing}
      </div>
      <ul class="reviews">
        ${studies.map((study) => {
          const about = known.studies.find((one) => one.study === study.study);
          return html`<li>
            <span>${nameOfStudy(study)}</span>
            ${about?.review
              ? html`<span class="reviewed">${about.review.name}, ${when(about.review.at)}</span>`
              : about?.mine
                ? html`<button @click=${() => now.review([about.id])} aria-label=${`I have reviewed it: ${nameOfStudy(study)}`}>I have reviewed it</button>`
                : html`<span class="quiet">${about === undefined || about.reader === null ? 'To be read, not reviewed' : about.reader === 'pathology' ? 'Not by a pathologist yet' : 'Not by a radiologist yet'}</span>`}
          </li>`;
        })}
      </ul>
    </section>
  `;
}

const nameOfStudy = ({ description, modalities, date }: StudySummary): string => `${description || modalities.join('/')}, ${date === null ? 'no date' : dayOf(date)}`;

function opinionsOf(now: PreparedState): TemplateResult | typeof nothing {
  const known = now.preparation.known;
  if (known === null || (known.opinions.length === 0 && known.hidden === 0 && !known.writes)) return nothing;
  return html`
    <section aria-labelledby="opinions-heading">
      <div class="prepared-head">
        <h2 id="opinions-heading">Opinions before the meeting</h2>
        ${known.writes ? html`<a href=${`/cases/${now.openId}/opinion/`} target="_blank" rel="opener">Write mine</a>` : nothing}
      </div>
      ${known.opinions.map(
        (one) => html`<article class="opinion">
          <p><b>${one.name}</b>, ${one.discipline} <span class="quiet">${when(one.at)}</span></p>
          <dl>${one.lines.map(([label, text]) => html`<dt>${label}</dt><dd>${text}</dd>`)}</dl>
        </article>`,
      )}
      ${known.hidden > 0 ? html`<p class="quiet">${known.hidden === 1 ? 'One opinion of somebody else is' : `${known.hidden} opinions of others are`} shown once the case is opened in the meeting.</p>` : nothing}
      ${known.opinions.length === 0 && known.hidden === 0 ? html`<p class="quiet">Nobody has written one.</p>` : nothing}
    </section>
  `;
}

const STATUS: Record<string, string> = { queued: 'feedback queued', sent: 'feedback sent', acknowledged: 'feedback acknowledged', withdrawn: 'taken back' };

function differencesOf(now: PreparedState): TemplateResult | typeof nothing {
  const known = now.preparation.known;
  if (known === null || (known.discrepancies.length === 0 && !known.flags)) return nothing;
  const names = new Map((now.imaging?.studies ?? []).map((study) => [study.study, nameOfStudy(study)]));
  return html`
    <section aria-labelledby="differences-heading">
      <div class="prepared-head">
        <h2 id="differences-heading">Read otherwise than reported</h2>
        ${known.flags ? html`<a href=${`/cases/${now.openId}/discrepancy`} target="_blank" rel="opener">Flag one</a>` : nothing}
      </div>
      ${known.discrepancies.map(
        (one) => html`<article class="opinion">
          <p><b>${names.get(one.study) ?? 'A study'}</b> <span class="badge">${STATUS[one.status] ?? one.status}</span></p>
          <p>${one.opinion}</p>
          <p class="quiet">${[one.grade, one.name, when(one.at)].filter(Boolean).join(', ')}</p>
        </article>`,
      )}
    </section>
  `;
}
