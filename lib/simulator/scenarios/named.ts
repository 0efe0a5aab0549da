import { deploying } from './deploying.ts';
import { downstreamLimited } from './downstream-limited.ts';
import { flakyMetrics } from './flaky-metrics.ts';
import { ioKafka } from './io-kafka.ts';
import { pipeline } from './pipeline.ts';
import { skewed } from './skewed.ts';
import { slowStart } from './slow-start.ts';
import { sqsBursty } from './sqs-bursty.ts';
import { sublinear } from './sublinear.ts';
import { cpuKinesis, type TraitsOf } from './traits.ts';

/** Every scenario by the name that the command line knows. */
export const scenarios = {
  'cpu-kinesis': cpuKinesis,
  'io-kafka': ioKafka,
  skewed,
  'downstream-limited': downstreamLimited,
  'slow-start': slowStart,
  'flaky-metrics': flakyMetrics,
  sublinear,
  'sqs-bursty': sqsBursty,
  deploying,
  pipeline,
} as const satisfies Record<string, TraitsOf>;

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];
