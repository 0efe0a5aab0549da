import type { Impact } from '../contract/decision.ts';
import { leastRatePerSecond } from './capacity.ts';
import { effectiveTasks, type Sharing } from './effective-tasks.ts';

/** What the model knows of a service, for an estimate of what a change brings. What it does not know is absent. */
export type ImpactModel = {
  readonly cpuPercent?: number;
  readonly sharing?: Sharing;
  readonly stream?: {
    readonly taskRatePerSecond: number;
    readonly loadPerSecond: number;
    readonly backlogAtHorizonRecords: number;
    readonly timeToClearSeconds: number;
  };
};

const hoursPerDay = 24;

/**
 * What a change from `from` to `to` tasks is expected to bring. CPU is shared out anew, up to 100 %. Lag is the backlog
 * over the load: as it would be at the horizon, and one catch-up time after it with the new count.
 * E.g. from 4 to 6 tasks of 200 records/s at 90 % CPU, with 1,000 records/s arriving and 30,000 waiting at the horizon:
 * CPU 60 %, lag 30 s before, and 120 s later (30,000 − 120·200)/1,000 = 6 s; 48 task-hours a day more, +50 % of cost.
 */
export function estimateImpact(model: ImpactModel, from: number, to: number): Impact {
  const before = effectiveTasks(from, model.sharing ?? {});
  const after = effectiveTasks(to, model.sharing ?? {});
  return {
    ...(model.cpuPercent !== undefined &&
      before > 0 &&
      after > 0 && {
        cpuPercentBefore: model.cpuPercent,
        cpuPercentAfter: Math.min(100, (model.cpuPercent * before) / after),
      }),
    ...(model.stream && lagBefore(model.stream)),
    ...(model.stream && lagAfter(model.stream, after)),
    taskHoursPerDay: hoursPerDay * (to - from),
    costShare: (to - from) / Math.max(1, from),
  };
}

type StreamModel = NonNullable<ImpactModel['stream']>;

function lagBefore({ loadPerSecond, backlogAtHorizonRecords }: StreamModel): Partial<Impact> {
  if (loadPerSecond < leastRatePerSecond) return {};
  return { lagSecondsBefore: backlogAtHorizonRecords / loadPerSecond };
}

function lagAfter(model: StreamModel, effective: number): Partial<Impact> {
  const { taskRatePerSecond, loadPerSecond, backlogAtHorizonRecords, timeToClearSeconds } = model;
  if (loadPerSecond < leastRatePerSecond) return {};
  const growth = loadPerSecond - taskRatePerSecond * effective;
  const left = Math.max(0, backlogAtHorizonRecords + growth * timeToClearSeconds);
  return { lagSecondsAfter: left / loadPerSecond };
}
