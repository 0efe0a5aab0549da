import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { createTerminal } from '../support/terminal.ts';

let folder: string;
let trace: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-'));
  trace = join(folder, 'steps.csv');
  // Three hours: a quiet one, one of twice that, a quiet one.
  const bins = Array.from({ length: 36 }, (_, bin) => `${300 * bin},${bin >= 12 && bin < 24 ? 20 : 10}`);
  await writeFile(trace, `timestamp_s,rate\n${bins.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const { terminal, out, err } = createTerminal();
  const code = await main(['simulate', '--trace', trace, ...args], terminal);
  return { code, out: out(), err: err() };
}

const names = 'backlog-per-task,weir,target-tracking-cpu';

describe('weir simulate --json', () => {
  it('prints an array with an object for each scaler, in their order, and nothing else', async () => {
    const { code, out, err } = await run('--scaler', names, '--scenario', 'skewed', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^\[[^\n]*\]\n$/);
    const results = JSON.parse(out);
    expect(results.map((it: { scaler: string }) => it.scaler)).toEqual(names.split(','));
    for (const result of results) {
      expect(Object.keys(result)).toEqual([
        ...['scaler', 'scenario', 'trace', 'lateRecordsShare', 'violationMinutesShare', 'p99LagSeconds'],
        ...['worstLagSeconds', 'taskHours', 'fluidTaskHours', 'costRatio', 'scaleOuts', 'scaleIns'],
        ...['changesPerHour', 'thetaU', 'thetaO', 'tauU', 'tauO'],
      ]);
      expect(result).toMatchObject({ scenario: 'skewed', trace: 'steps.csv' });
      expect(result.fluidTaskHours).toBe(results[0].fluidTaskHours);
      expect(result.costRatio).toBeCloseTo(result.taskHours / result.fluidTaskHours, 4);
      expect(result.changesPerHour).toBeCloseTo((result.scaleOuts + result.scaleIns) / 3, 4);
    }
  });

  it('the same seed gives the same numbers, another seed others', async () => {
    const [first, second, other] = [
      await run('--json', '--seed', '7'),
      await run('--json', '--seed', '7'),
      await run('--json', '--seed', '8'),
    ];
    expect(second.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
  });

  it('plays a part of the trace, with the tasks and the objective that are asked for', async () => {
    const { out } = await run('--json', '--from', '1h', '--for', '1h', '--peak-tasks', '4');
    const [{ fluidTaskHours }] = JSON.parse(out);
    expect(fluidTaskHours).toBeCloseTo(4, 0);
  });
});

it('without --json it is a table for people', async () => {
  const { code, out } = await run('--for', '10m');
  expect(code).toBe(0);
  expect(out).toMatch(/^ +late records +in violation/);
  expect(out).toMatch(/^weir +\d/m);
});

describe('what is wrong is told in one line, with exit code 2', () => {
  it.each([
    ['a scaler that there is not', ['--scaler', 'luck'], /^weir: --scaler is "luck": [^\n]*\n$/],
    ['a scenario that there is not', ['--scenario', 'calm'], /^weir: --scenario is "calm": [^\n]*\n$/],
    ['a part that lies outside', ['--from', '4h'], /^weir: [^\n]*steps\.csv is 10800 s[^\n]*\n$/],
    [
      'a file that is not there',
      ['--trace', 'none.csv'],
      /^weir: --trace none\.csv cannot be read \(ENOENT\)[^\n]*\n$/,
    ],
  ])('%s', async (_, args, expected) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(expected);
  });

  it('no trace at all', async () => {
    const { terminal, err } = createTerminal();
    expect(await main(['simulate', '--json'], terminal)).toBe(2);
    expect(err()).toBe('weir: --trace is missing: expected the path of a CSV file\n');
  });
});

it('Ctrl-C ends it without a result', async () => {
  const { terminal, out, interrupt } = createTerminal();
  interrupt();
  expect(await main(['simulate', '--trace', trace, '--json'], terminal)).toBe(130);
  expect(out()).toBe('');
});
