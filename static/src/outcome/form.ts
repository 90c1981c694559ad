/** The form as the server defines it (`mdt/outcome/form.py`): its fields, codes, bounds and rules come with the page. */

export interface Code {
  code: string;
  label: string;
  /** How the read-back sentence says it. */
  said: string;
}

export interface Field {
  name: string;
  kind: 'code' | 'text' | 'line' | 'date' | 'treatments' | 'actions';
  label: string;
  codes: Code[];
  /** Its item number in COSD, or empty. */
  cosd: string;
  longest: number;
}

/** When, for each field of `when`, one of the codes is chosen, `name` must be filled, empty or hold only `codes`. */
export interface Rule {
  name: string;
  must: 'fill' | 'empty' | 'only';
  say: string;
  when: Record<string, string[]>;
  codes: string[];
}

export interface FormDefinition {
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
}

/** From the page, where the server wrote it. */
export function readForm(document: Document): FormDefinition {
  const written = document.getElementById('outcome-form')?.textContent;
  if (!written) throw new Error('this page brings no outcome form');
  return JSON.parse(written) as FormDefinition;
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

/** The codes chosen in a field: none or one of a code field, in order those of the planned treatments. */
export function chosen(values: Values, name: string): string[] {
  if (name === 'treatments') return treatmentsOf(values).map(({ code }) => code);
  const value = values[name];
  return typeof value === 'string' ? [value] : [];
}

export const labelOf = (field: Field, code: unknown): string => field.codes.find((one) => one.code === code)?.label ?? '';
