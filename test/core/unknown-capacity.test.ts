import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/core/decide.ts';
import { outlookOf } from '../../lib/core/outlook.ts';
import { wishByStep, wishWithoutLoad } from '../../lib/core/unknown-capacity.ts';
import {
  analysisOf,
  kinesisContext,
  loopOf,
  mskContext,
  now,
  repeated,
  type WindowOptions,
} from '../support/windows.ts';

const context = kinesisContext({ minTasks: 0 });

function wish(options: WindowOptions, loop = loopOf()) {
  const analysis = analysisOf({ ...options, context }, loop);
  return wishByStep(analysis, loop, context, outlookOf(analysis.window, analysis.stream!, context)!);
}

const behind = (lagSeconds: number): WindowOptions => ({
  values: {
    arrivalsPerSecond: repeated(200, 10),
    lagSeconds: [lagSeconds],
    meanLagSeconds: [lagSeconds],
  },
});

describe('wishByStep', () => {
  it.each<[string, WindowOptions, number]>([
    ['at half the objective it rests', behind(30), 4],
    ['above it takes a step', behind(31), 6],
    ['no task, and something arrives: one', { tasks: 0, values: { arrivalsPerSecond: [0, 1] } }, 1],
    ['no task, and nothing arrives: none', { tasks: 0, values: { arrivalsPerSecond: [0, 0] } }, 0],
  ])('%s', (_, options, expected) => expect(wish(options).tasks).toBe(expected));

  it('never goes inward, and says why', () => {
    expect(wish(behind(0))).toMatchObject({ tasks: 4, objection: 'capacity-unknown' });
  });

  it('takes no second step while the first does not show', () => {
    const changed = (ago: number) =>
      wish(behind(50), loopOf({ changes: [{ atSeconds: now - ago, from: 3, to: 4, by: 'weir' }] }));
    expect(changed(239).patience).toBe('tasks-starting');
    expect(changed(240).patience).toBeUndefined();
  });

  it('gives no rate that it does not know', () => {
    expect(
      wish({ values: { arrivalsPerSecond: [200], lagSeconds: [50], meanLagSeconds: [50] } }).evidence,
    ).toMatchObject({
      taskRateSource: 'unknown',
      taskRateCertainty: 0,
    });
  });
});

describe('wishWithoutLoad', () => {
  const topic = mskContext({ minTasks: 0, maxTasks: 20 });
  const plan = (options: WindowOptions) => {
    const analysis = analysisOf({ ...options, context: topic });
    return { wish: wishWithoutLoad(analysis, loopOf(), topic), decided: decide(analysis, loopOf(), topic) };
  };
  const waiting = (lagSeconds: number, backlogRecords = 100): WindowOptions => ({
    values: { lagSeconds: [lagSeconds], backlogRecords: [backlogRecords] },
  });

  it.each<[string, WindowOptions, number]>([
    ['at half the objective it rests', waiting(30), 4],
    ['above it takes a step', waiting(31), 6],
    ['no task, and something waits: one', { ...waiting(5), tasks: 0 }, 1],
    ['no task, and nothing waits: none', { ...waiting(0, 0), tasks: 0 }, 0],
  ])('%s', (_, options, tasks) => expect(plan(options).wish).toMatchObject({ kind: 'count', tasks }));

  it('is what a topic whose rate is not published is scaled by: outward, and never inward', () => {
    expect(plan(waiting(90)).decided.decision).toMatchObject({
      kind: 'scale',
      to: 6,
      reason: 'unknown-capacity-step',
      evidence: { backlogRecords: 100, lagSeconds: 90, taskRateSource: 'unknown' },
    });
    expect(plan(waiting(0, 0)).decided.decision).toMatchObject({ kind: 'hold', reason: 'on-target' });
  });

  it('without a lag there is nothing to go by', () => {
    expect(plan({ values: { backlogRecords: [100] } }).wish).toMatchObject({ reason: 'insufficient-data' });
    expect(plan({}).decided.decision).toMatchObject({ kind: 'hold', reason: 'metrics-missing' });
  });
});
