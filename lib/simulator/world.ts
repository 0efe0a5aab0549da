import { createManualClock, type ManualClock } from '../adapters/memory/clock.ts';
import { createMemoryMetrics, type MemoryMetrics } from '../adapters/memory/metrics.ts';
import { createMemoryQueues, type MemoryQueues } from '../adapters/memory/queues.ts';
import { createMemoryServices, type MemoryServices } from '../adapters/memory/services.ts';
import { createMemorySources, type MemorySources } from '../adapters/memory/sources.ts';
import type { Tags } from '../config/resolve.ts';
import { formatSource, type StreamSource } from '../config/source.ts';
import type { ServiceId } from '../contract/service-id.ts';
import { managedTag, sourceTag, upstreamTag } from '../contract/tags.ts';
import type { ServiceObservation } from '../core/sample.ts';
import { createAgents } from './agents.ts';
import { createArrivals } from './arrivals.ts';
import { createCloudWatch } from './cloudwatch.ts';
import { demandOf } from './elasticity.ts';
import { joinScores } from './join-scores.ts';
import { createLoadHistory } from './load-history.ts';
import type { Scenario } from './scenario.ts';
import { createScoreKeeper, type Score } from './score.ts';
import { capacityAt } from './service-capacity.ts';
import { sourceOf } from './source.ts';
import { createStreamService } from './stream-service.ts';
import { stepSeconds } from './time.ts';
import type { Workload } from './workload.ts';

/** What a world shows of its last step. */
export type WorldFrame = {
  /** The end of the step, epoch seconds. */
  readonly atSeconds: number;
  readonly arrivalsPerSecond: number;
  /** What the consuming tasks can process. */
  readonly capacityPerSecond: number;
  /** Age of the oldest waiting record at the end of the step; 0 when none waits. */
  readonly lagSeconds: number;
  readonly desiredTasks: number;
  readonly consumingTasks: number;
};

/** A stream service on ECS, and AWS around it, in simulated time. One for each controller. */
export type SimulatedWorld = {
  readonly scenario: Scenario;
  readonly clock: ManualClock;
  readonly services: MemoryServices;
  readonly metrics: MemoryMetrics;
  readonly queues: MemoryQueues;
  readonly sources: MemorySources;
  readonly service: ServiceId;
  readonly source: StreamSource;
  readonly tags: Tags;
  /** The world of the service that this one feeds; it moves with this one. */
  readonly next?: SimulatedWorld;
  /** Advances the clock by `stepSeconds` and moves everything. */
  step(): void;
  frame(): WorldFrame;
  /** Of this service alone, and, see joinScores, of it and all behind it. */
  ownScore(): Score;
  score(): Score;
  readonly done: boolean;
};

const cluster = 'main';
const firstName = 'orders';

/** What the owner of the service has tagged it with. */
function tagsOf(scenario: Scenario, source: StreamSource, upstream: ServiceId | undefined): Tags {
  const { shortest, longest } = scenario.startupSeconds;
  const name = formatSource(source);
  return {
    [managedTag]: scenario.mode ?? 'auto',
    [sourceTag]: scenario.agents === true ? `${name} agent` : name,
    'weir:min': String(scenario.minTasks),
    'weir:max': String(scenario.maxTasks),
    'weir:lag-objective': String(scenario.lagObjectiveSeconds),
    'weir:startup': String((shortest + longest) / 2),
    'weir:rebalance': String(scenario.rebalanceSeconds),
    ...(upstream !== undefined && { [upstreamTag]: upstream }),
    ...(source.kind === 'msk' &&
      scenario.partitions !== undefined && { 'weir:partitions': String(scenario.partitions) }),
  };
}

/** Of a service that another one feeds: that one, and what it has processed in the step. */
type Upstream = { readonly service: ServiceId; readonly processedRecords: () => number };

/**
 * The world of one controller, of a service and of those that it feeds. The same scenario, workload and seed give every
 * controller the same arrivals.
 */
export function createSimulatedWorld(
  scenario: Scenario,
  workload: Workload,
  seed: number,
  upstream?: Upstream,
): SimulatedWorld {
  const { name = firstName } = scenario;
  const service: ServiceId = `${cluster}/${name}`;
  const queueUrl = `https://sqs.local/000000000000/${name}`;
  const clock = createManualClock(workload.fromSeconds);
  const services = createMemoryServices();
  const metrics = createMemoryMetrics(clock);
  const queues = createMemoryQueues();
  const sources = createMemorySources();
  const source = sourceOf(scenario.source, name);
  if (source.kind !== 'msk') {
    sources.put(source, {
      ...(scenario.partitions !== undefined && { partitions: scenario.partitions }),
      ...(source.kind === 'sqs' && { queueUrl }),
    });
  }
  const tags = tagsOf(scenario, source, upstream?.service);
  const { initialTasks } = scenario;
  services.put(service, {
    observation: {
      desiredTasks: initialTasks,
      runningTasks: initialTasks,
      pendingTasks: 0,
      revision: `${name}:1`,
      deploying: false,
    },
    tags,
  });

  const arrivals = upstream?.processedRecords ?? createArrivals(workload, seed);
  const stream = createStreamService(scenario, workload.fromSeconds, seed);
  const history = createLoadHistory(metrics, source, workload);
  const cloudWatch = createCloudWatch(metrics, { service, source }, scenario, seed);
  const agents =
    scenario.agents === true ? createAgents(metrics, service, scenario.partitions !== undefined) : undefined;
  const keeper = createScoreKeeper(scenario);
  /** What the newest revision can do, and what it needs for a load. */
  let able = ableAt(scenario, scenario.taskRatePerSecond);
  let arrivalsPerSecond = 0;
  let lagSeconds = 0;
  let processedRecords = 0;
  const next =
    scenario.next &&
    createSimulatedWorld(scenario.next, workload, seed, {
      service,
      processedRecords: () => processedRecords,
    });

  const ownScore = () => keeper.score(stream.lateWaitingRecords);
  const observation = (): ServiceObservation => {
    const described = services.get(service);
    if (described.kind === 'gone')
      throw new TypeError(`${service} has left the simulation: ${described.cause}`);
    return described.observation;
  };

  return {
    scenario,
    clock,
    services,
    metrics,
    queues,
    sources,
    service,
    source,
    tags,
    ...(next && { next }),
    step: () => {
      const { desiredTasks } = observation();
      const step = stream.step(desiredTasks, arrivals());
      clock.set(step.atSeconds);
      const { taskRatePerSecond, deploying, revision } = stream;
      services.update(service, {
        runningTasks: step.runningTasks,
        pendingTasks: step.startingTasks,
        revision: `${name}:${revision}`,
        deploying,
      });
      if (source.kind === 'sqs')
        queues.set(queueUrl, { visible: Math.round(stream.waitingRecords), inFlight: 0, delayed: 0 });
      cloudWatch.record(step, stream);
      history.record(step);
      agents?.record(step, stream);
      if (able.scenario.taskRatePerSecond !== taskRatePerSecond) able = ableAt(scenario, taskRatePerSecond);
      const loadPerSecond = workload.ratePerSecond(step.atSeconds - stepSeconds / 2);
      const demandTasks = able.demand(loadPerSecond);
      keeper.record(step, { desiredTasks, demandTasks, taskRatePerSecond });
      arrivalsPerSecond = step.arrivedRecords / stepSeconds;
      lagSeconds = step.lagSeconds;
      processedRecords = step.processedRecords;
      next?.step();
    },
    frame: () => {
      const { desiredTasks, runningTasks } = observation();
      return {
        atSeconds: clock.nowSeconds(),
        arrivalsPerSecond,
        capacityPerSecond: capacityAt(able.scenario, runningTasks),
        lagSeconds,
        desiredTasks,
        consumingTasks: runningTasks,
      };
    },
    ownScore,
    score: () => (next === undefined ? ownScore() : joinScores([{ scenario, ownScore }, ...chainOf(next)])),
    get done() {
      return clock.nowSeconds() >= workload.untilSeconds;
    },
  };
}

/** A service and those behind it, in the order in which they feed each other. */
export function chainOf(world: SimulatedWorld): readonly SimulatedWorld[] {
  return [world, ...(world.next ? chainOf(world.next) : [])];
}

/** A scenario whose tasks can process so much, and the fewest of them that a load needs. */
function ableAt(scenario: Scenario, taskRatePerSecond: number) {
  const served = { ...scenario, taskRatePerSecond };
  return { scenario: served, demand: demandOf(served) };
}
