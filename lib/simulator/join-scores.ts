import { maximum, mean } from '../core/statistics.ts';
import type { Scenario } from './scenario.ts';
import type { Score } from './score.ts';

type Stage = { readonly scenario: Scenario; ownScore(): Score };

/**
 * The score of services that feed each other. Each is held to its own lag objective, so that a record can be late once
 * at each: late is the share of all that they had to process. Tasks and the fluid limit are summed, lag and the minutes
 * in violation are those of the worst, changes and the elasticity measures those of one service in the mean.
 * E.g. 2 % of 1,000 records late at the first of two, 4 % of the same at the second: 3 %.
 */
export function joinScores(stages: readonly Stage[]): Score {
  const scores = stages.map((it) => it.ownScore());
  const sum = (of: (score: Score, index: number) => number) =>
    scores.reduce((total, it, index) => total + of(it, index), 0);
  const worst = (of: (score: Score) => number) => maximum(scores.map(of)) ?? 0;
  const typical = (of: (score: Score) => number) => mean(scores.map(of)) ?? 0;
  const recordsOf = (score: Score, index: number) =>
    score.fluidTaskHours * (stages[index]?.scenario.taskRatePerSecond ?? 0);
  const records = sum(recordsOf);
  const taskHours = sum((it) => it.taskHours);
  const fluidTaskHours = sum((it) => it.fluidTaskHours);
  return {
    lateRecordsShare:
      records > 0 ? sum((it, index) => it.lateRecordsShare * recordsOf(it, index)) / records : 0,
    violationMinutesShare: worst((it) => it.violationMinutesShare),
    worstLagSeconds: worst((it) => it.worstLagSeconds),
    p99LagSeconds: worst((it) => it.p99LagSeconds),
    taskHours,
    fluidTaskHours,
    costRatio: fluidTaskHours > 0 ? taskHours / fluidTaskHours : 0,
    scaleOuts: sum((it) => it.scaleOuts),
    scaleIns: sum((it) => it.scaleIns),
    changesPerHour: typical((it) => it.changesPerHour),
    thetaU: typical((it) => it.thetaU),
    thetaO: typical((it) => it.thetaO),
    tauU: typical((it) => it.tauU),
    tauO: typical((it) => it.tauO),
  };
}
