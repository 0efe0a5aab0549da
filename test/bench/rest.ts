import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import type { Store } from '../../lib/control/ports.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { createWeir } from '../../lib/simulator/weir.ts';
import type { Workload } from '../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { prices } from './prices.ts';

/** What leaving metrics alone, while nothing can happen in time, saves of one service. */
export type Rest = {
  readonly name: string;
  /** Metrics that CloudWatch bills a day, and what they cost a month. */
  readonly metricsPerDay: number;
  readonly withoutRestPerDay: number;
  readonly savedDollars: number;
  readonly lateShare: number;
  readonly lateShareWithoutRest: number;
};

const daySeconds = 86_400;
const daysBefore = 14;
const days = 3;
const taskRatePerSecond = 200;
const daysPerMonth = 730 / 24;

/** Days and nights, three to one, smooth but for the chance of single records; two weeks of them are known before. */
function calmDays(peakTasks: number): Workload {
  const zeroSeconds = 1_795_737_600;
  const fromSeconds = zeroSeconds + daysBefore * daySeconds;
  return {
    name: 'calm days',
    zeroSeconds,
    fromSeconds,
    untilSeconds: fromSeconds + days * daySeconds,
    ratePerSecond: (atSeconds) =>
      peakTasks *
      taskRatePerSecond *
      (2 / 3 - Math.cos((2 * Math.PI * (atSeconds - 3 * 3600)) / daySeconds) / 3),
  };
}

function scenarioOf(minTasks: number, initialTasks: number): Scenario {
  return {
    source: 'kinesis',
    partitions: 120,
    taskRatePerSecond,
    startupSeconds: { shortest: 45, longest: 75 },
    rebalanceSeconds: 0,
    initialTasks,
    minTasks,
    maxTasks: 60,
    lagObjectiveSeconds: 60,
    cpuAtSaturationPercent: 90,
  };
}

/** Plays three days of each service, with what was learned of its rises and without. */
export async function measureRest(): Promise<readonly Rest[]> {
  const services = [
    ['20 tasks at its peak', scenarioOf(1, 8), calmDays(20)],
    ['3 tasks at its peak', scenarioOf(1, 2), calmDays(3)],
    ['as many tasks at least as its peak needs', scenarioOf(4, 4), calmDays(3)],
  ] as const;
  const rests: Rest[] = [];
  for (const [name, scenario, workload] of services) {
    const resting = await play(scenario, workload, createMemoryStore());
    const restless = await play(scenario, workload, withoutRises(createMemoryStore()));
    rests.push({
      name,
      metricsPerDay: resting.metrics / days,
      withoutRestPerDay: restless.metrics / days,
      savedDollars:
        ((restless.metrics - resting.metrics) / days) * daysPerMonth * prices.metricsRequested.dollars,
      lateShare: resting.lateShare,
      lateShareWithoutRest: restless.lateShare,
    });
  }
  return rests;
}

/** A service of which it is not known by how much its load rises never rests. */
function withoutRises(store: Store): Store {
  return {
    ...store,
    putModel: (service, { worstRisesPerSecond, ...model }) => store.putModel(service, model),
  };
}

async function play(
  scenario: Scenario,
  workload: Workload,
  store: Store,
): Promise<{ readonly metrics: number; readonly lateShare: number }> {
  const world = createSimulatedWorld(scenario, workload, 1);
  // All statistics of a metric that one tick asks for are billed as one.
  const billed = new Set<string>();
  const metrics = {
    ...world.metrics,
    read: (query: Parameters<typeof world.metrics.read>[0]) => {
      billed.add(`${world.clock.nowSeconds()} ${query.metricName}`);
      return world.metrics.read(query);
    },
  };
  const { name, step } = createWeir(undefined, store);
  await simulate([{ world, scaler: { name, step: () => step({ ...world, metrics }) } }]);
  return { metrics: billed.size, lateShare: world.score().lateRecordsShare };
}
