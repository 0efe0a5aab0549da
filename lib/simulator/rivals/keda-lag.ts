import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { createScraper } from '../scraped.ts';
import type { SimulatedWorld } from '../world.ts';
import { createHpa, replicasFor, type ScaleDownBehavior, syncSeconds } from './hpa.ts';
import { readBacklog } from './signals.ts';

/** What the owner writes into the ScaledObject. */
export type KedaSettings = {
  /** lagThreshold, queueLength or targetMetricValue: what may wait for each replica, records. */
  readonly threshold: number;
  readonly scaleDown: ScaleDownBehavior;
};

/** KEDA looks whether a service at zero has something to do, and when one has been without for long enough. */
const pollingSeconds = 30;
const cooldownSeconds = 300;

const callTimeoutSeconds = 5;
/** Tasks that start within this are there before their backlog has grown much. */
const promptStartSeconds = 120;

/**
 * The best settings that we have found: the threshold is an acceptable latency × one task's rate, as the documents of
 * KEDA's users size it. Where KEDA sees the backlog at once, and new tasks help at once, half of the objective, and a
 * tenth fewer each minute without a stabilization window: Kubernetes' 300 s cost a fifth more there and are as late.
 * Where metrics or tasks are slow, a quarter, and a tenth fewer in five minutes after the default window, or after twice
 * that where a change stops consumption; faster ways down swing from far too few to far too many. Tried: 0.1 to 2 × the
 * objective; windows of 0 to 1800 s; 5 to 100 % in 15 to 900 s.
 * E.g. an objective of 60 s and 500 records/s for a queue: 15,000 for each task.
 */
export function kedaSettings(scenario: Scenario): KedaSettings {
  const { source, rebalanceSeconds, startupSeconds, lagObjectiveSeconds, taskRatePerSecond } = scenario;
  const prompt =
    source !== 'kinesis' && rebalanceSeconds === 0 && startupSeconds.longest <= promptStartSeconds;
  const acceptableSeconds = (prompt ? 0.5 : 0.25) * lagObjectiveSeconds;
  return {
    threshold: acceptableSeconds * taskRatePerSecond,
    scaleDown: prompt
      ? { stabilizationSeconds: 0, percent: 10, periodSeconds: 60 }
      : { stabilizationSeconds: rebalanceSeconds > 0 ? 600 : 300, percent: 10, periodSeconds: 300 },
  };
}

/**
 * KEDA with a lag trigger of type AverageValue, and the HPA that it makes: ceil(backlog ÷ threshold) replicas, whatever
 * there are now, at most one for each partition. It asks SQS and Kafka itself, at each of the HPA's looks; messages in
 * flight count. From zero it wakes at a poll that finds anything, to zero it goes five minutes after the last.
 * https://keda.sh/docs/latest/reference/scaledobject-spec/
 * https://keda.sh/docs/latest/scalers/apache-kafka/ · https://keda.sh/docs/latest/scalers/aws-sqs/
 *
 * Assumed: KEDA's Kinesis scaler knows shards and no lag (kedacore/keda#7795 says to use CloudWatch), so for Kinesis it
 * is the CloudWatch scaler on iterator age × arrivals (signals.ts), a minute late, and a service of Kinesis that is at
 * zero is not woken: nobody reads, so there is no age. There is no KEDA on ECS; its replicas are tasks here.
 */
export function createKedaLag(scenario: Scenario, settings: KedaSettings = kedaSettings(scenario)): Scaler {
  const hpa = createHpa(settings.scaleDown);
  const scrape = createScraper();
  let idleSinceSeconds: number | undefined;

  const backlogOf = async (world: SimulatedWorld): Promise<number | undefined> => {
    const { backlogRecords } = await scrape(world);
    if (scenario.source !== 'kinesis') return backlogRecords;
    return (await readBacklog(world)).at(-1)?.value;
  };

  /** KEDA's own part: between zero and one. */
  const activated = (
    now: number,
    current: number,
    backlog: number,
    idleSeconds: number,
  ): number | undefined => {
    if (now % pollingSeconds !== 0) return undefined;
    if (current === 0) return backlog > 0 ? Math.max(1, scenario.minTasks) : 0;
    return scenario.minTasks === 0 && idleSeconds >= cooldownSeconds ? 0 : undefined;
  };

  /** The HPA's part: from one upward. */
  const scaled = (now: number, current: number, backlog: number): number | undefined => {
    if (now % syncSeconds !== 0 || current === 0) return undefined;
    const { minTasks, maxTasks, partitions = maxTasks } = scenario;
    const wanted = replicasFor(backlog, settings.threshold, current);
    return hpa.sync(now, current, wanted, [Math.max(1, minTasks), Math.min(maxTasks, partitions)]);
  };

  return {
    name: 'keda-lag',
    step: async (world) => {
      const backlog = await backlogOf(world);
      if (backlog === undefined) return;
      const now = world.clock.nowSeconds();
      const { desiredTasks } = world.frame();
      if (backlog > 0) idleSinceSeconds = undefined;
      else idleSinceSeconds ??= now;
      const idleSeconds = idleSinceSeconds === undefined ? 0 : now - idleSinceSeconds;
      const next =
        activated(now, desiredTasks, backlog, idleSeconds) ??
        scaled(now, desiredTasks, backlog) ??
        desiredTasks;
      if (next === desiredTasks) return;
      await world.services.updateDesiredTasks(world.service, next, callTimeoutSeconds);
    },
  };
}
