import { describe, expect, it } from 'vitest';
import { outlookOf } from '../../lib/core/outlook.ts';
import { wishByStep } from '../../lib/core/unknown-capacity.ts';
import { analysisOf, kinesisContext, loopOf, now, repeated, type WindowOptions } from '../support/windows.ts';

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
