import { maximum, quantile } from '../core/statistics.ts';
import { createElasticityMeter, type Elasticity } from './elasticity.ts';
import type { Scenario } from './scenario.ts';
import type { ServiceStep } from './stream-service.ts';
import { stepSeconds } from './time.ts';

/** How a controller has done since the beginning of its run. */
export type Score = Elasticity & {
  /** Share of the records that were older than the lag objective when processed, or wait and are by now. */
  readonly lateRecordsShare: number;
  /** Share of the minutes in which any record, processed or waiting, was. */
  readonly violationMinutesShare: number;
  /** The oldest that any record was. */
  readonly worstLagSeconds: number;
  /** 99 % of the time, no record was older than this. */
  readonly p99LagSeconds: number;
  /** What is paid for: tasks, from the moment that they are requested, times hours. */
  readonly taskHours: number;
  /** What one task that is never idle takes for the records that arrived. */
  readonly fluidTaskHours: number;
  /** taskHours ÷ fluidTaskHours: 1.0 is physics. */
  readonly costRatio: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
  /** Moves of the desired count, out and in. */
  readonly changesPerHour: number;
};

/** What a step was played with. */
export type Circumstances = {
  readonly desiredTasks: number;
  /** The fewest tasks that the load of the step needs. */
  readonly demandTasks: number;
  /** What one task can process. */
  readonly taskRatePerSecond: number;
};

/** Keeps the score of one service. */
export type ScoreKeeper = {
  record(step: ServiceStep, circumstances: Circumstances): void;
  /** `lateWaitingRecords` wait now and are older than the lag objective. */
  score(lateWaitingRecords: number): Score;
};

const hourSeconds = 3600;

export function createScoreKeeper({
  lagObjectiveSeconds,
  initialTasks,
}: Pick<Scenario, 'lagObjectiveSeconds' | 'initialTasks'>): ScoreKeeper {
  const oldest: number[] = [];
  const violated = new Set<number>();
  /** Records that arrived, by what one task could process of them per second. */
  const arrivedAt = new Map<number, number>();
  let [arrived, late, paidSeconds, scaleOuts, scaleIns] = [0, 0, 0, 0, 0];
  const meter = createElasticityMeter();
  let desired = initialTasks;

  return {
    record: (step, { desiredTasks, demandTasks, taskRatePerSecond }) => {
      arrived += step.arrivedRecords;
      arrivedAt.set(taskRatePerSecond, (arrivedAt.get(taskRatePerSecond) ?? 0) + step.arrivedRecords);
      late += step.lateRecords;
      paidSeconds += (step.runningTasks + step.startingTasks) * stepSeconds;
      oldest.push(step.oldestSeconds);
      if (step.oldestSeconds > lagObjectiveSeconds) violated.add(Math.ceil(step.atSeconds / 60));
      if (desiredTasks > desired) scaleOuts++;
      if (desiredTasks < desired) scaleIns++;
      desired = desiredTasks;
      meter.record(demandTasks, step.runningTasks);
    },
    score: (lateWaitingRecords) => {
      const taskHours = paidSeconds / hourSeconds;
      const fluid = sum([...arrivedAt].map(([rate, records]) => fluidTaskHours(records, rate)));
      const hours = (oldest.length * stepSeconds) / hourSeconds;
      return {
        lateRecordsShare: share(late + lateWaitingRecords, arrived),
        violationMinutesShare: share(violated.size, Math.ceil((oldest.length * stepSeconds) / 60)),
        worstLagSeconds: maximum(oldest) ?? 0,
        p99LagSeconds: quantile(oldest, 0.99) ?? 0,
        taskHours,
        fluidTaskHours: fluid,
        costRatio: share(taskHours, fluid),
        scaleOuts,
        scaleIns,
        changesPerHour: share(scaleOuts + scaleIns, hours),
        ...meter.elasticity,
      };
    },
  };
}

/**
 * The fluid limit: all records ÷ one task's rate, as if tasks came in any size and at any moment.
 * E.g. 36,000,000 records at 500 records/s are 20 task-hours.
 */
export function fluidTaskHours(records: number, taskRatePerSecond: number): number {
  return records / taskRatePerSecond / hourSeconds;
}

/** A part of a whole; of nothing, none. */
function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
