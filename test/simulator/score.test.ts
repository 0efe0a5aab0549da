import { describe, expect, it } from 'vitest';
import { createScoreKeeper, fluidTaskHours } from '../../lib/simulator/score.ts';
import type { ServiceStep } from '../../lib/simulator/stream-service.ts';

const scenario = { lagObjectiveSeconds: 60, initialTasks: 2 };

const quiet: ServiceStep = {
  atSeconds: 0,
  arrivedRecords: 100,
  processedRecords: 100,
  lateRecords: 0,
  oldestSeconds: 0,
  runningTasks: 2,
  startingTasks: 0,
  lagSeconds: 0,
};

/** Minutes of twelve steps each, with what differs in the step of a minute that is named. */
function keep(
  minutes: number,
  changes: Readonly<Record<number, Partial<ServiceStep> & { desired?: number }>> = {},
  demandTasks = 2,
) {
  const keeper = createScoreKeeper(scenario);
  let desiredTasks = 2;
  for (let index = 0; index < 12 * minutes; index++) {
    const { desired, ...step } = changes[index] ?? {};
    desiredTasks = desired ?? desiredTasks;
    keeper.record(
      { ...quiet, atSeconds: 5 * (index + 1), ...step },
      { desiredTasks, demandTasks, taskRatePerSecond: 10 },
    );
  }
  return keeper;
}

describe('a score', () => {
  it('is perfect of a service that is never late and never idle', () => {
    expect(keep(60).score(0)).toEqual({
      lateRecordsShare: 0,
      violationMinutesShare: 0,
      worstLagSeconds: 0,
      p99LagSeconds: 0,
      taskHours: 2,
      fluidTaskHours: 2,
      costRatio: 1,
      scaleOuts: 0,
      scaleIns: 0,
      changesPerHour: 0,
      thetaU: 0,
      thetaO: 0,
      tauU: 0,
      tauO: 0,
    });
  });

  it('counts late records, those that still wait included, among all that arrived', () => {
    expect(keep(1, { 3: { lateRecords: 30 }, 9: { lateRecords: 6 } }).score(24).lateRecordsShare).toBeCloseTo(
      60 / 1200,
    );
  });

  it('counts a minute once, however long it was in violation, and the objective itself as kept', () => {
    const keeper = keep(10, {
      0: { oldestSeconds: 61 },
      11: { oldestSeconds: 90 },
      12: { oldestSeconds: 60 },
      119: { oldestSeconds: 70 },
    });

    expect(keeper.score(0)).toMatchObject({ violationMinutesShare: 0.2, worstLagSeconds: 90 });
  });

  it('tells what 99 % of the time stayed under', () => {
    const keeper = keep(10, { 7: { oldestSeconds: 200 } });

    expect(keeper.score(0)).toMatchObject({ worstLagSeconds: 200, p99LagSeconds: 0 });
  });

  it('charges for tasks that start as for those that run', () => {
    const starting = Object.fromEntries(
      Array.from({ length: 12 }, (_, step) => [step, { startingTasks: 3 }]),
    );

    expect(keep(60, starting).score(0).taskHours).toBeCloseTo(2 + 3 / 60);
  });

  it('counts moves of the desired count, not tasks', () => {
    expect(keep(1, { 2: { desired: 9 }, 5: { desired: 4 }, 8: { desired: 3 } }).score(0)).toMatchObject({
      scaleOuts: 1,
      scaleIns: 2,
    });
  });

  it('tells how often the desired count moved: three times in half an hour', () => {
    expect(
      keep(30, { 2: { desired: 9 }, 5: { desired: 4 }, 8: { desired: 3 } }).score(0).changesPerHour,
    ).toBe(6);
  });

  it('takes the fluid limit of what a task could process when the records came', () => {
    const keeper = createScoreKeeper(scenario);
    const play = (taskRatePerSecond: number) =>
      keeper.record(
        { ...quiet, arrivedRecords: 36_000 },
        { desiredTasks: 2, demandTasks: 2, taskRatePerSecond },
      );
    play(10);
    play(20);

    expect(keeper.score(0).fluidTaskHours).toBeCloseTo(1 + 0.5);
  });

  it('compares the running tasks with those that were needed', () => {
    expect(keep(1, {}, 4).score(0)).toMatchObject({ thetaU: 50, thetaO: 0, tauU: 100, tauO: 0 });
    expect(keep(1, {}, 1).score(0)).toMatchObject({ thetaU: 0, thetaO: 100, tauU: 0, tauO: 100 });
  });

  it('has no share of nothing', () => {
    expect(createScoreKeeper(scenario).score(0)).toMatchObject({
      lateRecordsShare: 0,
      violationMinutesShare: 0,
      costRatio: 0,
      changesPerHour: 0,
      thetaU: 0,
      tauO: 0,
    });
  });
});

it('fluidTaskHours: 36,000,000 records at 500 records/s are 20 task-hours', () => {
  expect(fluidTaskHours(36_000_000, 500)).toBe(20);
});
