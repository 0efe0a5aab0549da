import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamService, type ServiceTraits } from '../../lib/simulator/stream-service.ts';

const traits: ServiceTraits = {
  partitions: 4,
  taskRatePerSecond: 10,
  startupSeconds: { shortest: 20, longest: 20 },
  rebalanceSeconds: 0,
  initialTasks: 1,
  lagObjectiveSeconds: 20,
};

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const play = (
  changes: Partial<ServiceTraits>,
  steps: readonly (readonly [desired: number, arrived: number])[],
) => {
  const service = createStreamService({ ...traits, ...changes }, 0, 1);
  return { service, steps: steps.map(([desired, arrived]) => service.step(desired, arrived)) };
};

describe('a stream service', () => {
  it('processes what its rate allows and lets the rest wait, first in, first out, with true ages', () => {
    // 20 records/s for 10 s, and one task that processes 10: after 10 s it is 5 s behind, after 20 s all is done.
    const { steps } = play({}, [
      [1, 100],
      [1, 100],
      [1, 0],
      [1, 0],
      [1, 0],
    ]);

    expect(steps.map((step) => step.processedRecords)).toEqual([50, 50, 50, 50, 0]);
    expect(steps.map((step) => step.lagSeconds)).toEqual([2.5, 5, 7.5, 0, 0]);
    expect(steps.map((step) => step.oldestSeconds)).toEqual([2.5, 5, 7.5, 10, 0]);
    expect(steps.map((step) => step.busyShare)).toEqual([1, 1, 1, 1, 0]);
  });

  it('counts as late what is older than the objective when it is processed', () => {
    // 400 records in 5 s take one task 40 s. The record at position p waits p/10 − p/80 s: over 20 s from 228.6 on.
    const { steps } = play({}, [[1, 400], ...Array.from({ length: 7 }, () => [1, 0] as const)]);

    expect(sum(steps.map((step) => step.lateRecords))).toBeCloseTo(400 - 20 / (1 / 10 - 1 / 80), 6);
    expect(Math.max(...steps.map((step) => step.oldestSeconds))).toBe(35);
  });

  it('counts as late what waits too long with nobody there to process it', () => {
    const { service, steps } = play({ initialTasks: 0 }, [
      [0, 100],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);

    expect(steps.at(-1)).toMatchObject({ lagSeconds: 25, oldestSeconds: 25, processedRecords: 0 });
    // At 25 s, those that had come by 5 s are older than 20 s.
    expect(service.lateWaitingRecords).toBeCloseTo(100);
    expect(service.waitingRecords).toBeCloseTo(100);
  });

  it('shows no utilization while no task runs, and no reader lag while nobody reads', () => {
    const { steps } = play({ initialTasks: 0 }, [[0, 100]]);

    expect(steps[0]).not.toHaveProperty('busyShare');
    expect(steps[0]).not.toHaveProperty('readerLag');
  });

  it.each([
    [1, 50],
    [2, 100],
    [3, 150],
    [4, 200],
    // More tasks than partitions: the others have nothing to read.
    [7, 200],
  ])('hands out whole partitions: %s tasks process %s of 250 records in 5 s', (tasks, processed) => {
    const { steps } = play({ initialTasks: tasks }, [[tasks, 250]]);

    expect(steps[0]?.processedRecords).toBeCloseTo(processed);
    expect(steps[0]?.busyShare).toBeCloseTo(processed / (50 * tasks));
  });

  it('keeps up only as far as its busiest task does', () => {
    // 28 records/s on 3 tasks of 10: together they could, but one has two of the four partitions, 14 records/s.
    const { steps } = play(
      { initialTasks: 3 },
      Array.from({ length: 60 }, () => [3, 140] as const),
    );

    expect(steps.at(-1)?.processedRecords).toBeCloseTo(5 * (10 + 7 + 7));
    expect(steps.at(-1)?.readerLag?.worstSeconds).toBeGreaterThan(50);
    expect(steps.at(-1)?.readerLag?.meanSeconds).toBeCloseTo((steps.at(-1)?.lagSeconds ?? 0) / 2);
  });

  it('gives any record of a queue without partitions to any task', () => {
    const service = createStreamService(
      {
        taskRatePerSecond: 10,
        startupSeconds: traits.startupSeconds,
        rebalanceSeconds: 0,
        initialTasks: 3,
        lagObjectiveSeconds: 20,
      },
      0,
      1,
    );

    expect(service.step(3, 140)).toMatchObject({ processedRecords: 140, lagSeconds: 0 });
    expect(service.step(3, 200)).toMatchObject({ processedRecords: 150, busyShare: 1 });
  });

  it('lets a new task consume when it has started, not before, and stops tasks at once', () => {
    const { steps } = play({}, [
      [3, 0],
      [3, 200],
      [3, 200],
      [3, 200],
      [3, 200],
      [1, 200],
    ]);

    expect(steps.map((step) => [step.runningTasks, step.startingTasks])).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 2],
      [3, 0],
      [1, 0],
    ]);
    expect(steps.map((step) => step.processedRecords)).toEqual([0, 50, 50, 50, 150, 50]);
  });

  it('pauses at a rebalance for as long as it takes', () => {
    const steps: [number, number][] = [
      [2, 100],
      [1, 100],
      [1, 100],
      [1, 100],
      [1, 100],
    ];
    const { steps: played } = play({ initialTasks: 2, rebalanceSeconds: 12 }, steps);

    expect(played.map((step) => step.processedRecords)).toEqual([100, 0, 0, 30, 50]);
    expect(played.map((step) => step.readerLag !== undefined)).toEqual([true, false, false, true, true]);
  });

  it('loses no record and invents none, whatever it is asked to do', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 500 }));
    fc.assert(
      fc.property(
        fc.record({
          partitions: fc.integer({ min: 1, max: 9 }),
          initialTasks: fc.integer({ min: 0, max: 12 }),
          rebalanceSeconds: fc.constantFrom(0, 3, 12),
        }),
        fc.array(step, { minLength: 1, maxLength: 60 }),
        (changes, played) => {
          const { service, steps } = play(changes, played);
          const arrived = sum(steps.map((it) => it.arrivedRecords));
          const processed = sum(steps.map((it) => it.processedRecords));

          expect(processed + service.waitingRecords).toBeCloseTo(arrived, 4);
          for (const it of steps) {
            expect(it.lateRecords).toBeLessThanOrEqual(it.processedRecords + 1e-6);
            expect(it.processedRecords).toBeLessThanOrEqual(it.runningTasks * 50 + 1e-6);
            expect(it.lagSeconds).toBeGreaterThanOrEqual(0);
            expect(it.oldestSeconds).toBeGreaterThanOrEqual(it.lagSeconds);
          }
        },
      ),
    );
  });
});
