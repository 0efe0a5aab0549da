import type { Policy } from '../config/policy.ts';
import type { BottleneckKind } from '../contract/bottleneck.ts';
import type { Field } from '../contract/measurement.ts';
import { hotLagOf } from './hot-partition.ts';
import type { Breaker, LoopState } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import type { StreamWindow } from './several.ts';
import { clamp } from './statistics.ts';
import { partitionsOf } from './streams.ts';
import { crashLoop, failedDeployment, placementFailure } from './task-failures.ts';
import type { Finding, Verdict } from './verdict.ts';
import { freshLag, freshPoint, type Window, windowSeconds } from './window.ts';

type Threshold = {
  readonly kind: BottleneckKind;
  readonly field: Field;
  readonly above: number;
  /** x → severity, before it is held within 0 and 1. */
  readonly severity: (value: number) => number;
  /** Impact ÷ severity. */
  readonly weight: number;
};

/**
 * A value above its threshold, with how bad that is.
 * E.g. CPU at 90 %: severity (90 − 80)/20 = 0.5, impact 0.6 · 0.5 = 0.3. Errors at 6 %: 0.6 and 0.54.
 */
const thresholds: readonly Threshold[] = [
  { kind: 'cpu', field: 'cpuPercent', above: 80, severity: (x) => (x - 80) / 20, weight: 0.6 },
  { kind: 'memory', field: 'memoryPercent', above: 85, severity: (x) => (x - 85) / 15, weight: 0.7 },
  { kind: 'io', field: 'p95Ms', above: 200, severity: (x) => (x - 200) / 300, weight: 0.8 },
  { kind: 'network', field: 'queueRecords', above: 1000, severity: (x) => (x - 1000) / 5000, weight: 0.5 },
  { kind: 'state_access', field: 'errorPercent', above: 2, severity: (x) => x / 10, weight: 0.9 },
];

/** What every detector says of a window. */
export function findBottlenecks(
  window: Window,
  loop: LoopState,
  context: ServiceContext,
  breaker: Breaker | undefined,
): Finding[] {
  return [
    ...thresholds.map((it) => ({ kind: it.kind, state: crossing(it, window, isActive(loop, it.kind)) })),
    { kind: 'downstream', state: behindBreaker('downstream', window, context, breaker) },
    { kind: 'hot_partition', state: hotPartition(window, context, breaker, isActive(loop, 'hot_partition')) },
    { kind: 'not_reading', state: notReading(window, context) },
    {
      kind: 'too_few_partitions',
      state: tooFewPartitions(window, context, isActive(loop, 'too_few_partitions')),
    },
    { kind: 'crash_loop', state: crashLoop(window, loop, context) },
    { kind: 'placement_failure', state: placementFailure(window, context) },
    { kind: 'deployment_failed', state: failedDeployment(window, context) },
  ];
}

const isActive = (loop: LoopState, kind: BottleneckKind) => loop.bottlenecks.some((it) => it.kind === kind);

/** How many points in a row must be below the threshold before a bottleneck is over: a value that hovers is one. */
const pointsToClear = 2;

function crossing(threshold: Threshold, window: Window, active: boolean): Verdict {
  const { field, above, severity, weight } = threshold;
  const point = freshPoint(window, field);
  if (point === undefined) return forgotten(window, field, window.nowSeconds);
  if (point.value > above) {
    const severe = clamp(severity(point.value), 0, 1);
    return {
      verdict: 'present',
      atSeconds: point.atSeconds,
      measures: {
        severity: severe,
        impact: weight * severe,
        field,
        observed: point.value,
        threshold: above,
      },
    };
  }
  const newest = (window.series[field] ?? []).slice(-pointsToClear);
  const over = newest.length >= pointsToClear && newest.every((it) => it.value <= above);
  return { verdict: active && !over ? 'unknown' : 'absent' };
}

/** A signal that has not been there for a whole window says nothing any more. */
function forgotten({ series }: Pick<Window, 'series'>, field: Field, nowSeconds: number): Verdict {
  const newest = series[field]?.at(-1)?.atSeconds ?? 0;
  return { verdict: newest > nowSeconds - windowSeconds ? 'unknown' : 'absent' };
}

/** What more tasks cannot cure costs as much as the CPU's limit. */
const breakerWeight = 0.6;

/**
 * The limit that the breaker was opened for; severity as for too few partitions. E.g. 90 s behind an objective of 60 s:
 * severity 0.5, impact 0.3.
 */
function behindBreaker(
  kind: Breaker['limit'],
  window: Window,
  { policy }: ServiceContext,
  breaker: Breaker | undefined,
): Verdict {
  if (breaker?.limit !== kind) return { verdict: 'absent' };
  const lag = freshLag(window);
  if (lag === undefined) return { verdict: 'unknown' };
  const { lagObjectiveSeconds } = policy;
  const severity = clamp((lag.value - lagObjectiveSeconds) / lagObjectiveSeconds, 0, 1);
  return {
    verdict: 'present',
    atSeconds: breaker.sinceSeconds,
    measures: {
      severity,
      impact: breakerWeight * severity,
      field: 'lagSeconds',
      observed: lag.value,
      threshold: lagObjectiveSeconds,
    },
  };
}

/** Tasks that run for so long have begun to read. */
const readingSeconds = 300;

/** What a stream has no points of while nobody reads it: iterator age, and the lag of a group that does not come to rest. */
const readFields = { kinesis: 'lagSeconds', msk: 'backlogRecords' } as const;

/** One of the streams that is not read is enough. */
function notReading(window: Window, context: ServiceContext): Verdict {
  const verdicts = window.streams.map((it) => isNotRead(it, window, context));
  return (
    verdicts.find((it) => it.verdict === 'present') ??
    verdicts.find((it) => it.verdict === 'unknown') ?? { verdict: 'absent' }
  );
}

function isNotRead(stream: StreamWindow, window: Window, { policy }: ServiceContext): Verdict {
  const { kind } = stream.stream;
  if (kind !== 'kinesis' && kind !== 'msk') return { verdict: 'absent' };
  const field = readFields[kind];
  if (stream.freshness[field]?.state === 'fresh') return { verdict: 'absent' };
  if ((freshPoint(window, 'agentProcessedPerSecond')?.value ?? 0) > 0) return { verdict: 'absent' };
  const arrivals = freshPoint(stream, 'arrivalsPerSecond');
  const asked = stream.unread.find((it) => it.field === field);
  if (arrivals === undefined) return forgotten(stream, 'arrivalsPerSecond', window.nowSeconds);
  if (asked?.cause !== 'absent') return { verdict: 'unknown' };
  if (arrivals.value <= 0 || !haveRun(window, policy, kind === 'msk')) return { verdict: 'absent' };
  return {
    verdict: 'present',
    atSeconds: window.nowSeconds,
    measures: { severity: 1, impact: 1, field: 'arrivalsPerSecond', observed: arrivals.value, threshold: 0 },
  };
}

/**
 * Whether tasks have run for so long that they should read. A group rebalances whenever one comes or goes: then it says
 * nothing for as long, and that is no fault.
 */
function haveRun(
  { nowSeconds, taskCounts, observation }: Window,
  policy: Policy,
  rebalances: boolean,
): boolean {
  const settledFrom = nowSeconds - readingSeconds - (rebalances ? policy.rebalanceSeconds : 0);
  const recent = taskCounts.filter((it) => it.atSeconds > settledFrom);
  const oldest = taskCounts[0]?.atSeconds ?? nowSeconds;
  return (
    oldest <= settledFrom &&
    recent.every((it) => it.runningTasks > 0) &&
    (!rebalances || recent.every((it) => it.runningTasks === observation.runningTasks && !it.deploying))
  );
}

/** One partition above the objective by itself, or the breaker opened for one. Over at half the objective. */
function hotPartition(
  window: Window,
  context: ServiceContext,
  breaker: Breaker | undefined,
  active: boolean,
): Verdict {
  const opened = behindBreaker('hot_partition', window, context, breaker);
  if (opened.verdict !== 'absent') return opened;
  const lagSeconds = hotLagOf(window);
  const { lagObjectiveSeconds } = context.policy;
  if (lagSeconds === undefined || lagSeconds <= lagObjectiveSeconds) {
    const lingers = active && (lagSeconds ?? 0) > lagObjectiveSeconds / 2;
    return { verdict: lingers ? 'unknown' : 'absent' };
  }
  const severity = clamp((lagSeconds - lagObjectiveSeconds) / lagObjectiveSeconds, 0, 1);
  return {
    verdict: 'present',
    atSeconds: window.nowSeconds,
    measures: {
      severity,
      impact: partitionWeight * severity,
      field: 'lagSeconds',
      observed: lagSeconds,
      threshold: lagObjectiveSeconds,
    },
  };
}

/** Weight of a lack of partitions: as much as the CPU's, since adding what is lacking helps as far. */
const partitionWeight = 0.6;

/**
 * As many tasks as partitions, and lag above the objective: severity (lag − objective) ÷ objective.
 * E.g. 8 tasks on 8 shards, 90 s behind an objective of 60 s: severity 0.5, impact 0.3. Over at half the objective.
 */
function tooFewPartitions(window: Window, { policy, sources }: ServiceContext, active: boolean): Verdict {
  const partitions = partitionsOf(sources);
  if (partitions === undefined || window.observation.desiredTasks < partitions) return { verdict: 'absent' };
  const lag = freshLag(window);
  if (lag === undefined) return forgotten(window, 'lagSeconds', window.nowSeconds);
  const { lagObjectiveSeconds } = policy;
  if (lag.value <= lagObjectiveSeconds) {
    return { verdict: active && lag.value > lagObjectiveSeconds / 2 ? 'unknown' : 'absent' };
  }
  const severity = clamp((lag.value - lagObjectiveSeconds) / lagObjectiveSeconds, 0, 1);
  return {
    verdict: 'present',
    atSeconds: lag.atSeconds,
    measures: {
      severity,
      impact: partitionWeight * severity,
      field: 'lagSeconds',
      observed: lag.value,
      threshold: lagObjectiveSeconds,
    },
  };
}
