import { describe, expect, it } from 'vitest';
import type { Decision } from '../../lib/contract/decision.ts';
import type { ServiceOutput } from '../../lib/core/loop-state.ts';
import { outputOf, upstreamLoad } from '../../lib/core/pipeline.ts';
import { keepingUp, memoryOf } from '../support/capacities.ts';
import { analysisOf, kinesisContext, loopOf, now, repeated, type WindowOptions } from '../support/windows.ts';

const context = {
  ...kinesisContext(),
  sources: [{ kind: 'sqs' as const, queue: 'orders', queueUrl: 'https://sqs' }],
};

const scaleTo = (to: number, evidence: Partial<Decision['evidence']> = {}): Decision => ({
  kind: 'scale',
  direction: 'out',
  from: 4,
  to,
  reason: 'demand-exceeds-capacity',
  confidence: 1,
  evidence: { desiredTasks: 4, consumingTasks: 4, ...evidence },
  impact: { taskHoursPerDay: 0, costShare: 0 },
});

function output(decision: Decision, options: WindowOptions = {}) {
  const values = { arrivalsPerSecond: repeated(1500, 60), backlogRecords: [12_000] };
  const capacity = memoryOf(repeated(200, 9));
  const analysis = analysisOf({ context, values, tasks: 4, ...options }, loopOf({ capacity }));
  return outputOf(analysis, decision, context);
}

const clearing = { forecastPerSecond: 1500, backlogAtHorizonRecords: 12_000, timeToClearSeconds: 120 };

describe('outputOf', () => {
  it('the worked number: 800 records/s now, 1,600 when 9 tasks are there', () => {
    expect(output(scaleTo(9, clearing))).toEqual({
      atSeconds: now,
      perSecond: 800,
      plannedPerSecond: 1600,
      fromSeconds: now + context.policy.startupSeconds,
    });
  });

  it('no more than the tasks that are decided can do', () => {
    expect(output(scaleTo(6, clearing))?.plannedPerSecond).toBe(1200);
  });

  it('what arrives, where it is not known what a task can do', () => {
    const values = { arrivalsPerSecond: repeated(1500, 60), backlogRecords: [12_000] };
    const unknown = analysisOf({ context, values, tasks: 4 });
    expect(outputOf(unknown, scaleTo(6), context)).toMatchObject({ perSecond: 1500, plannedPerSecond: 1500 });
  });

  it('nothing without arrivals', () => expect(output(scaleTo(6), { values: {} })).toBeUndefined());

  it('with tasks that keep up, what arrives', () => {
    const analysis = analysisOf({ values: keepingUp, tasks: 4 });
    const hold: Decision = {
      kind: 'hold',
      reason: 'on-target',
      confidence: 1,
      evidence: scaleTo(4).evidence,
    };
    expect(outputOf(analysis, hold, kinesisContext())).toMatchObject({ perSecond: 800, fromSeconds: now });
  });
});

describe('upstreamLoad', () => {
  const plan: ServiceOutput = {
    atSeconds: now,
    perSecond: 800,
    plannedPerSecond: 1600,
    fromSeconds: now + 60,
  };
  const flow = { arrivals: [{ atSeconds: now - 60, value: 1600 }] };
  const load = (upstream: readonly ServiceOutput[], atSeconds = now + 120) =>
    upstreamLoad({ ...context, upstream }, flow, now, atSeconds);

  it('the worked number: two records for each, 1,600 planned: 3,200', () => expect(load([plan])).toBe(3200));

  it.each<[string, readonly ServiceOutput[], number | undefined]>([
    ['nobody feeds it', [], undefined],
    ['a plan that is old', [{ ...plan, atSeconds: now - 181 }], undefined],
    ['one of two plans is old', [plan, { ...plan, atSeconds: now - 181 }], undefined],
    ['nothing is sent now', [{ ...plan, perSecond: 0 }], undefined],
    ['two that feed it', [plan, { ...plan, plannedPerSecond: 800 }], 2400],
    ['a plan without bounds', [{ ...plan, plannedPerSecond: 1e9 }], 16_000],
  ])('%s', (_, upstream, expected) => expect(load(upstream)).toBe(expected));

  it('before the plan takes effect, what is sent now', () => expect(load([plan], now + 30)).toBe(1600));

  it('unknown while nothing is known to arrive', () => {
    expect(upstreamLoad({ ...context, upstream: [plan] }, { arrivals: [] }, now, now + 120)).toBeUndefined();
  });
});
