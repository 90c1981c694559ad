/** What the live room gives the outcome panel: one case's outcome as kept, and the acts on it. */

/** One value of the form as JSON: text, a code, a list of codes, or a list of actions. */
export type FieldValue = unknown;

/** The kept state of a case's outcome (docs/wire.md, section 2). */
export interface OutcomeState {
  case: string;
  patient: string;
  version: number;
  revision: number;
  status: 'draft' | 'signed';
  form: Record<string, FieldValue>;
  /** By field: the revision at which it was last changed. */
  changed: Record<string, number>;
  signed: Signature | null;
  reason: string;
  /** The key of the proforma it is written on; absent on what is older than their versions. */
  proforma?: string;
  /** Who read it beside its typists, as it stands; absent when nobody did. */
  checked?: Signature;
}

export interface Signature {
  id: string;
  name: string;
  at: string;
}

/** Where the room is: nothing typed is lost in any of them, but it is only kept when the server said so. */
export type Connection = 'connecting' | 'in-step' | 'catching-up' | 'reconnecting' | 'signed-out';

export interface Me {
  person: string;
  name: string;
  client: string;
  role: string;
  /** Acts of the permission table: `outcome.type`, `outcome.sign`, `outcome.amend`, ... */
  may: readonly string[];
}

/** Kept: `ok`. Refused: the server's code and its sentence for a person; `current` is the outcome as it stands when stale. */
export type OutcomeAnswer = { ok: true; fresh: boolean } | { ok: false; code: string; message: string; current?: unknown };

/**
 * One mounted panel belongs to one case: `caseId` and `patientId` never change during its life. When the room opens
 * another case the panel is unmounted and a new one mounted, in the same frame as the banner and the images change.
 */
export interface OutcomeApi {
  readonly caseId: string;
  readonly patientId: string;
  /** As on the banner, repeated where the chair signs. `nhs` is ten digits. */
  readonly patient: { family: string; given: string; nhs: string };
  /** The day of the meeting in London, YYYY-MM-DD: nothing can be due before it. */
  readonly meetingDay: string;
  readonly me: Me;
  /** Names of those in the room now, suggested as responsible clinician and owners of actions. */
  roster(): readonly string[];
  /** Who last changed a field, and when (ISO 8601), since this tab joined; null when not known. */
  lastTyped(field: string): { person: string; name: string; at: string } | null;
  /** Null until the first field is kept. Always the newest kept state; pending fields are not in it. */
  state(): OutcomeState | null;
  /** The revision at which a field was last changed, 0 when never: what `set` sends as "the one I last saw". */
  fieldRevision(field: string): number;
  /** Fields sent by this tab and not yet acknowledged, oldest first. They survive a reload and are sent again. */
  pending(): readonly { field: string; value: FieldValue }[];
  connection(): Connection;
  /** Saves one field; resolves when the server has answered, however long the line is down. Never rejects. */
  set(field: string, value: FieldValue): Promise<OutcomeAnswer>;
  check(): Promise<OutcomeAnswer>;
  sign(): Promise<OutcomeAnswer>;
  amend(reason: string): Promise<OutcomeAnswer>;
  /** Calls `listener` after every kept change, pending change or change of connection; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

/** `static/src/outcome/panel.ts` exports `mountOutcome: MountOutcome`; it returns the way to unmount. */
export type MountOutcome = (element: HTMLElement, api: OutcomeApi) => () => void;
