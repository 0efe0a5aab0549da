import type { Bottleneck } from '../contract/bottleneck.ts';
import { agentFlowOf } from './agent-flow.ts';
import { findBottlenecks } from './bottlenecks.ts';
import { type BreakerStep, closeBreaker, stepBreaker } from './breaker.ts';
import {
  type CapacityEstimate,
  estimateCapacity,
  learnByTasks,
  learnCapacity,
  provenRate,
  sharingOf,
} from './capacity.ts';
import { contentionFactor, type Sharing } from './effective-tasks.ts';
import { learnHottest } from './hot-partition.ts';
import type { CapacityMemory, LoopState, PastBottleneck } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import { type Flow, flowOf } from './rates.ts';
import { type Shortfall, shortfallOf } from './shortfall.ts';
import { withoutFormer } from './slower.ts';
import { partitionsOf } from './streams.ts';
import { unsaturatedRates } from './unsaturated.ts';
import type { Finding } from './verdict.ts';
import { type Window, windowSeconds } from './window.ts';

/** What a window says of a service: how its stream flows, what its tasks can do, and what limits it. */
export type Analysis = {
  readonly window: Window;
  /** Of a service with a source, with what its tasks can do. */
  readonly stream?: {
    readonly flow: Flow;
    readonly memory: CapacityMemory;
    readonly capacity: CapacityEstimate;
    /** What a task by itself was seen to do, records/s; nothing that is guessed. */
    readonly provenRatePerSecond?: number;
    readonly breaker: BreakerStep;
    readonly shortfall?: Shortfall;
  };
  /** Active now. */
  readonly bottlenecks: readonly Bottleneck[];
  readonly detected: readonly Bottleneck[];
  readonly cleared: readonly PastBottleneck[];
  /** Over, within the last hour, newest last. */
  readonly past: readonly PastBottleneck[];
};

/** Some come and go with each minute; the state stays small. */
const keptPast = 20;

/** Finds what limits a service. What began earlier, and is still so, keeps its onset. */
export function analyze(window: Window, loop: LoopState, context: ServiceContext): Analysis {
  const stream = streamOf(window, loop, context);
  const findings = findBottlenecks(window, loop, context, stream?.breaker.breaker);
  const { bottlenecks, detected, cleared } = track(findings, loop, window);
  const past = [...loop.pastBottlenecks, ...cleared]
    .filter((it) => it.untilSeconds > window.nowSeconds - windowSeconds)
    .slice(-keptPast);
  return { window, ...(stream && { stream }), bottlenecks, detected, cleared, past };
}

function streamOf(window: Window, loop: LoopState, context: ServiceContext): Analysis['stream'] {
  const flow = agentFlowOf(window) ?? flowOf(window, context);
  if (flow === undefined) return undefined;
  const saturated = learnCapacity(window, flow, loop.capacity, context);
  const { memory: current, seen } = withoutFormer(
    window,
    saturated,
    unsaturatedRates(window, flow, saturated.revision, partitionsOf(context.sources)),
  );
  const rates = learnByTasks(window, flow, current, context, seen);
  const estimated = estimateCapacity(window, flow, rates, context, seen);
  const learned = withHottest(rates, window, flow, context, estimated);
  // Another task definition is another service: what its predecessor ran into need not be its limit.
  const revised = loop.capacity !== undefined && loop.capacity.revision !== learned.revision;
  const shortfall = revised ? undefined : shortfallOf(window, learned, context, seen);
  const breaker =
    revised && loop.breaker
      ? closeBreaker(loop.breaker, learned, window.nowSeconds)
      : stepBreaker(window, flow, learned, loop.breaker, sharingOf(learned, context), shortfall);
  const { memory } = breaker;
  const provenRatePerSecond = provenRate(memory, context, seen);
  return {
    flow,
    memory,
    breaker,
    // The breaker may have taken back what was learned of rates; a hot partition changes none of them.
    capacity:
      memory.saturated === rates.saturated && memory.byTasks === rates.byTasks
        ? estimated
        : estimateCapacity(window, flow, memory, context, seen),
    ...(provenRatePerSecond !== undefined && { provenRatePerSecond }),
    ...(shortfall && { shortfall }),
  };
}

/** What each of so many tasks does. */
function rateAmong(
  tasks: number,
  { taskRatePerSecond }: { readonly taskRatePerSecond: number },
  { contention }: Sharing,
): number {
  return taskRatePerSecond / contentionFactor(tasks, contention);
}

/** With what the newest minutes say of a hot partition. */
function withHottest(
  learned: CapacityMemory,
  window: Window,
  flow: Flow,
  context: ServiceContext,
  capacity: CapacityEstimate,
): CapacityMemory {
  const { hottest: known, ...rest } = learned;
  const sharing = sharingOf(learned, context);
  const hottest = learnHottest(window, flow, known, {
    taskRatePerSecond:
      capacity.source === 'unknown'
        ? undefined
        : rateAmong(window.observation.runningTasks, capacity, sharing),
    partitions: sharing.partitions,
  });
  return hottest === known ? learned : { ...rest, ...(hottest && { hottest }) };
}

function track(
  findings: readonly Finding[],
  loop: LoopState,
  window: Window,
): Pick<Analysis, 'bottlenecks' | 'detected' | 'cleared'> {
  const bottlenecks: Bottleneck[] = [];
  const detected: Bottleneck[] = [];
  const cleared: PastBottleneck[] = [];
  for (const { kind, state } of findings) {
    const before = loop.bottlenecks.find((it) => it.kind === kind);
    if (state.verdict === 'present') {
      const bottleneck = { kind, ...state.measures, sinceSeconds: before?.sinceSeconds ?? state.atSeconds };
      bottlenecks.push(bottleneck);
      if (before === undefined) detected.push(bottleneck);
    } else if (before !== undefined && state.verdict === 'absent') {
      cleared.push({ kind, sinceSeconds: before.sinceSeconds, untilSeconds: window.nowSeconds });
    } else if (before !== undefined) {
      bottlenecks.push(before);
    }
  }
  return { bottlenecks, detected, cleared };
}
