/** The tools that mark: the same table as `mdt/live/marks.py`, with the words and keys people know them by. */

export type MarkTool = 'Length' | 'Bidirectional' | 'Angle' | 'CobbAngle' | 'EllipticalROI' | 'PlanarFreehandROI' | 'Probe' | 'ArrowAnnotate' | 'Label';
export type Measures = 'length' | 'axes' | 'angle' | 'region' | 'value' | null;

export interface MarkToolInfo {
  tool: MarkTool;
  name: string;
  /** How a mark of it is called in a sentence. */
  noun: string;
  /** As `Key` of the keymap has it: with `shift`, a `KeyboardEvent.code`. */
  key: string;
  shift?: boolean;
  /** How many points a mark has. */
  least: number;
  most: number;
  /** Whether somebody writes its text. */
  texted: boolean;
  measures: Measures;
}

export const MARK_TOOLS: readonly MarkToolInfo[] = [
  { tool: 'Length', name: 'Length', noun: 'Length', key: 'l', least: 2, most: 2, texted: false, measures: 'length' },
  { tool: 'Bidirectional', name: 'Two axes (RECIST)', noun: 'Two axes', key: 'KeyL', shift: true, least: 4, most: 4, texted: false, measures: 'axes' },
  { tool: 'Angle', name: 'Angle', noun: 'Angle', key: 'g', least: 3, most: 3, texted: false, measures: 'angle' },
  { tool: 'CobbAngle', name: 'Cobb angle', noun: 'Cobb angle', key: 'KeyG', shift: true, least: 4, most: 4, texted: false, measures: 'angle' },
  { tool: 'EllipticalROI', name: 'Ellipse', noun: 'Ellipse', key: 'e', least: 4, most: 4, texted: false, measures: 'region' },
  { tool: 'PlanarFreehandROI', name: 'Freehand region', noun: 'Region', key: 'KeyE', shift: true, least: 3, most: 200, texted: false, measures: 'region' },
  { tool: 'Probe', name: 'Value at a point', noun: 'Value', key: 'KeyV', shift: true, least: 1, most: 1, texted: false, measures: 'value' },
  { tool: 'ArrowAnnotate', name: 'Arrow', noun: 'Arrow', key: 'a', least: 2, most: 2, texted: true, measures: null },
  { tool: 'Label', name: 'Text', noun: 'Text', key: 'KeyT', shift: true, least: 1, most: 1, texted: true, measures: null },
];

const BY_NAME = new Map<string, MarkToolInfo>(MARK_TOOLS.map((info) => [info.tool, info]));

export const isMarkTool = (tool: string): tool is MarkTool => BY_NAME.has(tool);
export const infoOf = (tool: MarkTool): MarkToolInfo => BY_NAME.get(tool) as MarkToolInfo;

/** With which a lesion can be followed. */
export const followsLesions = (tool: MarkTool): boolean => ['length', 'axes'].includes(infoOf(tool).measures ?? '');

export const keyName = ({ key, shift }: Pick<MarkToolInfo, 'key' | 'shift'>): string => (shift ? `Shift ${key.slice(-1)}` : key.toUpperCase());
