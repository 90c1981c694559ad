/** What was typed and is not kept yet, by case and field. It outlives the panel and a reload, so that nothing typed is lost. */

export interface Unsaved {
  value: unknown;
  /** What the typist saw when they began: the version, and the revision of that field. */
  version: number;
  base: number;
}

export interface Left {
  caseId: string;
  /** FAMILY, Given. */
  who: string;
  fields: Record<string, Unsaved>;
}

type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const NAME = 'mdt-outcome-unsaved';

export class Journal {
  constructor(private readonly storage: Keep) {}

  of(caseId: string): Record<string, Unsaved> {
    return this.read()[caseId]?.fields ?? {};
  }

  /** What was typed for other cases and never kept. */
  others(caseId: string): Left[] {
    return Object.values(this.read()).filter((left) => left.caseId !== caseId);
  }

  put(caseId: string, who: string, field: string, unsaved: Unsaved): void {
    const all = this.read();
    const left = all[caseId] ?? { caseId, who, fields: {} };
    this.write({ ...all, [caseId]: { ...left, fields: { ...left.fields, [field]: unsaved } } });
  }

  drop(caseId: string, field: string): void {
    const all = this.read();
    const left = all[caseId];
    if (left === undefined || !(field in left.fields)) return;
    const { [field]: _gone, ...fields } = left.fields;
    if (Object.keys(fields).length > 0) this.write({ ...all, [caseId]: { ...left, fields } });
    else this.forget(caseId);
  }

  forget(caseId: string): void {
    const { [caseId]: _gone, ...rest } = this.read();
    this.write(rest);
  }

  private read(): Record<string, Left> {
    return JSON.parse(this.storage.getItem(NAME) ?? '{}') as Record<string, Left>;
  }

  private write(all: Record<string, Left>): void {
    if (Object.keys(all).length === 0) this.storage.removeItem(NAME);
    else this.storage.setItem(NAME, JSON.stringify(all));
  }
}
