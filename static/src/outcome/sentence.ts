/** One sentence made from the codes, which the chair reads back before signing: the same as `mdt/outcome/sentence.py`. */

import { readDay } from './days';
import { actionsOf, chosen, fieldOf, isEmpty, textOf, treatmentsOf, type Action, type Field, type FormDefinition, type Values } from './form';

/** Empty while nothing is decided. */
export function sentence(form: FormDefinition, values: Values): string {
  const said = (name: string): string[] => chosen(form, values, name).map((code) => sayCode(form, name, code));
  const [decision] = said('decision');
  if (decision === undefined) return '';
  const plan = [planOf(form, values), ...said('intent')].filter(Boolean).join(', ');
  const colon = plan !== '' && values['decision'] !== 'recommend' ? ':' : '';
  const parts = [[decision + colon, plan].filter(Boolean).join(' '), ...said('no_treatment_reason'), ...said('deferral_reason')];
  const trial = isEmpty(values['trial_name']) ? '' : `${line(textOf(values, 'trial_name'))}, `;
  parts.push(...said('trial').map((word) => `trial: ${trial}${word}`), ...lineOf(values, 'guideline', 'departs from the guideline: {}'));
  parts.push(...actionsOf(values).filter(({ text }) => !isEmpty(text)).map(actionOf));
  if (values['views_known'] === 'not-known') parts.push(...said('views_known'));
  if (values['dissent'] === 'recorded') parts.push(...lineOf(values, 'dissent_who', `{} disagrees${lineOf(values, 'dissent_what', ': {}').join('')}`));
  const how = said('tell_how').map((word) => ` ${word}`).join('');
  if (!isEmpty(values['tell_who'])) parts.push(`${line(textOf(values, 'tell_who'))} tells the patient${how}${by(textOf(values, 'tell_by'))}`);
  if (!isEmpty(values['responsible'])) parts.push(`${line(textOf(values, 'responsible'))} responsible`);
  const facts = form.fields.map((field) => fact(form, field, values)).filter(Boolean).join(', ');
  const text = facts === '' ? parts.join('; ') : `${facts}: ${parts.join('; ')}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What a field adds before the decision, such as "cT3" or "CRM 2 mm"; nothing where its answer says nothing. */
function fact(form: FormDefinition, field: Field, values: Values): string {
  const value = values[field.name];
  if (field.told === '' || isEmpty(value)) return '';
  const codes = field.codes.length > 0 ? chosen(form, values, field.name).map((code) => sayCode(form, field.name, code)).filter(Boolean).join(' and ') : null;
  const answer = codes ?? (field.kind === 'number' ? String(value) : line(value as string));
  return answer === '' ? '' : field.told.replaceAll('{}', () => answer);
}

const lineOf = (values: Values, name: string, told: string): string[] => (isEmpty(values[name]) ? [] : [told.replace('{}', () => line(textOf(values, name)))]);

const sayCode = (form: FormDefinition, name: string, code: string): string => fieldOf(form, name).codes.find((one) => one.code === code)?.said ?? code;

/** The treatments in order: "a, then b, or c". */
function planOf(form: FormDefinition, values: Values): string {
  const relation = (code: string): string => form.relations.find((one) => one.code === code)?.said ?? code;
  return treatmentsOf(values).reduce((text, { code, relation: how }) => `${text === '' ? '' : `${text}, ${relation(how)} `}${sayCode(form, 'treatments', code)}`, '');
}

const actionOf = ({ text, owner, due }: Action): string => `${isEmpty(owner) ? '' : `${line(owner)}: `}${line(text)}${by(due ?? '')}`;
const by = (day: string): string => (day === '' ? '' : ` by ${readDay(day)}`);
const line = (text: string): string => text.trim().split(/\s+/).join(' ').replace(/\.+$/, '');
