import { createMemoryStore } from '../adapters/memory/store.ts';
import { chained } from './chained.ts';
import { createBacklogPerTask } from './rivals/backlog-per-task.ts';
import { createClairvoyant } from './rivals/clairvoyant.ts';
import { createFlink } from './rivals/flink.ts';
import { createFlinkTuned } from './rivals/flink-tuned.ts';
import { hoursBefore } from './rivals/hourly-load.ts';
import { createKedaLag } from './rivals/keda-lag.ts';
import { createKnative } from './rivals/knative.ts';
import { createPredictive } from './rivals/predictive.ts';
import { createSeed } from './rivals/seed.ts';
import { createSeedMended } from './rivals/seed-mended.ts';
import { createStaticPeak } from './rivals/static-peak.ts';
import { createStepScaling } from './rivals/step-scaling.ts';
import { createTargetTrackingCpu } from './rivals/target-tracking-cpu.ts';
import { createTargetTrackingCpu20s } from './rivals/target-tracking-cpu-20s.ts';
import type { Scaler } from './scaler.ts';
import type { Scenario } from './scenario.ts';
import { createWeir } from './weir.ts';
import type { Workload } from './workload.ts';

/** Of the CPU that a full task shows: 85 % where that is 90 %. */
const cpuTargetShare = 85 / 90;

/** A scaler for one world. A few know more of its workload than its metrics show, and say so. */
export type ScalerFactory = (scenario: Scenario, workload: Workload, seed: number) => Scaler;

/** Each made for one service, with the settings that are best for it. */
const perService: Readonly<Record<string, ScalerFactory>> = {
  'target-tracking-cpu': ({ cpuAtSaturationPercent }) =>
    createTargetTrackingCpu(cpuTargetShare * cpuAtSaturationPercent),
  'backlog-per-task': ({ lagObjectiveSeconds, taskRatePerSecond }) =>
    createBacklogPerTask(lagObjectiveSeconds, taskRatePerSecond),
  'target-tracking-cpu-20s': createTargetTrackingCpu20s,
  'step-scaling': (scenario) => createStepScaling(scenario),
  predictive: (scenario, workload) => createPredictive(scenario, hoursBefore(workload)),
  'keda-lag': (scenario) => createKedaLag(scenario),
  knative: (scenario) => createKnative(scenario),
  flink: (scenario) => createFlink(scenario),
  'flink-tuned': createFlinkTuned,
  seed: (scenario) => createSeed(scenario),
  'seed-mended': createSeedMended,
  'static-peak': createStaticPeak,
};

/** Weir's services share a table, by which the plan of one reaches the next. */
function weir(scenario: Scenario): Scaler {
  const store = createMemoryStore();
  return chained(scenario, () => createWeir(undefined, store));
}

/** Every scaler by the name that the command line knows, made for a scenario. */
export const scalers: Readonly<Record<string, ScalerFactory>> = {
  weir,
  ...Object.fromEntries(
    Object.entries(perService).map(([name, create]): [string, ScalerFactory] => [
      name,
      (scenario, workload, seed) => chained(scenario, (stage) => create(stage, workload, seed)),
    ]),
  ),
  clairvoyant: createClairvoyant,
};
