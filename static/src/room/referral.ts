/** What the open case was referred with, folded above the outcome; once unfolded it follows from case to case. */

import { ask, Refused } from '../imaging/requests';

export class ReferralPlace {
  readonly element = document.createElement('details');
  private readonly body = document.createElement('div');
  private caseId: string | null = null;
  private shown: string | null = null;

  constructor() {
    this.element.className = 'referral';
    this.body.className = 'referral-body';
    const summary = document.createElement('summary');
    summary.textContent = 'As it was referred';
    this.element.append(summary, this.body);
    this.element.addEventListener('toggle', () => void this.show());
  }

  /** Another case, or none; `may` is whether they see what was sent to the team. */
  bind(caseId: string | null, may: boolean): void {
    this.element.hidden = caseId === null || !may;
    const next = this.element.hidden ? null : caseId;
    if (next === this.caseId) return;
    this.caseId = next;
    this.shown = null;
    this.body.replaceChildren();
    void this.show();
  }

  private async show(): Promise<void> {
    const wanted = this.caseId;
    if (wanted === null || !this.element.open || this.shown === wanted) return;
    this.shown = wanted;
    this.body.textContent = 'Fetching the referral…';
    const told = await this.fetch(wanted);
    if (this.caseId === wanted) this.body.replaceChildren(...told);
  }

  private async fetch(caseId: string): Promise<(Node | string)[]> {
    try {
      const answer = await ask(`/cases/${caseId}/referral`);
      // The server wrote it as a page of its own, with everything typed escaped; a script in it would not run.
      return [...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes];
    } catch (error) {
      this.shown = null;
      return [error instanceof Refused && error.status === 401 ? 'You are signed out. Sign in again to see the referral.' : 'The referral cannot be fetched now. Fold this and open it again.'];
    }
  }
}
