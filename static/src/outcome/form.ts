/** A proforma as the server defines it (`mdt/outcome/proforma.py`): its fields, codes, bounds and rules come with the page. */

export interface Code {
  code: string;
  label: string;
  /** How the read-back sentence says it. */
  said: string;
}

export interface Field {
  name: string;
  kind: 'code' | 'codes' | 'text' | 'line' | 'date' | 'number' | 'treatments' | 'actions';
  label: string;
  codes: Code[];
  /** Its item number in COSD, or empty. */
  cosd: string;
  longest: number;
  /** The heading it stands under. */
  block: string;
  /** How the read-back sentence says it among the facts, with {} for the answer; empty: not there. */
  told: string;
  /** Its codes are a drop-down. */
  compact: boolean;
  /** It names somebody. */
  people: boolean;
  unit: string;
  least: number;
  most: number;
  step: number;
}

/**
 * When, for each field of `when`, one of the codes is chosen, `name` must be filled, empty or hold only `codes`; with
 * `unless`, when those of `unless` are not chosen.
 */
export interface Rule {
  name: string;
  must: 'fill' | 'empty' | 'only';
  say: string;
  when: Record<string, string[]>;
  unless: Record<string, string[]>;
  codes: string[];
}

export interface FormDefinition {
  /** Such as core-2+colorectal-1. */
  key: string;
  title: string;
  fields: Field[];
  relations: Code[];
  rules: Rule[];
  most_actions: number;
  longest_line: number;
  longest_action: number;
}

/** The values of the fields by name, as kept. */
export type Values = Record<string, unknown>;

export interface Treatment {
  code: string;
  relation: string;
}

export interface Action {
  id: string;
  text: string;
  owner: string;
  due: string | null;
  /** Of an owner who was chosen from the team. */
  person?: string;
}

/** Those a page may need, by key; `current` is what a new outcome is written on. */
export interface Forms {
  current: string;
  forms: Record<string, FormDefinition>;
}

/** What outcomes were written on before proformas had versions. */
const FIRST = 'core-1';

/** From the page, where the server wrote them. */
export function readForms(document: Document): Forms {
  const written = document.getElementById('outcome-form')?.textContent;
  if (!written) throw new Error('this page brings no outcome form');
  return JSON.parse(written) as Forms;
}

/** The form of an outcome that is there, or of one that is to begin. */
export function formOf({ current, forms }: Forms, state: { proforma?: string } | null): FormDefinition {
  const form = forms[state === null ? current : (state.proforma ?? FIRST)];
  if (form === undefined) throw new Error(`this page does not bring the proforma ${state?.proforma}`);
  return form;
}

export const fieldOf = (form: FormDefinition, name: string): Field => {
  const field = form.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`the outcome has no field called ${name}`);
  return field;
};

export const treatmentsOf = (values: Values): Treatment[] => (values['treatments'] as Treatment[] | null | undefined) ?? [];
export const actionsOf = (values: Values): Action[] => (values['actions'] as Action[] | null | undefined) ?? [];
export const textOf = (values: Values, name: string): string => (values[name] as string | null | undefined) ?? '';

/** Whether a value says nothing; blank text is nothing. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0) || (typeof value === 'string' && value.trim() === '');

/** The codes chosen in a field: none, one or several of a code field, in order those of the planned treatments. */
export function chosen(form: FormDefinition, values: Values, name: string): string[] {
  const kind = form.fields.find((one) => one.name === name)?.kind;
  const value = values[name];
  if (kind === 'treatments') return treatmentsOf(values).map(({ code }) => code);
  if (kind === 'codes') return (value as string[] | null | undefined) ?? [];
  return kind === 'code' && typeof value === 'string' && value !== '' ? [value] : [];
}

export const labelOf = (field: Field, code: unknown): string => field.codes.find((one) => one.code === code)?.label ?? '';
