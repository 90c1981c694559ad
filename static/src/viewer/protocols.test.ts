import { describe, expect, test } from 'vitest';
import type { SeriesSummary, StudySummary } from '../imaging/types';
import { choices, hang } from './hanging';
import { PROTOCOLS, readProtocols } from './protocols';
import shipped from './protocols.json';

const series = (description: string, modality: string, more: Partial<SeriesSummary> = {}): SeriesSummary => ({
  key: description, series: description, modality, number: 1, description, body_part: '', expected: 1, received: 1, complete: true, state: 'complete',
  gaps: [], kind: 'images', frames: 20, packed: 20, version: 'v', lossy: false, problems: [], documents: [], ...more,
});
const study = (uid: string, date: string, list: SeriesSummary[], prior?: string): StudySummary => ({
  study: uid, date, description: uid, modalities: [], trusts: ['RMC'], complete: true, state: 'complete', blame: [],
  prior: prior === undefined ? null : { study: prior, reason: '' }, expected: 1, received: 1, series: list,
});
const film = (side: 'L' | 'R', view: string, of = ''): SeriesSummary => series(`${of}${side} ${view}`, 'MG', { frames: 1, views: [{ sop: `${of}${side}${view}`, laterality: side, view }] });
const four = (of = ''): SeriesSummary[] => [film('R', 'CC', of), film('L', 'CC', of), film('R', 'MLO', of), film('L', 'MLO', of)];
/** All four in one series, as some makers send them. */
const together = series('Screening', 'MG', { frames: 5, views: (['RCC', 'LCC', 'RMLO', 'LMLO', 'RCC'] as const).map((name, at) => ({ sop: `${name}${at}`, laterality: name[0] as 'L' | 'R', view: name.slice(1) })) });
const petct = (of = ''): SeriesSummary[] => [series(`${of}CT low dose`, 'CT'), series(`${of}FDG whole body AC`, 'PT')];
const prostate = [series('localiser', 'MR'), series('t2_tse_sag', 'MR'), series('t2_tse_tra', 'MR'), series('ep2d_diff b50 b800 ADC', 'MR'), series('ep2d_diff b1400', 'MR'), series('t1 dce dyn', 'MR')];
const brain = (of: string): SeriesSummary[] => [series(`${of}Ax FLAIR`, 'MR'), series(`${of}Ax T1 +Gd`, 'MR')];

interface Case {
  name: string;
  studies: StudySummary[];
  meeting?: string;
  protocol: string;
  layout: string;
  shown: (string | null)[];
}

const CASES: Case[] = [
  { name: 'a mammogram: right beside left, CC over MLO', studies: [study('mg', '2026-11-02', four())], protocol: 'mammogram-four', layout: '2x2', shown: ['R CC', 'L CC', 'R MLO', 'L MLO'] },
  { name: 'a mammogram in one series', studies: [study('mg', '2026-11-02', [together])], protocol: 'mammogram-four', layout: '2x2', shown: ['Screening', 'Screening', 'Screening', 'Screening'] },
  { name: 'only the obliques', studies: [study('mg', '2026-11-02', [film('L', 'MLO'), film('R', 'MLO')])], protocol: 'mammogram-mlo', layout: '1x2', shown: ['R MLO', 'L MLO'] },
  { name: 'one side alone is no pair', studies: [study('mg', '2026-11-02', [film('L', 'MLO')])], protocol: 'one-series', layout: '1x1', shown: ['L MLO'] },
  {
    name: 'the mammogram before the ultrasound of the same day',
    studies: [study('us', '2026-11-02', [series('breast', 'US')]), study('mg', '2026-11-02', four())],
    protocol: 'mammogram-four', layout: '2x2', shown: ['R CC', 'L CC', 'R MLO', 'L MLO'],
  },
  {
    name: 'but not a mammogram of another day',
    studies: [study('us', '2026-11-03', [series('breast', 'US')]), study('mg', '2026-11-02', four())],
    protocol: 'one-series', layout: '1x1', shown: ['breast'],
  },
  { name: 'PET/CT', studies: [study('petct', '2026-11-02', petct(), 'old'), study('old', '2026-05-02', petct('old '))], protocol: 'pet-ct-fused', layout: '2x2', shown: ['CT low dose', 'FDG whole body AC', 'CT low dose', 'FDG whole body AC'] },
  { name: 'CT beside its prior', studies: [study('ct', '2026-11-02', [series('Chest', 'CT')], 'old'), study('old', '2026-05-02', [series('old Chest', 'CT')])], protocol: 'prior', layout: '1x2', shown: ['Chest', 'old Chest'] },
  { name: 'MR of the prostate, by what is said of it', studies: [study('MRI prostate', '2026-11-02', prostate)], protocol: 'mr-prostate', layout: '2x2', shown: ['t2_tse_tra', 'ep2d_diff b1400', 'ep2d_diff b50 b800 ADC', 't2_tse_sag'] },
  { name: 'MR of the prostate, by the meeting', studies: [study('MRI pelvis', '2026-11-02', prostate)], meeting: '1202', protocol: 'mr-prostate', layout: '2x2', shown: ['t2_tse_tra', 'ep2d_diff b1400', 'ep2d_diff b50 b800 ADC', 't2_tse_sag'] },
  { name: 'the same images at another meeting', studies: [study('MRI pelvis', '2026-11-02', prostate)], meeting: '0501', protocol: 'mr-diffusion', layout: '1x3', shown: ['t2_tse_sag', 'ep2d_diff b1400', 'ep2d_diff b50 b800 ADC'] },
  {
    name: 'MR of the brain over its prior',
    studies: [study('MRI brain', '2026-11-02', brain(''), 'old'), study('old', '2026-05-02', brain('old '))],
    protocol: 'mr-brain-prior', layout: '2x2', shown: ['Ax T1 +Gd', 'Ax FLAIR', 'old Ax T1 +Gd', 'old Ax FLAIR'],
  },
  { name: 'a radiograph', studies: [study('cxr', '2026-11-02', [series('PA erect', 'DX', { frames: 1 })])], protocol: 'one-series', layout: '1x1', shown: ['PA erect'] },
];

describe('what hangs by itself', () => {
  test.each(CASES)('$name', ({ studies, meeting, protocol, layout, shown }) => {
    const hung = hang(studies, meeting ?? '');
    expect([hung.protocol, hung.layout]).toEqual([protocol, layout]);
    expect(hung.panes.map((pane) => pane?.series.key ?? null)).toEqual(shown);
  });
});

test('breasts stand back to back, and a view taken twice shows the second', () => {
  const { panes } = hang([study('mg', '2026-11-02', [together])]);
  expect(panes.map((pane) => pane?.wall)).toEqual(['right', 'left', 'right', 'left']);
  expect(panes.map((pane) => pane?.begin?.sop)).toEqual(['RCC4', 'LCC1', 'RMLO2', 'LMLO3']);
});

test('everything that fits can be chosen, each for the newest study that it fits', () => {
  const studies = [study('us', '2026-11-03', [series('breast', 'US')]), study('mg', '2026-11-02', four(), 'old'), study('old', '2023-11-02', four('old '))];
  const found = choices(studies, '0101');
  expect(found.map(({ protocol }) => protocol)).toEqual(['mammogram-four', 'mammogram-cc-prior', 'mammogram-mlo-prior', 'mammogram-mlo', 'mammogram-cc', 'prior', 'two-series', 'one-series']);
  expect(found[1]?.panes.map((pane) => pane?.series.key)).toEqual(['R CC', 'L CC', 'old R CC', 'old L CC']);
  expect(found.at(-1)?.current.study).toBe('us');
});

describe('the data', () => {
  test('that the product comes with is right', () => expect(PROTOCOLS.protocols.length).toBeGreaterThan(10));
  const wrong = (change: (data: typeof shipped) => void): (() => unknown) => {
    const data = structuredClone(shipped);
    change(data);
    return () => readProtocols(data);
  };
  const first = (data: typeof shipped): Record<string, unknown> => data.protocols[0] as unknown as Record<string, unknown>;
  test.each([
    ['too few panes', (data: typeof shipped) => void data.protocols[0]!.panes.pop(), 'as many panes'],
    ['a layout nobody has', (data: typeof shipped) => void (first(data)['layout'] = '4x4'), 'layout must be'],
    ['two of one name', (data: typeof shipped) => void data.protocols.push(structuredClone(data.protocols[0]!)), 'Two protocols'],
    ['a site nobody knows', (data: typeof shipped) => void (first(data)['for'] = { about: { sites: ['elbow'] } }), 'elbow'],
    ['a word that means nothing', (data: typeof shipped) => void (first(data)['colour'] = 'blue'), 'colour'],
    ['two ways at once', (data: typeof shipped) => void Object.assign(data.protocols[0]!.panes[0]!, { main: true }), 'exactly one'],
    ['a pattern that is none', (data: typeof shipped) => void (first(data)['for'] = { about: { text: '(' } }), 'regular expression'],
  ])('is refused with %s', (_, change, words) => expect(wrong(change)).toThrow(words));
});
