import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScoreKeeper } from '../../lib/simulator/score.ts';
import { capacityAt, taskRateAt } from '../../lib/simulator/service-capacity.ts';
import { createStreamService, type ServiceTraits } from '../../lib/simulator/stream-service.ts';
import { stepSeconds } from '../../lib/simulator/time.ts';

const shares = (weights: readonly number[]) => {
  const total = weights.reduce((sum, it) => sum + it, 0);
  return weights.map((it) => it / total);
};

const arbitraryTraits: fc.Arbitrary<ServiceTraits> = fc
  .record({
    weights: fc.option(
      fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 24 }),
      {
        nil: undefined,
      },
    ),
    skewed: fc.boolean(),
    taskRatePerSecond: fc.double({ min: 1, max: 500, noNaN: true }),
    contention: fc.option(
      fc.record({
        sigma: fc.double({ min: 0, max: 0.2, noNaN: true }),
        kappa: fc.double({ min: 0, max: 0.01, noNaN: true }),
      }),
      { nil: undefined },
    ),
    downstream: fc.option(fc.double({ min: 1, max: 5000, noNaN: true }), { nil: undefined }),
    rebalanceSeconds: fc.constantFrom(0, 7, 30),
    initialTasks: fc.integer({ min: 0, max: 12 }),
  })
  .map(({ weights, skewed, contention, downstream, ...rest }) => ({
    ...rest,
    startupSeconds: { shortest: 20, longest: 90 },
    lagObjectiveSeconds: 60,
    ...(weights && { partitions: weights.length }),
    ...(weights && skewed && { partitionShares: shares(weights) }),
    ...(contention && { contention }),
    ...(downstream !== undefined && { downstreamRatePerSecond: downstream }),
  }));

const arbitraryPlay = fc.record({
  traits: arbitraryTraits,
  steps: fc.array(
    fc.record({ records: fc.integer({ min: 0, max: 5000 }), desired: fc.integer({ min: 0, max: 14 }) }),
    { minLength: 1, maxLength: 120 },
  ),
  seed: fc.integer({ min: 0, max: 1000 }),
});

const runs = { numRuns: 300, seed: 2026 };

describe('whatever the service', () => {
  it('each record that came in was processed or waits, and none is late before it is old', () => {
    fc.assert(
      fc.property(arbitraryPlay, ({ traits, steps, seed }) => {
        const service = createStreamService(traits, 0, seed);
        let [arrived, processed, late] = [0, 0, 0];
        for (const { records, desired } of steps) {
          const step = service.step(desired, records);
          arrived += records;
          processed += step.processedRecords;
          late += step.lateRecords;
          expect(Math.abs(arrived - processed - service.waitingRecords)).toBeLessThan(1e-6 * (1 + arrived));
          expect(step.lateRecords).toBeLessThanOrEqual(step.processedRecords + 1e-9);
          expect(step.oldestSeconds).toBeLessThanOrEqual(step.atSeconds + 1e-6);
          if (step.atSeconds <= traits.lagObjectiveSeconds) expect(late).toBe(0);
        }
      }),
      runs,
    );
  });

  it('no step processes more than its tasks, and what is behind them, can', () => {
    fc.assert(
      fc.property(arbitraryPlay, ({ traits, steps, seed }) => {
        const service = createStreamService(traits, 0, seed);
        for (const { records, desired } of steps) {
          const { processedRecords, runningTasks, busyShare = 0 } = service.step(desired, records);
          const readers = Math.min(runningTasks, traits.partitions ?? runningTasks);
          const most = readers * taskRateAt(traits, runningTasks) * stepSeconds;
          const ceiling = (traits.downstreamRatePerSecond ?? Number.POSITIVE_INFINITY) * stepSeconds;
          expect(processedRecords).toBeLessThanOrEqual(Math.min(most, ceiling) * (1 + 1e-9) + 1e-9);
          expect(busyShare).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
      runs,
    );
  });

  it('a load that it can keep up with leaves nothing waiting', () => {
    fc.assert(
      fc.property(arbitraryTraits, fc.integer({ min: 1, max: 12 }), (traits, tasks) => {
        const service = createStreamService({ ...traits, initialTasks: tasks }, 0, 1);
        const records = 0.99 * capacityAt(traits, tasks) * stepSeconds;
        for (let step = 0; step < 60; step++) service.step(tasks, records);
        expect(service.waitingRecords).toBeLessThan(1e-6 * (1 + records));
      }),
      runs,
    );
  });

  it('each task is paid for from its request on, and no longer than it is there', () => {
    fc.assert(
      fc.property(arbitraryPlay, ({ traits, steps, seed }) => {
        const service = createStreamService(traits, 0, seed);
        const keeper = createScoreKeeper(traits);
        for (const { records, desired } of steps) {
          const step = service.step(desired, records);
          expect(step.runningTasks + step.startingTasks).toBe(desired);
          keeper.record(step, { desiredTasks: desired, demandTasks: desired, taskRatePerSecond: 1 });
        }
        const paidSeconds = steps.reduce((sum, { desired }) => sum + desired * stepSeconds, 0);
        expect(keeper.score(service.lateWaitingRecords).taskHours).toBeCloseTo(paidSeconds / 3600, 9);
      }),
      runs,
    );
  });
});

describe('a limit downstream', () => {
  it('lets all tasks wait alike, so that they look idle while records pile up', () => {
    const traits = { taskRatePerSecond: 100, downstreamRatePerSecond: 250, partitions: 10 };
    const usual = {
      startupSeconds: { shortest: 5, longest: 5 },
      rebalanceSeconds: 0,
      lagObjectiveSeconds: 60,
    };
    const service = createStreamService({ ...traits, ...usual, initialTasks: 10 }, 0, 1);
    const step = service.step(10, 10_000);
    expect(step.processedRecords).toBeCloseTo(250 * stepSeconds);
    expect(step.busyShare).toBeCloseTo(0.25);
    expect(service.waitingRecords).toBeCloseTo(10_000 - 1250);
  });
});

describe('a hot partition', () => {
  it('falls behind alone: the others are read to their end', () => {
    const partitionShares = [0.7, 0.1, 0.1, 0.1];
    const usual = {
      startupSeconds: { shortest: 5, longest: 5 },
      rebalanceSeconds: 0,
      lagObjectiveSeconds: 60,
    };
    const service = createStreamService(
      { partitions: 4, partitionShares, taskRatePerSecond: 100, ...usual, initialTasks: 4 },
      0,
      1,
    );
    let last = service.step(4, 1000);
    for (let step = 0; step < 23; step++) last = service.step(4, 1000);
    // 140 records/s for a task that does 100: after two minutes 40 · 120 wait, and only there.
    expect(service.waitingRecords).toBeCloseTo(4800, 0);
    expect(last.readerLag!.worstSeconds).toBeGreaterThan(30);
    expect(last.readerLag!.meanSeconds).toBeCloseTo(last.readerLag!.worstSeconds / 4, 0);
  });
});
