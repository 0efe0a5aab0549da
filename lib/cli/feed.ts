import type { WeirEvent } from '../contract/events.ts';

/**
 * What the demo's page is told, as server-sent events: `opening` once on each connection, then an `update` whenever
 * there is something new. All times are simulated epoch seconds.
 */
export type Opening = {
  /** Differs from run to run: a page that outlives its server starts afresh. */
  readonly run: string;
  /** What is played, e.g. `a seeded day`. */
  readonly workload: string;
  readonly service: string;
  /** As in the tag, e.g. `kinesis/orders`. */
  readonly source: string;
  readonly partitions: number;
  /** What one task can process. */
  readonly taskRatePerSecond: number;
  readonly lagObjectiveSeconds: number;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  /** Simulated time between two frames. */
  readonly frameSeconds: number;
  /** The trace's own time zero, which days are counted from. */
  readonly zeroSeconds: number;
  /** Weir first, then the rivals. */
  readonly controllers: readonly string[];
  /** What reason codes, clamps, bottlenecks and evidence numbers mean, as the contract says it. */
  readonly meanings: Readonly<Record<string, string>>;
};

/** One moment of every controller's service: the load is the same, the rest is each one's own. */
export type Frame = {
  readonly atSeconds: number;
  /** Mean since the frame before. */
  readonly arrivalsPerSecond: number;
  /** What Weir's consuming tasks can process. */
  readonly capacityPerSecond: number;
  /** In the order of `Opening.controllers`; the lag is the worst since the frame before. */
  readonly lagSeconds: readonly number[];
  readonly desiredTasks: readonly number[];
  readonly consumingTasks: readonly number[];
};

/** How a controller has done since the beginning. */
export type Standing = {
  /** Share of the records that were older than the objective when they had been processed. */
  readonly lateRecordsShare: number;
  /** Share of the minutes in which any record was. */
  readonly violationMinutesShare: number;
  readonly worstLagSeconds: number;
  readonly taskHours: number;
  /** Task-hours ÷ those of the fluid limit: 1.0 is physics. */
  readonly costRatio: number;
};

/** An event as a subscriber of the bus received it. */
export type News = { readonly atSeconds: number; readonly event: WeirEvent };

/** Simulated seconds per second; 0 is paused. */
export type Pace = { readonly secondsPerSecond: number };

/** What is new since the update before. */
export type Update = {
  readonly frames: readonly Frame[];
  readonly news: readonly News[];
  /** In the order of `Opening.controllers`. */
  readonly standings: readonly Standing[];
  readonly pace: Pace;
  /** The simulated time is over: nothing will change any more. */
  readonly ended: boolean;
};
