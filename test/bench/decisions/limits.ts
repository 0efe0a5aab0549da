import type { BottleneckKind } from '../../../lib/contract/bottleneck.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import { capacityAt } from '../../../lib/simulator/service-capacity.ts';

/** The limits that more tasks do not cure. One of them named for another is wrong. */
const limits = [
  'hot_partition',
  'downstream',
  'too_few_partitions',
] as const satisfies readonly BottleneckKind[];
export type Limit = (typeof limits)[number];

/** How often a true limit was to be named, and how often it was. */
export type Named = { readonly limitsToName: number; readonly limitsNamed: number };

/** A minute of a service, and what its autoscaler says is the matter. */
export type Minute = {
  readonly loadPerSecond: number;
  readonly lagSeconds: number;
  readonly consumingTasks: number;
  readonly bottlenecks: readonly BottleneckKind[];
};

/** So long a limit binds before it is one, and so long it may take to be named; minutes. */
const bindingMinutes = 3;
const namingMinutes = 15;

/** What limits the services of a scenario beside their tasks. */
export function limitOf({ partitionShares, downstreamRatePerSecond }: Scenario): Limit | undefined {
  if (downstreamRatePerSecond !== undefined) return 'downstream';
  return partitionShares === undefined ? undefined : 'hot_partition';
}

/**
 * Counts the episodes of a limit. One begins when the lag has been above the objective for three minutes although the
 * tasks could process the load if there was no limit, or, where it lies downstream, the load is above it; it ends with the
 * lag. It is named when the limit, and no other one, is said within a quarter of an hour; one that is over before that
 * counts only if another one was said.
 * E.g. a lag above the objective from minute 10 to 60, the limit said in minute 21: one to name, and named.
 */
export function createLimitJudge(scenario: Scenario, limit: Limit) {
  let [binding, limitsToName, limitsNamed] = [0, 0, 0];
  let verdict: 'open' | 'named' | 'wrong' = 'open';

  const close = () => {
    const minutes = binding - bindingMinutes;
    if (minutes >= 0 && (verdict !== 'open' || minutes >= namingMinutes)) {
      limitsToName++;
      if (verdict === 'named') limitsNamed++;
    }
    [binding, verdict] = [0, 'open'];
  };

  return {
    record: (minute: Minute): void => {
      const late = minute.lagSeconds > scenario.lagObjectiveSeconds;
      if (binding > 0 ? !late : !(late && binds(scenario, limit, minute))) {
        close();
        return;
      }
      binding++;
      if (binding < bindingMinutes || binding > bindingMinutes + namingMinutes || verdict !== 'open') return;
      const said = limits.filter((it) => minute.bottlenecks.includes(it));
      if (said.length > 0) verdict = said.every((it) => it === limit) ? 'named' : 'wrong';
    },
    counts: (): Named => {
      close();
      return { limitsToName, limitsNamed };
    },
  };
}

/** A load of which tasks without the limit would bear so much is no reason for lag. */
const bearableShare = 0.9;

function binds(scenario: Scenario, limit: Limit, { loadPerSecond, consumingTasks }: Minute): boolean {
  if (limit === 'downstream')
    return loadPerSecond > (scenario.downstreamRatePerSecond ?? Number.POSITIVE_INFINITY);
  const { partitionShares, ...even } = scenario;
  return loadPerSecond < bearableShare * capacityAt(even, consumingTasks);
}
