import { describe, expect, test } from 'vitest';
import { readSimulateOptions } from '../../lib/cli/simulate-options.ts';
import { InputError } from '../../lib/contract/weir-error.ts';

describe('readSimulateOptions', () => {
  test('fills in the defaults', () => {
    expect(readSimulateOptions({ trace: 'a.csv' })).toEqual({
      trace: 'a.csv',
      scenario: 'cpu-kinesis',
      scaler: ['weir'],
      peakTasks: 20,
      seed: 1,
      from: 0,
      lagObjective: 60,
      agents: false,
      json: false,
    });
  });

  test('takes agents by their word', () => {
    expect(readSimulateOptions({ trace: 'a.csv', agents: true }).agents).toBe(true);
  });

  test('reads scalers with commas between, each once', () => {
    const { scaler } = readSimulateOptions({ trace: 'a.csv', scaler: 'backlog-per-task, weir,weir' });
    expect(scaler).toEqual(['backlog-per-task', 'weir']);
  });

  test.each([
    [{}, /^--trace is missing: expected the path of a CSV file$/],
    [{ trace: '' }, /^--trace is "": expected the path of a CSV file$/],
    [{ trace: 'a', scenario: 'calm' }, /^--scenario is "calm": expected one of cpu-kinesis, /],
    [{ trace: 'a', scaler: 'weir,luck' }, /^--scaler is "weir,luck": expected one or more, .* of weir, /],
    [{ trace: 'a', scaler: '' }, /^--scaler is "": expected one or more/],
    [{ trace: 'a', scaler: 'constructor' }, /^--scaler is "constructor": expected one or more/],
    [{ trace: 'a', peakTasks: '0' }, /^--peak-tasks is "0": expected a number from 0.1 to 1000$/],
    [{ trace: 'a', seed: '-1' }, /^--seed is "-1": expected a whole number/],
    [{ trace: 'a', for: '5m' }, /^--for is "5m": expected a time from 10m to 400d/],
    [{ trace: 'a', lagObjective: '1s' }, /^--lag-objective is "1s": expected a time from 5s to 24h/],
  ])('%j: %s', (typed, message) => {
    expect(() => readSimulateOptions(typed)).toThrow(InputError);
    expect(() => readSimulateOptions(typed)).toThrow(message);
  });
});
