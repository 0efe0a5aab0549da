import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/contract/weir-error.ts';
import { isWhole, jobsFor, readOptions } from './options.ts';

describe('the options of bench:decisions', () => {
  it('play everything for seven days unless told', () => {
    const options = readOptions(['--traces', 'here']);
    expect(options).toMatchObject({ traces: 'here', days: 7, seed: 1 });
    expect(options.scalers).toEqual(expect.arrayContaining(['weir', 'weir-agents', 'clairvoyant']));
    expect(isWhole(options)).toBe(true);
    expect(isWhole(readOptions(['--traces', 'here', '--scalers', 'weir']))).toBe(false);
  });

  it.each([
    [[], '--traces'],
    [['--traces', 'here', '--scenarios', 'moon'], '--scenarios is "moon"'],
    [['--traces', 'here', '--days', '0'], '--days is "0"'],
    [['--traces', 'here', '--seed', '1.5'], '--seed is "1.5"'],
    [['--moon'], "'--moon'"],
  ])('%j are refused', (args, words) => {
    expect(() => readOptions(args)).toThrow(InputError);
    expect(() => readOptions(args)).toThrow(words);
  });

  it('make a job of each scenario, trace and scaler', () => {
    const directory = mkdtempSync(join(tmpdir(), 'weir-'));
    const options = readOptions([
      '--traces',
      directory,
      '--scalers',
      'weir,clairvoyant',
      '--scenarios',
      'skewed',
    ]);
    try {
      expect(() => jobsFor(options)).toThrow('has no .csv file');
      for (const name of ['b.csv', 'a.csv', 'INDEX.md']) writeFileSync(join(directory, name), '');
      expect(jobsFor(options).map((it) => [it.scenario, it.trace, it.scaler])).toEqual([
        ['skewed', 'a', 'weir'],
        ['skewed', 'a', 'clairvoyant'],
        ['skewed', 'b', 'weir'],
        ['skewed', 'b', 'clairvoyant'],
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
    expect(() => jobsFor(options)).toThrow('cannot be read');
  });
});
