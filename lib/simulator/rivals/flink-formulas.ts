import { clamp, mean } from '../../core/statistics.ts';

/** One look at a vertex of a job. */
export type VertexSample = {
  readonly atSeconds: number;
  /** numRecordsIn: what is processed, records/s. */
  readonly inRatePerSecond: number;
  /** pendingRecords. */
  readonly lagRecords: number;
  /** busyTimeMsPerSecond ÷ 1000 of the busiest subtask. */
  readonly busyShare: number;
};

/** What the evaluator makes of a window of samples. */
export type VertexMetrics = {
  readonly inRatePerSecond: number;
  readonly lagRecords: number;
  readonly targetRatePerSecond: number;
  readonly trueRatePerSecond: number;
};

/** `job.autoscaler.*`; durations in seconds. */
export type FlinkSettings = {
  readonly metricsWindowSeconds: number;
  readonly stabilizationSeconds: number;
  readonly utilizationTarget: number;
  readonly utilizationMax: number;
  readonly utilizationMin: number;
  readonly catchUpSeconds: number;
  readonly restartSeconds: number;
  readonly scaleDownIntervalSeconds: number;
  readonly scaleDownMaxFactor: number;
  readonly scaleUpMaxFactor: number;
  readonly backlogLagSeconds: number;
  readonly observedLagSeconds: number;
  readonly observedSwitch: number;
  readonly observedMinimum: number;
};

/** The defaults; utilization.max and .min are the target ± 0.3. */
export const flinkDefaults: FlinkSettings = {
  metricsWindowSeconds: 15 * 60,
  stabilizationSeconds: 5 * 60,
  utilizationTarget: 0.7,
  utilizationMax: 1,
  utilizationMin: 0.4,
  catchUpSeconds: 30 * 60,
  restartSeconds: 5 * 60,
  scaleDownIntervalSeconds: 60 * 60,
  scaleDownMaxFactor: 0.6,
  scaleUpMaxFactor: 100_000,
  backlogLagSeconds: 5 * 60,
  observedLagSeconds: 30,
  observedSwitch: 0.15,
  observedMinimum: 2,
};

/**
 * What a vertex could process: inRate ÷ busy. Without input it is taken as endless.
 * E.g. 400 records/s at 800 ms of each second: 500 records/s.
 */
export function busyTrueRate(inRatePerSecond: number, busyShare: number): number {
  return inRatePerSecond > 0 && busyShare > 0 ? inRatePerSecond / busyShare : Number.POSITIVE_INFINITY;
}

/**
 * The rate seen while enough waits for the vertex to be full, instead, when the busy time promises over 15 % more and at
 * least two looks say so. E.g. a promise of 600 records/s and 500 seen: 500; of 570: 570.
 */
export function trueRate(
  busyRate: number,
  observed: readonly number[],
  { observedSwitch, observedMinimum }: Pick<FlinkSettings, 'observedSwitch' | 'observedMinimum'>,
): number {
  const seen = mean(observed);
  if (seen === undefined || observed.length < observedMinimum) return busyRate;
  return busyRate > (1 + observedSwitch) * seen ? seen : busyRate;
}

/**
 * What a vertex should be able to process at a utilization u: lag ÷ catch-up + rate · restart ÷ catch-up + rate ÷ u.
 * E.g. 1000 records/s, 180,000 waiting, half an hour to catch up, five minutes to restart, u = 0.7:
 * 100 + 166.7 + 1428.6 = 1695.2 records/s.
 */
export function targetCapacity(
  { lagRecords, targetRatePerSecond }: Pick<VertexMetrics, 'lagRecords' | 'targetRatePerSecond'>,
  utilization: number,
  { catchUpSeconds, restartSeconds }: Pick<FlinkSettings, 'catchUpSeconds' | 'restartSeconds'>,
): number {
  const behind = lagRecords + targetRatePerSecond * restartSeconds;
  return (catchUpSeconds > 0 ? behind / catchUpSeconds : 0) + ratio(targetRatePerSecond, utilization);
}

/** A window's metrics; the target rate is inRate + how fast the lag grows, and at least 0. */
export function evaluate(
  samples: readonly VertexSample[],
  settings: FlinkSettings,
): VertexMetrics | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  const inRatePerSecond = mean(samples.map((it) => it.inRatePerSecond));
  const busyShare = mean(samples.map((it) => it.busyShare));
  if (first === undefined || last === undefined || last.atSeconds === first.atSeconds) return undefined;
  if (inRatePerSecond === undefined || busyShare === undefined) return undefined;
  const lagGrowth = (last.lagRecords - first.lagRecords) / (last.atSeconds - first.atSeconds);
  const full = samples.filter((it) => it.lagRecords >= settings.observedLagSeconds * it.inRatePerSecond);
  const observed = full.map((it) => it.inRatePerSecond).filter((rate) => rate > 0);
  return {
    inRatePerSecond,
    lagRecords: last.lagRecords,
    targetRatePerSecond: Math.max(0, inRatePerSecond + lagGrowth),
    trueRatePerSecond: trueRate(busyTrueRate(inRatePerSecond, busyShare), observed, settings),
  };
}

/**
 * The parallelism that a vertex should have: ceil(current · capacity ÷ true rate), the factor within
 * [1 − scale-down.max-factor, 1 + scale-up.max-factor], and only if the true rate is outside what utilization.max and
 * .min ask for. While over five minutes wait, those are 1 and 0.
 * E.g. 4 subtasks that could do 2000 records/s and should 3390: 7. They should 700: 2, for at most 60 % may go.
 */
export function parallelismFor(current: number, metrics: VertexMetrics, settings: FlinkSettings): number {
  const { trueRatePerSecond, targetRatePerSecond, lagRecords } = metrics;
  const behind = lagRecords > settings.backlogLagSeconds * targetRatePerSecond;
  const [highest, lowest] = behind ? [1, 0] : [settings.utilizationMax, settings.utilizationMin];
  const upBelow = targetCapacity(metrics, highest, { ...settings, restartSeconds: 0 });
  const downAbove = targetCapacity(metrics, lowest, settings);
  if (trueRatePerSecond >= upBelow && trueRatePerSecond <= downAbove) return current;
  const factor = targetCapacity(metrics, settings.utilizationTarget, settings) / trueRatePerSecond;
  const clamped = clamp(factor, 1 - settings.scaleDownMaxFactor, 1 + settings.scaleUpMaxFactor);
  return Math.ceil(clamped * current - 1e-9);
}

/** At a utilization of 0, any load at all asks for endless capacity. */
function ratio(rate: number, utilization: number): number {
  return rate > 0 ? rate / utilization : 0;
}
