import { describe, expect, test } from 'vitest';
import type { CaseImaging, FrameInfo, SeriesSummary, StudySummary } from '../imaging/types';
import { age, bornOf, daysBefore, nameOf, nhsNumber } from '../panel/words';
import { hang, hungBeside } from './hanging';
import { idleWords } from './idle';
import { letters, normal, projected } from './orientation';
import { markLines, seriesName } from './overlay';
import { fromRange, range } from './presets';

describe('letters at the edges', () => {
  test('the axes of the patient', () => {
    expect([letters([1, 0, 0]), letters([-1, 0, 0]), letters([0, 1, 0]), letters([0, -1, 0]), letters([0, 0, 1]), letters([0, 0, -1])]).toEqual(['L', 'R', 'P', 'A', 'H', 'F']);
  });
  test('an oblique names both, the stronger first; a slight tilt names one', () => {
    expect(letters([0.5, 0.8, 0])).toBe('PL');
    expect(letters([0.99, 0.1, 0])).toBe('L');
    expect(letters([0, 0, 0])).toBe('');
  });
  test('the normal of an axial image points to the head', () => expect(letters(normal([1, 0, 0, 0, 1, 0]))).toBe('H'));
});

describe('letters of a radiograph, which knows only where its rows and columns lead', () => {
  const frontal = ['L', 'F'] as const;
  test('upright', () => expect([projected([1, 0, 0], frontal), projected([-1, 0, 0], frontal), projected([0, 1, 0], frontal), projected([0, -1, 0], frontal)]).toEqual(['L', 'R', 'F', 'H']));
  test('turned by a quarter, the screen right is the image bottom', () => expect(projected([0, 1, 0], frontal)).toBe('F'));
  test('every letter is reversed at the other edge', () => expect(projected([0, -1, 0], ['A', 'FR'])).toBe('HL'));
  test('half-way between two edges nothing is claimed', () => expect(projected([0.7, 0.7, 0], frontal)).toBe(''));
});

describe('an empty viewport', () => {
  const trust = (name: string, status: 'asking' | 'answered' | 'no-answer', expected = 0, received = 0) => ({ ods: name, name, status, phase: null, detail: '', expected, received, queued: false, waiting: 0 });
  const words = (trusts: ReturnType<typeof trust>[], studies: StudySummary[] = []): string =>
    idleWords({ caseIsOpen: true, problem: null, imaging: { case: 'c', patient: { id: 'p', nhs: '', family: '', given: '', born: '', sex: '' }, trusts, studies } as CaseImaging }).join(' ');
  test('says that no case is open', () => expect(idleWords({ caseIsOpen: false, imaging: null, problem: null })).toEqual(['No case is open.']));
  test('says why the list cannot be had', () => expect(idleWords({ caseIsOpen: true, imaging: null, problem: 'You are signed out.' })).toEqual(['You are signed out.']));
  test('counts what is on its way', () => expect(words([trust('Bolton', 'answered', 80, 12)])).toContain('12 of 80'));
  test('names who is still asked', () => expect(words([trust('Bolton', 'asking'), trust('Wigan', 'answered')])).toContain('Still asking Bolton'));
  test('never takes silence for nothing', () => expect(words([trust('Bolton', 'no-answer'), trust('Wigan', 'answered')])).toContain('No answer from Bolton'));
  test('never takes a match that waits for a person for nothing', () =>
    expect(words([{ ...trust('Wigan', 'answered'), waiting: 1 }, trust('Bolton', 'answered')])).toBe('No images are here yet. A study at Wigan waits until a person says whose it is.'));
  test('says that there is nothing only when everybody said so', () => expect(words([trust('Bolton', 'answered')])).toBe('No imaging of this patient has been found.'));
});

describe('what a case shows when it opens', () => {
  const series = (key: string, modality: string, frames: number, more: Partial<SeriesSummary> = {}): SeriesSummary => ({
    key, series: key, modality, number: 1, description: key, body_part: '', expected: frames, received: frames, complete: true, state: 'complete',
    gaps: [], kind: 'images', frames, packed: frames, version: 'v', lossy: false, problems: [], documents: [], ...more,
  });
  const study = (uid: string, date: string, ...list: SeriesSummary[]): StudySummary => ({
    study: uid, date, description: uid, modalities: [], trusts: ['RMC'], complete: true, state: 'complete', blame: [], prior: null, expected: 1, received: 1, series: list,
  });

  test('a series is named once', () => {
    const of = (description: string) => series('k', 'CT', 1, { description });
    expect(seriesName(study('s', '2026-11-02'), of('CT low dose'))).toBe('CT low dose');
    expect(seriesName(study('s', '2026-11-02'), of('Chest'))).toBe('CT Chest');
  });
  test('a viewport that cannot show all that is here says so', () => {
    const marks = (packed: number): string[] => markLines({ study: study('s', '2026-11-02'), series: series('k', 'CT', 80, { packed }) }, { lossy: false, spacing: [1, 1], orientation: [1, 0, 0, 0, 1, 0] } as FrameInfo);
    expect(marks(72)).toEqual(['NOT ALL SHOWN YET: 72 of 80 images are ready']);
    expect(marks(80)).toEqual([]);
  });
  const beside = (study: string) => ({ study, reason: 'CT chest, 7 months earlier, at Tameside' });
  test('the newest main series beside the most alike of the prior that the server names', () => {
    const now = { ...study('now', '2026-11-02', series('scout localiser', 'CT', 2), series('thin', 'CT', 300), series('thick', 'CT', 80)), prior: beside('before') };
    const nearer = study('head', '2026-08-01', series('thin', 'CT', 100));
    const before = study('before', '2026-05-02', series('other', 'CT', 300), series('thin', 'CT', 120));
    const { layout, panes } = hang([now, nearer, before]);
    expect(layout).toBe('1x2');
    expect(panes.map((pane) => pane?.series.key)).toEqual(['thin', 'thin']);
    expect(panes[1]?.study.study).toBe('before');
    expect(hungBeside([study('letter', '2026-11-03'), now, nearer, before])?.study).toBe('before');
  });
  test('a prior of another kind hangs its nearest equivalent', () => {
    const now = { ...study('now', '2026-11-02', series('thin', 'CT', 300)), prior: beside('petct') };
    const petct = study('petct', '2026-05-02', series('pet', 'PT', 299), series('low dose', 'CT', 80));
    expect(hang([now, petct]).panes.map((pane) => pane?.series.key)).toEqual(['thin', 'low dose']);
  });
  test('without a prior nothing earlier is hung by itself', () => {
    const now = study('now', '2026-11-02', series('thin', 'CT', 300));
    expect(hang([now, study('head', '2026-08-01', series('thin', 'CT', 100))]).layout).toBe('1x1');
  });
  test('a prior of which nothing can be shown yet leaves the place to the study itself', () => {
    const now = { ...study('now', '2026-11-02', series('T1', 'MR', 100), series('T2', 'MR', 90)), prior: beside('before') };
    const before = study('before', '2026-05-02', series('T1', 'MR', 120, { version: null }));
    expect(hang([now, before]).panes.map((pane) => pane?.series.key)).toEqual(['T1', 'T2']);
  });
  test('what is on its way is not called incomplete, and says so only when nothing more comes', () => {
    const marks = (state: 'complete' | 'arriving' | 'incomplete', gaps: string[] = []): string[] =>
      markLines({ study: study('s', '2026-11-02'), series: series('k', 'CT', 80, { state, gaps, received: 12 }) }, { lossy: false, spacing: [1, 1], orientation: [1, 0, 0, 0, 1, 0] } as FrameInfo);
    expect(marks('arriving')).toEqual(['ARRIVING: 12 of 80 images are here']);
    expect(marks('incomplete')).toEqual(['INCOMPLETE: 12 of 80 images are here']);
    expect(marks('incomplete', ['instance 4 is missing'])).toEqual(['INCOMPLETE: instance 4 is missing']);
    expect(marks('complete')).toEqual([]);
  });
  test('a PET/CT shows both, whatever came before', () => {
    const both = study('petct', '2026-11-02', series('pet', 'PT', 299), series('CT low dose', 'CT', 80), series('report', 'OT', 1, { kind: 'document' }));
    const { panes } = hang([both, study('before', '2026-05-02', series('chest', 'CT', 120))]);
    expect(panes.map((pane) => pane?.series.key)).toEqual(['CT low dose', 'pet', 'CT low dose', 'pet']);
  });
  test('one series alone, none at all, and one that is not packed yet', () => {
    expect(hang([study('one', '2026-11-02', series('xray', 'DX', 1))]).layout).toBe('1x1');
    expect(hang([]).panes).toEqual([null]);
    expect(hang([study('soon', '2026-11-02', series('ct', 'CT', 80, { version: null }))]).panes).toEqual([null]);
  });
});

test('a window and its range are each the other', () => {
  expect(range(40, 400)).toEqual({ lower: -160, upper: 239 });
  expect(fromRange(range(-600, 1500))).toEqual({ centre: -600, width: 1500 });
});

test('people and days as the NHS writes them', () => {
  expect(nameOf({ family: "O'Neill", given: 'Áine' })).toBe("O'NEILL, Áine");
  expect(nhsNumber('9990000018')).toBe('999 000 0018');
  expect(bornOf('1951-11-03', '2026-11-02')).toBe('03-Nov-1951 (74y)');
  expect(age('1951-11-02', '2026-11-02')).toBe(75);
  expect(daysBefore('2026-11-01', '2026-11-02')).toBe('1 day before this meeting');
  expect(daysBefore('2026-11-02', '2026-11-02')).toBe('on the day of this meeting');
});
