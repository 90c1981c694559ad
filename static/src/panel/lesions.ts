/** Lesions followed from study to study: a plot, a table that says the same, and what RECIST 1.1 makes of it. */

import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { FollowedLesion, LesionMark, LesionSeen, LesionTable, TimePoint } from '../measure/lesion-table';
import type { Lesion } from '../room/protocol';
import { dayOf } from './words';

export interface LesionActs {
  goTo(mark: LesionMark): void;
  /** Says of a lesion, on the image that is shown of a study, what cannot be measured. */
  say(lesion: FollowedLesion, study: string, state: Lesion['state']): void;
}

const ROLES: Record<Lesion['role'], string> = { target: 'Target', 'non-target': 'Non-target', new: 'New' };
export const STATES: Record<Lesion['state'], string> = { measured: 'measured', present: 'present', absent: 'gone', 'too-small': 'too small to measure', progressed: 'clearly worse', 'not-evaluable': 'not evaluable' };
const SAYABLE = ['absent', 'too-small', 'present', 'progressed', 'not-evaluable'] as const;

export const NAMES: Record<string, string> = { CR: 'complete response', PR: 'partial response', SD: 'stable disease', PD: 'progressive disease', NE: 'not evaluable' };
/** E.g. "PR, partial response". */
export const category = (code: string): string => (code in NAMES ? `${code}, ${NAMES[code]}` : code);

const millimetres = (value: number): string => value.toFixed(1);
export const perCent = (fraction: number | null): string => (fraction === null ? '–' : `${fraction > 0 ? '+' : ''}${(fraction * 100).toFixed(1)} %`.replace('-', '−'));

export function lesions(table: LesionTable | null, problem: string | null, mayMark: boolean, acts: LesionActs): TemplateResult {
  const { points, lesions: followed, warnings } = table ?? { points: [], lesions: [], warnings: [] };
  if (followed.length === 0) {
    return html`
      ${problem === null ? nothing : html`<p class="problem">${problem}</p>`}
      <p class="quiet">No lesion is followed yet. Measure one with a length or two axes and name it: it is then followed from study to study, and into later meetings.</p>
    `;
  }
  const last = points.at(-1);
  return html`
    ${problem === null ? nothing : html`<p class="problem">${problem}</p>`} ${last === undefined ? nothing : suggestion(last)} ${points.length > 1 ? plot(points, followed) : nothing}
    <div class="lesion-scroll" tabindex="0" role="region" aria-label="Lesions by study">
      <table class="lesion-table">
        <caption class="unseen">
          Lesions by study, in millimetres: of lymph nodes the short axis, of others the longest diameter
        </caption>
        <thead>
          <tr>
            <th scope="col">mm</th>
            ${points.map(({ day, description }) => html`<th scope="col" title=${description}>${dayOf(day)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${followed.map((lesion) => row(lesion, points, mayMark, acts))}
        </tbody>
        <tfoot>
          ${figures('Sum of targets', points, ({ sum }) => (sum === null ? '–' : millimetres(sum)))} ${figures('From baseline', points, (point, at) => (at === 0 ? 'baseline' : perCent(point.from_baseline)))}
          ${figures('From smallest', points, (point, at) => (at === 0 ? '' : perCent(point.from_nadir)))} ${figures('RECIST 1.1', points, (point, at) => (at === 0 ? '' : point.overall))}
        </tfoot>
      </table>
    </div>
    ${warnings.length === 0 ? nothing : html`<ul class="lesion-warnings">${warnings.map((sentence) => html`<li>${sentence}</li>`)}</ul>`}
  `;
}

function suggestion({ day, overall, why }: TimePoint): TemplateResult {
  return html`
    <p class="lesion-verdict"><b>${overall === 'baseline' ? 'Baseline' : category(overall)}</b> on ${dayOf(day)}. ${overall === 'baseline' ? '' : 'A suggestion by RECIST 1.1; the team decides.'}</p>
    <ul class="lesion-why">
      ${why.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
  `;
}

function row(lesion: FollowedLesion, points: readonly TimePoint[], mayMark: boolean, acts: LesionActs): TemplateResult {
  const kind = [ROLES[lesion.role], lesion.organ, lesion.node ? 'short axis' : ''].filter(Boolean).join(', ');
  return html`
    <tr>
      <th scope="row">${lesion.name}<span class="lesion-kind">${kind}</span></th>
      ${points.map(({ study, day }) => {
        const seen = lesion.seen[study];
        return html`<td>${seen === undefined ? (mayMark ? say(lesion, study, day, acts) : '–') : cell(lesion, seen, acts)}</td>`;
      })}
    </tr>
  `;
}

/** What a cell says: millimetres, or why there are none. */
export function cellWords({ state, size, long, unit }: LesionSeen): string {
  if (state !== 'measured') return STATES[state];
  return size === null ? (unit === 'px' && long !== null ? `${Math.round(long)} px` : '?') : millimetres(size);
}

const cell = (lesion: FollowedLesion, seen: LesionSeen, acts: LesionActs): TemplateResult => html`
  <button @click=${() => acts.goTo(seen.mark)} title=${[`Show ${lesion.name}`, `marked by ${seen.by}`, seen.note].filter(Boolean).join('; ')}>${cellWords(seen)}${seen.note === '' ? nothing : html`<span aria-hidden="true">*</span>`}</button>
`;

function say(lesion: FollowedLesion, study: string, day: string, acts: LesionActs): TemplateResult {
  return html`
    <select
      aria-label=${`${lesion.name} on ${dayOf(day)}: not marked; say what it is`}
      @change=${(event: Event) => {
        const select = event.target as HTMLSelectElement;
        const state = select.value as Lesion['state'];
        select.value = '';
        select.blur();
        if (SAYABLE.some((one) => one === state)) acts.say(lesion, study, state);
      }}
    >
      <option value="">–</option>
      ${SAYABLE.map((state) => html`<option value=${state}>${STATES[state]}</option>`)}
    </select>
  `;
}

const figures = (name: string, points: readonly TimePoint[], said: (point: TimePoint, at: number) => string): TemplateResult => html`
  <tr>
    <th scope="row">${name}</th>
    ${points.map((point, at) => html`<td>${said(point, at)}</td>`)}
  </tr>
`;

const WIDE = 316;
const HIGH = 132;
const EDGE = { left: 30, right: 10, top: 10, bottom: 20 };

/** Sizes over time: each target thin, their sum bold. The table under it says the same in figures. */
function plot(points: readonly TimePoint[], followed: readonly FollowedLesion[]): TemplateResult {
  const days = points.map(({ day }) => Date.parse(day));
  const targets = followed.filter(({ role }) => role === 'target');
  const most = Math.max(10, ...points.map(({ sum }) => sum ?? 0), ...targets.flatMap(({ seen }) => Object.values(seen).map(({ size }) => size ?? 0)));
  const [first, span] = [days[0] as number, Math.max(1, (days.at(-1) as number) - (days[0] as number))];
  const x = (at: number): number => EDGE.left + (((days[at] as number) - first) / span) * (WIDE - EDGE.left - EDGE.right);
  const y = (value: number): number => HIGH - EDGE.bottom - (value / most) * (HIGH - EDGE.top - EDGE.bottom);
  const line = (values: readonly (number | null)[]): string => values.flatMap((value, at) => (value === null ? [] : [`${x(at).toFixed(1)},${y(value).toFixed(1)}`])).join(' ');
  const sums = points.map(({ sum }) => sum);
  const said = points.map(({ day, sum }) => `${dayOf(day)} ${sum === null ? 'not known' : `${millimetres(sum)} mm`}`).join(', ');
  const step = most > 100 ? 50 : most > 40 ? 20 : 10;
  return html`
    <svg class="lesion-plot" viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label=${`Sum of target diameters: ${said}`}>
      ${Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step).map(
        (value) => svg`<path class="plot-rule" d="M${EDGE.left} ${y(value)}H${WIDE - EDGE.right}" /><text class="plot-text" x="${EDGE.left - 5}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
      )}
      ${targets.map(({ seen }) => svg`<polyline class="plot-lesion" points="${line(points.map(({ study }) => seen[study]?.size ?? null))}" />`)}
      <polyline class="plot-sum" points="${line(sums)}" />
      ${sums.map((sum, at) => (sum === null ? nothing : svg`<circle class="plot-dot" cx="${x(at)}" cy="${y(sum)}" r="3.5" />`))}
      ${points.map(({ day }, at) => svg`<text class="plot-text" x="${x(at)}" y="${HIGH - 5}" text-anchor="${at === 0 ? 'start' : at === points.length - 1 ? 'end' : 'middle'}">${at === 0 || at === points.length - 1 ? dayOf(day) : ''}</text>`)}
    </svg>
  `;
}
