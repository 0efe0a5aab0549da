import { describe, expect, it } from 'vitest';
import { type BottleneckKind, bottleneckKinds, bottleneckSchema } from '../../lib/contract/bottleneck.ts';
import type { Field } from '../../lib/contract/measurement.ts';
import { actionsAgainst } from '../../lib/core/actions.ts';
import { findBottlenecks } from '../../lib/core/bottlenecks.ts';
import type { LoopState } from '../../lib/core/loop-state.ts';
import { kinesis } from '../control/world.ts';
import {
  analysisOf,
  cpuContext,
  kinesisContext,
  loopOf,
  mskContext,
  now,
  repeated,
  severalContext,
  sqsContext,
  twoQueues,
  type Values,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

function verdictOf(kind: BottleneckKind, options: WindowOptions = {}, loop: LoopState = loopOf()) {
  const { context = kinesisContext() } = options;
  return findBottlenecks(windowOf({ ...options, context }), loop, context, undefined).find(
    (it) => it.kind === kind,
  )!.state;
}

const active = (kind: BottleneckKind, sinceSeconds = now - 600): LoopState =>
  loopOf({ bottlenecks: [{ kind, severity: 0.5, impact: 0.3, sinceSeconds }] });

describe('what is above its threshold', () => {
  it.each<[BottleneckKind, Field, number, number, number]>([
    ['cpu', 'cpuPercent', 90, 0.5, 0.3],
    ['cpu', 'cpuPercent', 80.2, 0.01, 0.006],
    ['cpu', 'cpuPercent', 130, 1, 0.6],
    ['memory', 'memoryPercent', 91, 0.4, 0.28],
    ['io', 'p95Ms', 350, 0.5, 0.4],
    ['io', 'p95Ms', 9000, 1, 0.8],
    ['network', 'queueRecords', 3500, 0.5, 0.25],
    ['state_access', 'errorPercent', 6, 0.6, 0.54],
  ])('%s, with %s at %d: severity %d and impact %d', (kind, field, value, severity, impact) => {
    expect(verdictOf(kind, { values: { [field]: [value] } })).toMatchObject({
      verdict: 'present',
      atSeconds: now - 75,
      measures: {
        field,
        observed: value,
        severity: expect.closeTo(severity, 10),
        impact: expect.closeTo(impact, 10),
      },
    });
  });

  it.each<[BottleneckKind, Field, number]>([
    ['cpu', 'cpuPercent', 80],
    ['memory', 'memoryPercent', 85],
    ['io', 'p95Ms', 200],
    ['network', 'queueRecords', 1000],
    ['state_access', 'errorPercent', 2],
  ])('%s: %s at %d is not above it', (kind, field, value) => {
    expect(verdictOf(kind, { values: { [field]: [value] } })).toEqual({ verdict: 'absent' });
  });
});

describe('not_reading', () => {
  const asked = [{ field: 'lagSeconds' as const, cause: 'absent' as const }];
  const stopped: WindowOptions = { values: { arrivalsPerSecond: [200] }, unread: asked };

  it('records arrive, the tasks run, and there is no iterator age', () => {
    expect(verdictOf('not_reading', stopped)).toMatchObject({
      verdict: 'present',
      measures: { severity: 1, impact: 1, field: 'arrivalsPerSecond', observed: 200 },
    });
  });

  it.each<[string, WindowOptions, string]>([
    ['somebody reads', { ...stopped, values: { arrivalsPerSecond: [200], lagSeconds: [5] } }, 'absent'],
    ['nothing arrives', { ...stopped, values: { arrivalsPerSecond: [0] } }, 'absent'],
    ['no task runs', { ...stopped, tasks: 0 }, 'absent'],
    ['the tasks are new', { ...stopped, tasks: [...repeated(0, 57), 4, 4, 4] }, 'absent'],
    ['the service is new to Weir', { ...stopped, tasks: [4, 4] }, 'absent'],
    ['it is not known what arrives', { ...stopped, ageSeconds: 300 }, 'unknown'],
    ['nothing is known of what arrives for an hour', { unread: asked }, 'absent'],
    ['the lag was not asked for', { ...stopped, unread: [] }, 'unknown'],
    [
      'CloudWatch could not be asked',
      { ...stopped, unread: [{ field: 'lagSeconds', cause: 'throttled' }] },
      'unknown',
    ],
    ['a queue has no iterator age', { ...stopped, context: sqsContext() }, 'absent'],
    ['no source', { ...stopped, context: cpuContext() }, 'absent'],
  ])('%s', (_, options, verdict) => {
    expect(verdictOf('not_reading', options)).toEqual({ verdict });
  });

  it('of several streams one that nobody reads is enough, however well the others do', () => {
    const context = severalContext([kinesis, ...twoQueues]);
    const queue = { arrivalsPerSecond: [40], backlogRecords: [0] };
    const several = (lag: Values): WindowOptions => ({
      context,
      bySource: {
        'kinesis/orders': { arrivalsPerSecond: [200], ...lag },
        'sqs/high': queue,
        'sqs/low': queue,
      },
      unread: [{ field: 'lagSeconds', source: 'kinesis/orders', cause: 'absent' }],
    });
    expect(verdictOf('not_reading', several({}))).toMatchObject({
      verdict: 'present',
      measures: { observed: 200 },
    });
    expect(verdictOf('not_reading', several({ lagSeconds: [5] }))).toEqual({ verdict: 'absent' });
  });

  const restless: WindowOptions = {
    context: mskContext({ rebalanceSeconds: 60 }),
    values: { arrivalsPerSecond: [200] },
    unread: [{ field: 'backlogRecords', cause: 'absent' }],
  };

  it('a group of Kafka that never comes to rest has no lag', () => {
    expect(verdictOf('not_reading', restless)).toMatchObject({ verdict: 'present' });
  });

  it.each<[string, WindowOptions]>([
    [
      'a task has come, and the group rebalances',
      { ...restless, tasks: [...repeated(3, 55), ...repeated(4, 5)] },
    ],
    ['a task has gone', { ...restless, tasks: [...repeated(5, 57), 4, 4, 4] }],
    [
      'a deployment replaces them one by one',
      { ...restless, observed: (index) => ({ deploying: index > 50 && index < 57 }) },
    ],
    ['the lag is known', { ...restless, values: { arrivalsPerSecond: [200], backlogRecords: [0] } }],
    [
      'one point of it is lost',
      { ...restless, values: { arrivalsPerSecond: [200, 200], backlogRecords: [0, undefined] } },
    ],
  ])('of Kafka that is none: %s', (_, options) => {
    expect(verdictOf('not_reading', options)).toEqual({ verdict: 'absent' });
  });
});

describe('too_few_partitions', () => {
  const behind = (lagSeconds: number, tasks = 8): WindowOptions => ({
    tasks,
    values: { lagSeconds: [lagSeconds] },
  });

  it('the worked number: 8 tasks on 8 shards, 90 s behind an objective of 60 s', () => {
    expect(verdictOf('too_few_partitions', behind(90))).toMatchObject({
      verdict: 'present',
      measures: {
        severity: 0.5,
        impact: 0.3,
        field: 'lagSeconds',
        observed: 90,
        threshold: 60,
      },
    });
  });

  it.each<[string, WindowOptions, LoopState, string]>([
    ['at the objective', behind(60), loopOf(), 'absent'],
    ['fewer tasks than shards', behind(900, 7), loopOf(), 'absent'],
    ['a queue has none', { ...behind(900), context: sqsContext() }, loopOf(), 'absent'],
    ['the lag is stale', { ...behind(900), ageSeconds: 300 }, active('too_few_partitions'), 'unknown'],
    ['no lag is known for an hour', { tasks: 8 }, active('too_few_partitions'), 'absent'],
    ['above half the objective it is not over', behind(31), active('too_few_partitions'), 'unknown'],
    ['at half the objective it is', behind(30), active('too_few_partitions'), 'absent'],
  ])('%s: %s', (_, options, loop, verdict) => {
    expect(verdictOf('too_few_partitions', options, loop)).toEqual({ verdict });
  });
});

describe('a bottleneck in time', () => {
  const cpu = (...cpuPercent: (number | undefined)[]): WindowOptions => ({ values: { cpuPercent } });
  const known = active('cpu');

  it('begins: with its onset, told as detected', () => {
    const { bottlenecks, detected, cleared } = analysisOf(cpu(70, 95), loopOf());
    expect(bottlenecks).toEqual([
      {
        kind: 'cpu',
        severity: 0.75,
        impact: expect.closeTo(0.45),
        field: 'cpuPercent',
        observed: 95,
        threshold: 80,
        sinceSeconds: now - 75,
      },
    ]);
    expect(detected).toEqual(bottlenecks);
    expect(cleared).toEqual([]);
  });

  it('goes on: keeps its onset, takes the new measures, and is not detected again', () => {
    const { bottlenecks, detected } = analysisOf(cpu(70, 95), known);
    expect(bottlenecks).toMatchObject([{ kind: 'cpu', severity: 0.75, sinceSeconds: now - 600 }]);
    expect(detected).toEqual([]);
  });

  it('one point below the threshold is not its end', () => {
    const { bottlenecks, cleared } = analysisOf(cpu(95, 70), known);
    expect(bottlenecks).toEqual(known.bottlenecks);
    expect(cleared).toEqual([]);
  });

  it('two are, and it is remembered', () => {
    const { bottlenecks, cleared, past } = analysisOf(cpu(95, 80, 70), known);
    expect(bottlenecks).toEqual([]);
    expect(cleared).toEqual([{ kind: 'cpu', sinceSeconds: now - 600, untilSeconds: now }]);
    expect(past).toEqual(cleared);
  });

  it.each<[string, WindowOptions]>([
    ['a signal that is stale says nothing: it is kept', { ...cpu(10, 10), ageSeconds: 800 }],
    ['one point alone says too little', cpu(10)],
  ])('%s', (_, options) => expect(analysisOf(options, known).bottlenecks).toEqual(known.bottlenecks));

  it('a signal that is stale begins nothing either', () => {
    expect(analysisOf({ ...cpu(99, 99), ageSeconds: 800 }).bottlenecks).toEqual([]);
  });

  it('a signal that was not there for an hour ends it', () => {
    expect(analysisOf({ ...cpu(99), ageSeconds: 3599 }, known).bottlenecks).toHaveLength(1);
    expect(analysisOf({ ...cpu(99), ageSeconds: 3600 }, known).cleared).toHaveLength(1);
  });

  it('what is over is forgotten after an hour, and the list is short', () => {
    const past = Array.from({ length: 30 }, (_, index) => ({
      kind: 'io' as const,
      sinceSeconds: now - 9000,
      untilSeconds: now - 3620 + 10 * index,
    }));
    const kept = analysisOf({}, loopOf({ pastBottlenecks: past })).past;
    expect(kept).toHaveLength(20);
    expect(kept).toEqual(past.slice(-20));
    expect(
      analysisOf({}, loopOf({ pastBottlenecks: past.slice(0, 4) })).past.map((it) => it.untilSeconds),
    ).toEqual([now - 3590]);
  });
});

describe('analyze', () => {
  it('looks for every kind there is, and each has three actions', () => {
    const kinds = Object.keys(bottleneckKinds).toSorted();
    const found = findBottlenecks(windowOf(), loopOf(), kinesisContext(), undefined).map((it) => it.kind);
    expect(found.toSorted()).toEqual(kinds);
    expect(Object.keys(actionsAgainst).toSorted()).toEqual(kinds);
  });

  it('finds nothing where nothing is measured, and no stream where there is no source', () => {
    for (const context of [kinesisContext(), sqsContext(), cpuContext()]) {
      const { bottlenecks, stream } = analysisOf({ context });
      expect(bottlenecks).toEqual([]);
      expect(stream === undefined).toBe(context.sources.length === 0);
    }
  });

  it('every bottleneck, at its worst, passes the schema of its event', () => {
    const values = {
      cpuPercent: [1e6],
      memoryPercent: [1e6],
      p95Ms: [1e9],
      queueRecords: [1e9],
      errorPercent: [100],
      lagSeconds: [1e7],
    };
    const { bottlenecks } = analysisOf({ tasks: 8, values });
    expect(bottlenecks).toHaveLength(6);
    for (const it of bottlenecks) expect(bottleneckSchema.parse(it)).toEqual(it);
  });
});
