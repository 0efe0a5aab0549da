import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { casesOf, isFeasible } from './cases.ts';
import { renderPicture } from './picture.ts';
import { type Job, play, type Result } from './play.ts';
import { playAll } from './pool.ts';
import { renderReport, targetCells } from './report.ts';
import { summarize } from './summary.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Three hours of minutes; in the last one the load triples. */
const rates = Array.from({ length: 180 }, (_, minute) => (minute < 150 ? 10 : 30));
const lines = rates.map((rate, minute) => `${60 * minute},${rate}`);
writeFileSync(join(directory, 'steps.csv'), ['timestamp_s,rate', ...lines].join('\n'));

const jobs = ['weir', 'target-tracking-cpu', 'clairvoyant'].map(
  (scaler): Job => ({ directory, trace: 'steps', scenario: 'cpu-kinesis', scaler, days: 1 / 24, seed: 3 }),
);

it('an hour, played, measured and told', async () => {
  const results: Result[] = [];
  for (const job of jobs) results.push(await play(job));

  const [weir, , clairvoyant] = results;
  expect(results.every(({ fromSeconds, coarse }) => fromSeconds === 7200 && !coarse)).toBe(true);
  expect(clairvoyant?.lateRecordsShare).toBeLessThanOrEqual(0.001);
  expect(clairvoyant?.taskHours).toBeLessThan(weir?.taskHours ?? 0);

  const cases = casesOf(results);
  expect(cases.map(isFeasible)).toEqual([true]);
  const rows = summarize(cases);
  const report = renderReport('the command', cases, new Map([['cpu-kinesis', rows]]));
  for (const words of [
    'the command',
    '![cpu-kinesis](benchmarks/cpu-kinesis.svg)',
    '| target-tracking-cpu |',
  ]) {
    expect(report).toContain(words);
  }
  // With one trace, nothing is left to report on.
  expect(new Set(targetCells(cases).map((cells) => cells.at(-1)))).toEqual(new Set(['not measured']));

  const picture = renderPicture('cpu-kinesis', rows);
  expect(picture).toMatch(/^<svg .*<\/svg>\n$/s);
  for (const name of ['weir', 'clairvoyant', 'target-tracking-cpu', 'fluid limit']) {
    expect(picture).toContain(`>${name}<`);
  }
});

it('the same on any number of threads, in the order of the jobs', async () => {
  const told: string[] = [];
  const two = await playAll(jobs, 2, ({ scaler }) => told.push(scaler));
  expect(two).toEqual(await playAll(jobs, 1, () => {}));
  expect(two.map(({ scaler }) => scaler)).toEqual(jobs.map(({ scaler }) => scaler));
  expect(told.toSorted()).toEqual(two.map(({ scaler }) => scaler).toSorted());
});

it('a job that fails fails the run', async () => {
  const missing = { ...jobs[0]!, trace: 'missing' };
  await expect(playAll([missing], 1, () => {})).rejects.toThrow('missing.csv');
});
