/** The chair's clock, calmly: this case, the meeting, what is left, and when it will end. */

import { html, nothing, type TemplateResult } from 'lit-html';
import type { Clock } from '../room/protocol';
import { clockOf } from './words';

const MINUTE = 60;
const WHENCE = { '': '', meeting: 'from the cases so far', history: 'from this team’s last meetings', plan: 'from the plan' } as const;

export interface Told {
  /** Seconds on this case, null when none is open; and whether that is longer than planned. */
  onCase: number | null;
  caseOver: boolean;
  inMeeting: number | null;
  left: number;
  ends: Date | null;
  endsLate: boolean;
}

/** `now`: the server's time. A long case takes what it takes; those that are left take as long as cases do. */
export function told(clock: Clock, now: Date): Told {
  const since = (at: string | null): number | null => (at === null ? null : Math.max(0, (now.getTime() - Date.parse(at)) / 1000));
  const run = since(clock.case_opened);
  const onCase = run === null ? null : run + clock.spent;
  const { pace } = clock;
  const rest = pace === null ? null : (onCase === null ? 0 : Math.max(0, pace - onCase)) + clock.left * pace;
  const ends = rest === null ? null : new Date(now.getTime() + rest * 1000);
  const planned = clock.planned_end === null ? null : Date.parse(clock.planned_end);
  return {
    onCase,
    caseOver: onCase !== null && clock.case_planned !== null && onCase > clock.case_planned,
    inMeeting: since(clock.opened),
    left: clock.left,
    ends,
    endsLate: planned !== null && Math.max(now.getTime(), ends?.getTime() ?? 0) > planned + MINUTE * 1000,
  };
}

export function clockPanel(clock: Clock | null, now: Date): TemplateResult | typeof nothing {
  if (clock === null) return nothing;
  const { onCase, caseOver, inMeeting, left, ends, endsLate } = told(clock, now);
  const planned = clock.case_planned === null ? '' : `; planned ${lengthOf(clock.case_planned)}`;
  return html`<dl class="clock" aria-label="Clock">
    ${onCase === null ? nothing : html`<div class=${caseOver ? 'over-time' : ''} title=${`This case has been open for ${lengthOf(onCase)}${planned}`}><dt>Case</dt><dd>${lengthOf(onCase)}${caseOver ? html`<span class="unseen">, longer than planned</span>` : nothing}</dd></div>`}
    ${inMeeting === null ? nothing : html`<div title="Since the meeting was opened"><dt>Meeting</dt><dd>${lengthOf(inMeeting)}</dd></div>`}
    <div title=${`${clock.done} done`}><dt>Left</dt><dd>${left}</dd></div>
    ${ends === null ? nothing : html`<div class=${endsLate ? 'over-time' : ''} title=${`About ${lengthOf(clock.pace as number)} for each case, ${WHENCE[clock.by]}`}><dt>Ends about</dt><dd>${clockOf(ends)}${endsLate ? html`<span class="unseen">, later than planned</span>` : nothing}</dd></div>`}
  </dl>`;
}

/** Whole minutes from the first on, so that nobody watches seconds run: "under 1 min", "7 min", "1 h 05". */
export function lengthOf(seconds: number): string {
  const minutes = Math.floor(seconds / MINUTE);
  if (minutes < 1) return 'under 1 min';
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
}
