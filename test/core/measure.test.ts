import { describe, expect, it } from 'vitest';
import type { MetricField } from '../../lib/config/metric-sets.ts';
import type { RegisteredSource } from '../../lib/config/registration.ts';
import { agentSignals, dueFields, planMeasurements, strategyOf } from '../../lib/core/measure.ts';
import { kinesis, noon } from '../control/world.ts';
import { cpuContext, deepFreeze, kinesisContext, mskContext, sqsContext } from '../support/windows.ts';

describe('planMeasurements', () => {
  it.each([
    ['Kinesis', kinesisContext(), 'lag', ['arrivalsPerSecond', 'lagSeconds', 'meanLagSeconds']],
    ['SQS', sqsContext(), 'lag', ['backlogRecords', 'arrivalsPerSecond']],
    ['MSK', mskContext(), 'lag', ['backlogRecords', 'arrivalsPerSecond']],
    ['no source', cpuContext(), 'threshold', ['cpuPercent', 'memoryPercent']],
  ])('%s: its strategy, and what that cannot do without', (_, { policy, sources }, strategy, required) => {
    expect(strategyOf(sources)).toBe(strategy);
    const plan = planMeasurements(policy, sources);
    expect(plan.filter((it) => it.required).map((it) => it.field)).toEqual(required);
    expect(new Set(plan.map((it) => it.field)).size).toBe(plan.length);
  });

  it.each([
    [10, 60, 180],
    [60, 60, 180],
    [120, 120, 240],
    [300, 300, 420],
  ] as const)(
    'evaluated every %d s: CloudWatch is asked every %d s, and fresh for %d',
    (evaluationSeconds, everySeconds, freshSeconds) => {
      const { policy, sources } = kinesisContext({ evaluationSeconds });
      const lag = planMeasurements(policy, sources).find((it) => it.field === 'lagSeconds');
      expect(lag).toMatchObject({ everySeconds, freshSeconds, periodSeconds: 60 });
    },
  );

  it.each([
    [10, 120],
    [60, 120],
    [300, 600],
  ] as const)(
    "evaluated every %d s: a queue's depth at each tick, fresh for %d",
    (evaluationSeconds, freshSeconds) => {
      const { policy, sources } = sqsContext({ evaluationSeconds });
      const depth = planMeasurements(policy, sources).find((it) => it.field === 'backlogRecords');
      expect(depth).toMatchObject({
        everySeconds: evaluationSeconds,
        periodSeconds: evaluationSeconds,
        freshSeconds,
      });
    },
  );

  it("a topic's rate only where it is known at all, and a minute later than the rest", () => {
    const { policy, sources } = mskContext();
    const plan = planMeasurements(policy, sources);
    expect(plan.find((it) => it.field === 'backlogRecords')).toMatchObject({ freshSeconds: 180 });
    expect(plan.find((it) => it.field === 'arrivalsPerSecond')).toMatchObject({
      required: 'once-known',
      freshSeconds: 240,
    });
  });

  it('CPU and memory of a stream only every ten minutes', () => {
    const { policy, sources } = kinesisContext();
    const support = planMeasurements(policy, sources).filter((it) => !it.required);
    expect(support).toEqual(
      ['cpuPercent', 'memoryPercent'].map((field) => ({
        field,
        everySeconds: 600,
        periodSeconds: 60,
        required: false,
        freshSeconds: 780,
      })),
    );
  });
});

it.each([
  [60, 60, 60, 60],
  [60, 20, 60, 60],
  [20, 60, 20, 60],
  [20, 20, 20, 20],
  [20, 10, 20, 20],
] as const)(
  'CPU every %d s, evaluated every %d: a point every %d s, asked for every %d',
  (utilizationSeconds, evaluationSeconds, periodSeconds, everySeconds) => {
    const { policy, sources } = cpuContext({ utilizationSeconds, evaluationSeconds });
    for (const plan of planMeasurements(policy, sources))
      expect(plan).toMatchObject({ periodSeconds, everySeconds, required: true });
    // What refines a stream's decision needs no such points.
    for (const plan of planMeasurements(policy, kinesisContext().sources))
      expect(plan.periodSeconds).toBe(60);
  },
);

describe('metrics that the deployment names', () => {
  const { policy } = kinesisContext();
  const metric = { namespace: 'Shop', metricName: 'Any', statistic: 'Sum' } as const;
  const setOf = (...named: readonly MetricField[]): RegisteredSource => {
    const metrics = Object.fromEntries(named.map((field) => [field, metric]));
    return { kind: named.includes('arrivalsPerSecond') ? 'metrics' : 'signals', set: 'any', metrics };
  };
  const planned = (...sources: readonly RegisteredSource[]) =>
    planMeasurements(policy, sources).map((it) => [it.field, it.required, it.everySeconds]);
  const ofEcs = [
    ['cpuPercent', false, 600],
    ['memoryPercent', false, 600],
  ];

  it('of a backlog: as a topic, with its lag where there is one', () => {
    const arrivals = ['arrivalsPerSecond', true, 60];
    expect(planned(setOf('backlogRecords', 'arrivalsPerSecond'))).toEqual([
      ['backlogRecords', true, 60],
      arrivals,
      ...ofEcs,
    ]);
    expect(planned(setOf('backlogRecords', 'arrivalsPerSecond', 'lagSeconds'))).toContainEqual([
      'lagSeconds',
      false,
      60,
    ]);
  });

  it('of a lag: as a stream', () => {
    expect(planned(setOf('lagSeconds', 'arrivalsPerSecond'))).toEqual(planned(kinesis));
  });

  it('of how the tasks do: at each step where that decides, seldom where a stream does', () => {
    const latency = setOf('p95Ms', 'processedPerSecond');
    expect(strategyOf([latency])).toBe('threshold');
    expect(planned(latency)).toEqual([
      ['cpuPercent', true, 60],
      ['memoryPercent', true, 60],
      ['p95Ms', 'once-known', 60],
      ['processedPerSecond', 'once-known', 60],
    ]);
    expect(planned(kinesis, latency)).toEqual([...planned(kinesis), ['p95Ms', false, 600]]);
    expect(planned(setOf('lagSeconds', 'arrivalsPerSecond', 'p95Ms'))).toEqual(planned(kinesis, latency));
  });
});

describe('agents', () => {
  const agent = { kind: 'agent' } as const;
  const { policy, sources } = kinesisContext({ rebalanceSeconds: 30 });
  const required = (...all: Parameters<typeof planMeasurements>[1]) =>
    planMeasurements(policy, all)
      .filter((it) => it.required)
      .map((it) => it.field);

  it('beside a stream are asked for at each tick, and needed only alone', () => {
    const plan = planMeasurements(policy, [...sources, agent]);
    expect(plan.find((it) => it.field === 'agentArrivalsPerSecond')).toEqual({
      field: 'agentArrivalsPerSecond',
      everySeconds: 0,
      periodSeconds: 10,
      required: false,
      freshSeconds: 60,
    });
    expect(required(...sources, agent)).toEqual(required(...sources));
    expect(required(agent)).toEqual(agentSignals);
    expect(strategyOf([agent])).toBe('lag');
  });

  it('may not know what waits for as long as partitions change hands', () => {
    const plan = planMeasurements(policy, [agent]);
    for (const field of ['agentBacklogRecords', 'agentLagSeconds'] as const)
      expect(plan.find((it) => it.field === field)?.freshSeconds).toBe(90);
  });

  it('are due at a tick off the cadence, and CloudWatch is not', () => {
    const plan = planMeasurements(policy, [...sources, agent]);
    const polled = Object.fromEntries(plan.filter((it) => it.everySeconds > 0).map((it) => [it.field, noon]));
    expect(dueFields(plan, polled, noon + 15).map((it) => it.field)).toEqual([...agentSignals, 'busyShare']);
  });
});

describe('dueFields', () => {
  const { policy, sources } = kinesisContext();
  const plan = deepFreeze(planMeasurements(policy, sources));
  const due = (polledAgo: number) =>
    dueFields(plan, Object.fromEntries(plan.map((it) => [it.field, noon - polledAgo])), noon).map(
      (it) => it.field,
    );
  const signals = ['arrivalsPerSecond', 'lagSeconds', 'meanLagSeconds'];

  it.each([
    ['10 s ago', 10, []],
    ['58 s ago', 58, []],
    ['59 s ago: a second early counts', 59, signals],
    ['ten minutes ago', 600, [...signals, 'cpuPercent', 'memoryPercent']],
  ])('asked for %s', (_, ago, expected) => expect(due(ago)).toEqual(expected));

  it('never asked for: all', () => expect(dueFields(plan, {}, noon)).toEqual(plan));
});
