import type { Mode } from '../contract/tags.ts';
/** The service that is simulated, its source and its surroundings, and what its owner asks for. */
export type Scenario = {
  /** Of the service and its source; `orders` unless given. */
  readonly name?: string;
  /** The service that reads what this one has processed, a record for each. */
  readonly next?: Scenario;
  readonly source: 'kinesis' | 'sqs' | 'kafka';
  /** Shards of the stream, partitions of the topic; a queue has none. */
  readonly partitions?: number;
  /** Share of the load that each partition gets, adding up to 1; even unless given. */
  readonly partitionShares?: readonly number[];
  /** What one task can process, records/s. */
  readonly taskRatePerSecond: number;
  /** What tasks take from each other, X(n) = n·μ / (1 + σ(n−1) + κ·n(n−1)); nothing unless given. */
  readonly contention?: Contention;
  /** What the service's downstream can take in all, records/s, however many tasks there are. */
  readonly downstreamRatePerSecond?: number;
  /** From the request for a task until it processes records: evenly spread between the two. */
  readonly startupSeconds: Range;
  /** How long consumption stops when the number of consuming tasks changes. */
  readonly rebalanceSeconds: number;
  readonly initialTasks: number;
  /** What its owner lets Weir do with it: `auto`, unless given. */
  readonly mode?: Exclude<Mode, 'off'>;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly lagObjectiveSeconds: number;
  /** What ECS shows for a task that is never idle. */
  readonly cpuAtSaturationPercent: number;
  /** How CloudWatch behaves; about a minute late and whole unless given. */
  readonly metrics?: MetricFaults;
  /** In the order in which they begin, none before the last one's end. */
  readonly deployments?: readonly Deployment[];
  /** Agents report every ten seconds, beside CloudWatch. */
  readonly agents?: boolean;
};

export type Range = { readonly shortest: number; readonly longest: number };

/** Gunther's universal scalability law: σ for what tasks queue for, κ for what each must agree upon with each other. */
export type Contention = { readonly sigma: number; readonly kappa: number };

export type MetricFaults = {
  /** From the end of a minute until its values can be read. */
  readonly latenessSeconds?: Range;
  /** Share of the minutes that never come. */
  readonly lostShare?: number;
  /** Nothing comes of so many seconds, so often a day on average. */
  readonly outages?: { readonly perDay: number; readonly seconds: number };
};

/**
 * A new revision, so many seconds after the beginning. One that succeeds takes `seconds`, or as long as its tasks take to
 * replace the old ones. One that fails rolls back after `seconds`; while it goes on no new task ever gets ready.
 */
export type Deployment = {
  readonly atSeconds: number;
  readonly seconds: number;
  readonly fails: boolean;
  /** What a task of the new revision can process; as before, unless given. */
  readonly taskRatePerSecond?: number;
};
