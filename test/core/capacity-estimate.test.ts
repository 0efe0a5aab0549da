import { describe, expect, it } from 'vitest';
import { noon } from '../control/world.ts';
import { estimate, keepingUp, memoryOf } from '../support/capacities.ts';
import { kinesisContext, repeated, type Values, type WindowOptions } from '../support/windows.ts';

describe('estimateCapacity', () => {
  it.each([
    ['once', [150], 150, 0.5],
    ['three times', [100, 200, 900], 200, 0],
    ['more often', [198, 200, 202, 200], 200, 0.796],
  ])('seen at saturation %s: the median', (_, rates, taskRatePerSecond, certainty) => {
    const actual = estimate({}, memoryOf(rates));
    expect(actual).toMatchObject({ source: 'saturated', taskRatePerSecond });
    expect(actual.certainty).toBeCloseTo(certainty, 2);
  });

  it('busy-based, the worked number: 4 tasks at 40 % of 90 % process 800 records/s, so one can do 450', () => {
    const values = { ...keepingUp, cpuPercent: repeated(40, 10) };
    const actual = estimate({ values }, memoryOf([], { saturatedCpuPercent: 90 }));
    expect(actual).toMatchObject({ source: 'busy', taskRatePerSecond: expect.closeTo(450, 6) });
    // Of ten minutes the newest says nothing yet.
    expect(actual.certainty).toBeCloseTo(0.8 * (9 / 10), 6);
  });

  it('busy-based on an assumed saturation: hardly certain', () => {
    const values = { ...keepingUp, cpuPercent: repeated(40, 10) };
    expect(estimate({ values })).toEqual({
      source: 'busy',
      taskRatePerSecond: expect.closeTo(450, 6),
      certainty: 0.3,
    });
  });

  it('a task can do what it was seen to do, even when its CPU was above what is taken as full', () => {
    const values = { ...keepingUp, cpuPercent: repeated(95, 10) };
    expect(estimate({ values })).toMatchObject({ source: 'busy', taskRatePerSecond: 200 });
  });

  it.each<[string, Values]>([
    ['without CPU', keepingUp],
    ['two minutes of CPU', { ...keepingUp, cpuPercent: [40, 40] }],
  ])('a floor: %s', (_, values) => {
    expect(estimate({ values })).toEqual({ source: 'floor', taskRatePerSecond: 200, certainty: 0 });
  });

  it.each<[string, WindowOptions]>([
    ['nothing measured', {}],
    [
      'no load',
      { values: { ...keepingUp, arrivalsPerSecond: repeated(0, 10), cpuPercent: repeated(9, 10) } },
    ],
    ['no task', { values: keepingUp, tasks: 0 }],
    ['no lag to tell whether they kept up', { values: { arrivalsPerSecond: repeated(800, 10) } }],
    ['only minutes in which they did not', { values: { ...keepingUp, lagSeconds: repeated(30, 10) } }],
    ['a deployment', { values: keepingUp, observed: () => ({ deploying: true }) }],
    ['counts of before that are not known', { values: keepingUp, tasks: [4] }],
    [
      'another task definition',
      { values: keepingUp, observed: (index) => (index < 59 ? { revision: 'orders:11' } : {}) },
    ],
  ])('unknown: %s', (_, options) => {
    expect(estimate(options)).toEqual({ source: 'unknown', certainty: 0 });
  });

  it('the worked number: 9 s of lag in the next minute, so at least 173.9 of 200', () => {
    const values = { ...keepingUp, lagSeconds: repeated(9, 10) };
    expect(estimate({ values })).toMatchObject({
      source: 'floor',
      taskRatePerSecond: expect.closeTo(173.913, 3),
    });
  });
});

it('minutes in which a task failed say nothing, whatever the count was before and after', () => {
  const failures = Array.from({ length: 13 }, (_, index) => ({
    task: `${index}`,
    revision: 'orders:12',
    atSeconds: noon - 60 * index - 10,
    ranSeconds: 20,
  }));
  const context = { ...kinesisContext(), observed: { starts: [], failures, newest: {} } };
  expect(estimate({ values: keepingUp, context })).toEqual({ source: 'unknown', certainty: 0 });
  expect(estimate({ values: keepingUp }).source).not.toBe('unknown');
});

describe('a load that jumps in the last seconds of a minute', () => {
  /** 400 records/s, then 8,000 in the last nine seconds: tasks of 200 look as if they had processed 385 each. */
  const jump = {
    arrivalsPerSecond: [...repeated(400, 20), 1540],
    lagSeconds: [...repeated(0, 20), 8],
    meanLagSeconds: [...repeated(0, 20), 1],
  };
  const jumped = {
    arrivalsPerSecond: [...jump.arrivalsPerSecond, 8000],
    lagSeconds: [...jump.lagSeconds, 60],
    meanLagSeconds: [...jump.meanLagSeconds, 30],
  };

  it.each<[string, Values]>([
    ['before its lag shows', jump],
    ['once it shows', jumped],
  ])('is not taken for what the tasks can do: %s', (_, values) => {
    expect(estimate({ values })).toEqual({ source: 'floor', taskRatePerSecond: 100, certainty: 0 });
    expect(estimate({ values }, memoryOf([200, 200, 200]))).toMatchObject({ taskRatePerSecond: 200 });
  });

  it('one that they kept up with is', () => {
    const keptUp = {
      arrivalsPerSecond: [...jump.arrivalsPerSecond, 1540],
      lagSeconds: repeated(0, 22),
      meanLagSeconds: repeated(0, 22),
    };
    expect(estimate({ values: keptUp })).toMatchObject({ source: 'floor', taskRatePerSecond: 385 });
  });
});

it('what a former task definition was seen to do is no floor for this one', () => {
  const values = { ...keepingUp, arrivalsPerSecond: [...repeated(4000, 5), ...repeated(800, 5)] };
  // The tasks of before the change did 1,000 each.
  const observed = (index: number) => (index < 55 ? { revision: 'orders:11' } : {});
  expect(estimate({ values, observed })).toMatchObject({ source: 'floor', taskRatePerSecond: 200 });
});
