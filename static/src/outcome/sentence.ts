/** One sentence made from the codes, which the chair reads back before signing: the same as `mdt/outcome/sentence.py`. */

import { readDay } from './days';
import { actionsOf, chosen, fieldOf, isEmpty, textOf, treatmentsOf, type Action, type FormDefinition, type Values } from './form';

/** Empty while nothing is decided. */
export function sentence(form: FormDefinition, values: Values): string {
  const said = (name: string): string[] => chosen(values, name).map((code) => sayCode(form, name, code));
  const [decision] = said('decision');
  if (decision === undefined) return '';
  const plan = [planOf(form, values), ...said('intent')].filter(Boolean).join(', ');
  const colon = plan !== '' && values['decision'] !== 'recommend' ? ':' : '';
  const parts = [[decision + colon, plan].filter(Boolean).join(' '), ...said('no_treatment_reason'), ...said('deferral_reason')];
  parts.push(...actionsOf(values).filter(({ text }) => !isEmpty(text)).map(actionOf));
  if (values['views_known'] === 'not-known') parts.push(...said('views_known'));
  if (!isEmpty(values['tell_who'])) parts.push(`${line(textOf(values, 'tell_who'))} tells the patient${by(textOf(values, 'tell_by'))}`);
  if (!isEmpty(values['responsible'])) parts.push(`${line(textOf(values, 'responsible'))} responsible`);
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const sayCode = (form: FormDefinition, name: string, code: string): string => fieldOf(form, name).codes.find((one) => one.code === code)?.said ?? code;

/** The treatments in order: "a, then b, or c". */
function planOf(form: FormDefinition, values: Values): string {
  const relation = (code: string): string => form.relations.find((one) => one.code === code)?.said ?? code;
  return treatmentsOf(values).reduce((text, { code, relation: how }) => `${text === '' ? '' : `${text}, ${relation(how)} `}${sayCode(form, 'treatments', code)}`, '');
}

const actionOf = ({ text, owner, due }: Action): string => `${isEmpty(owner) ? '' : `${line(owner)}: `}${line(text)}${by(due ?? '')}`;
const by = (day: string): string => (day === '' ? '' : ` by ${readDay(day)}`);
const line = (text: string): string => text.trim().split(/\s+/).join(' ').replace(/\.+$/, '');
