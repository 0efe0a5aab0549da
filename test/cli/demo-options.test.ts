import { describe, expect, test } from 'vitest';
import { readDemoOptions } from '../../lib/cli/demo-options.ts';
import { InputError } from '../../lib/contract/weir-error.ts';

describe('readDemoOptions', () => {
  test('fills in the defaults', () => {
    expect(readDemoOptions({})).toEqual({
      port: 8787,
      from: 0,
      peakTasks: 20,
      workload: 'day',
      seed: 1,
      speed: 900,
      lagObjective: 60,
      cpuTarget: 85,
      mode: 'auto',
      headless: false,
      json: false,
    });
  });

  test('reads what was typed, times in seconds', () => {
    const options = readDemoOptions({
      port: '0',
      trace: 'a.csv',
      from: '5d',
      for: '24h',
      peakTasks: '2.5',
      seed: '4294967295',
      lagObjective: '2m',
      headless: true,
      json: true,
    });
    expect(options).toMatchObject({ port: 0, from: 432_000, for: 86_400, peakTasks: 2.5, lagObjective: 120 });
  });

  test.each([
    [{ port: 'http' }, '--port is "http": expected a whole number from 0 to 65535'],
    [{ port: '65536' }, '--port is "65536": expected a whole number from 0 to 65535'],
    [{ port: '80.5' }, '--port is "80.5": expected a whole number from 0 to 65535'],
    [{ from: '-1h' }, '--from is "-1h": expected a time from 0s to 400d, e.g. 90s, 10m, 24h or 5d'],
    [{ for: '5m' }, '--for is "5m": expected a time from 10m to 400d, e.g. 90s, 10m, 24h or 5d'],
    [{ peakTasks: '0' }, '--peak-tasks is "0": expected a number from 0.1 to 1000'],
    [{ peakTasks: '1e3' }, '--peak-tasks is "1e3": expected a number from 0.1 to 1000'],
    [{ workload: 'week' }, '--workload is "week": expected day or burst'],
    [{ seed: '-1' }, '--seed is "-1": expected a whole number from 0 to 4294967295'],
    [{ speed: '0' }, '--speed is "0": expected a number from 1 to 100000'],
    [
      { lagObjective: '1s' },
      '--lag-objective is "1s": expected a time from 5s to 24h, e.g. 90s, 10m, 24h or 5d',
    ],
    [{ cpuTarget: '0' }, '--cpu-target is "0": expected a number from 1 to 100'],
    [{ trace: '' }, '--trace is "": expected the path of a CSV file'],
    [{ json: true }, '--json prints the figures of a run without a page: add --headless'],
    [
      { trace: 'a.csv', workload: 'day' },
      '--trace and --workload are both given: give one of them, the load comes from one place',
    ],
  ])('%j: %s', (typed, message) => {
    expect(() => readDemoOptions(typed)).toThrow(new InputError(message));
  });
});
