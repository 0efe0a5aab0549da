/** The service that is simulated, and what its owner asks for. */
export type Scenario = {
  readonly source: 'kinesis' | 'sqs';
  /** Shards of the stream; a queue has none. */
  readonly partitions?: number;
  /** What one task can process, records/s. */
  readonly taskRatePerSecond: number;
  /** From the request for a task until it processes records: evenly spread between the two. */
  readonly startupSeconds: { readonly shortest: number; readonly longest: number };
  /** How long consumption stops when the number of consuming tasks changes. */
  readonly rebalanceSeconds: number;
  readonly initialTasks: number;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly lagObjectiveSeconds: number;
  /** What ECS shows for a task that is never idle. */
  readonly cpuAtSaturationPercent: number;
};
