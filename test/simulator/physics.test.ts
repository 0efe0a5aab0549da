import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamService, type ServiceTraits } from '../../lib/simulator/stream-service.ts';

const traits: ServiceTraits = {
  taskRatePerSecond: 100,
  startupSeconds: { shortest: 20, longest: 20 },
  rebalanceSeconds: 0,
  initialTasks: 4,
  lagObjectiveSeconds: 60,
};

/** Steps with the same load and count. */
const play = (changes: Partial<ServiceTraits>, ratePerSecond: number, steps: number) => {
  const service = createStreamService({ ...traits, ...changes }, 0, 1);
  const tasks = changes.initialTasks ?? traits.initialTasks;
  return { service, steps: Array.from({ length: steps }, () => service.step(tasks, 5 * ratePerSecond)) };
};

describe('tasks that get into each other’s way', () => {
  it('process what the law of scalability says: 4 of 100 with σ = 0.1, κ = 0.01 make 281.7', () => {
    const { steps } = play({ contention: { sigma: 0.1, kappa: 0.01 } }, 1000, 1);
    expect(steps[0]?.processedRecords).toBeCloseTo((5 * 400) / (1 + 0.3 + 0.12), 6);
    expect(steps[0]).toMatchObject({ busyShare: expect.closeTo(1), occupiedShare: expect.closeTo(1) });
  });

  it('do less when there are more of them than the most that helps', () => {
    const processed = (initialTasks: number) =>
      play({ initialTasks, contention: { sigma: 0, kappa: 0.01 } }, 5000, 1).steps[0]?.processedRecords ?? 0;
    expect(processed(10)).toBeGreaterThan(processed(5));
    expect(processed(30)).toBeLessThan(processed(10));
  });
});

describe('tasks that wait for what is behind them', () => {
  it.each([
    ['a queue', {}],
    ['a stream', { partitions: 8 }],
  ])('are never idle and work little: %s', (_, source) => {
    const { steps } = play({ ...source, downstreamRatePerSecond: 100 }, 300, 2);
    for (const step of steps) {
      expect(step.processedRecords).toBeCloseTo(500);
      expect(step.busyShare).toBeCloseTo(0.25);
      expect(step.occupiedShare).toBeCloseTo(1);
    }
  });

  it('are as busy as they work while it keeps up', () => {
    const { steps } = play({ downstreamRatePerSecond: 300 }, 200, 2);
    for (const step of steps) expect(step).toMatchObject({ busyShare: 0.5, occupiedShare: 0.5 });
  });
});

describe('a deployment', () => {
  const deployments = [{ atSeconds: 10, seconds: 5, fails: false, taskRatePerSecond: 200 }];

  it('brings tasks that can do more, and one rebalance of its own', () => {
    const { steps, service } = play({ partitions: 8, rebalanceSeconds: 5, deployments }, 1000, 9);
    // Ready after 30 s: the partitions are divided anew, though four tasks run before and after.
    expect(steps.map((step) => Math.round(step.processedRecords))).toEqual([
      ...[2000, 2000, 2000, 2000, 2000, 2000, 0],
      ...[4000, 4000],
    ]);
    expect(steps.map((step) => step.rebalancing === true).lastIndexOf(true)).toBe(6);
    expect(service).toMatchObject({ revision: 2, taskRatePerSecond: 200, deploying: false });
  });

  it('has its old and its new tasks read side by side', () => {
    const slow = { shortest: 15, longest: 60 };
    const { steps } = play({ partitions: 8, startupSeconds: slow, deployments }, 5000, 16);
    const rates = steps.map((step) => Math.round(step.processedRecords / 5));
    expect(rates[0]).toBe(400);
    expect(rates.at(-1)).toBe(800);
    expect(new Set(rates).size).toBeGreaterThan(2);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
  });
});

describe('partitions', () => {
  it('are told apart: what share each gets, what waits in it, and how long', () => {
    const partitionShares = [0.7, 0.1, 0.1, 0.1];
    const { service } = play({ partitions: 4, partitionShares }, 200, 24);
    const [hot, ...others] = service.partitions();
    // 140 records/s for a task that does 100: of 16,800, 4,800 wait after two minutes, the oldest for 4,800 ÷ 140 s.
    expect(hot).toEqual({
      share: expect.closeTo(0.7),
      backlogRecords: expect.closeTo(4800, 4),
      lagSeconds: expect.closeTo(4800 / 140, 4),
    });
    for (const it of others) expect(it).toMatchObject({ share: expect.closeTo(0.1), lagSeconds: 0 });
  });

  it('of a task that has two share it fairly: each is its own queue', () => {
    const { service } = play({ partitions: 2, partitionShares: [0.9, 0.1], initialTasks: 1 }, 200, 12);
    const [heavy, light] = service.partitions();
    // The light one gets 20 records/s and is read at once, the heavy one what is left of 100.
    expect(light).toMatchObject({ backlogRecords: 0, lagSeconds: 0 });
    expect(heavy?.backlogRecords).toBeCloseTo(60 * (180 - 80), 4);
  });
});

it('a service at zero lets everything wait, and reads it in order when it is back', () => {
  const service = createStreamService({ ...traits, initialTasks: 0 }, 0, 1);
  const idle = [service.step(0, 1000), service.step(0, 1000)];
  expect(idle.map((step) => step.lagSeconds)).toEqual([5, 10]);
  expect(idle[1]).not.toHaveProperty('readerLag');

  const steps = Array.from({ length: 7 }, () => service.step(4, 0));
  expect(steps.map((step) => step.processedRecords)).toEqual([0, 0, 0, 0, 2000, 0, 0]);
  expect(steps.at(-1)).toMatchObject({ lagSeconds: 0, runningTasks: 4 });
  expect(service.waitingRecords).toBe(0);
});

describe('whatever the load and the tasks', () => {
  const anyPlay = fc.record({
    weights: fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 12 }),
    downstream: fc.option(fc.double({ min: 50, max: 2000, noNaN: true }), { nil: undefined }),
    rebalanceSeconds: fc.constantFrom(0, 12),
    steps: fc.array(
      fc.record({ records: fc.integer({ min: 0, max: 4000 }), desired: fc.integer({ min: 0, max: 14 }) }),
      { minLength: 1, maxLength: 80 },
    ),
    deployment: fc.option(
      fc.record({
        atSeconds: fc.integer({ min: 0, max: 200 }),
        seconds: fc.integer({ min: 0, max: 100 }),
        fails: fc.boolean(),
      }),
      { nil: undefined },
    ),
  });

  type Played = typeof anyPlay extends fc.Arbitrary<infer Value> ? Value : never;
  const runs = { numRuns: 200, seed: 2026 };

  const build = ({ weights, downstream, rebalanceSeconds, deployment }: Played) => {
    const total = weights.reduce((sum, it) => sum + it, 0);
    return createStreamService(
      {
        ...traits,
        partitions: weights.length,
        partitionShares: weights.map((it) => it / total),
        rebalanceSeconds,
        ...(downstream !== undefined && { downstreamRatePerSecond: downstream }),
        ...(deployment && { deployments: [deployment] }),
      },
      0,
      1,
    );
  };

  it('no partition’s oldest record gets older faster than time passes, and what waits is what is of that age', () => {
    fc.assert(
      fc.property(anyPlay, (played) => {
        const service = build(played);
        const totals = [0];
        let before = service.partitions();
        for (const { records, desired } of played.steps) {
          const { atSeconds } = service.step(desired, records);
          totals.push((totals.at(-1) ?? 0) + records);
          const now = service.partitions();
          for (const [index, { share, backlogRecords, lagSeconds }] of now.entries()) {
            expect(lagSeconds).toBeGreaterThanOrEqual(0);
            expect(lagSeconds).toBeLessThanOrEqual((before[index]?.lagSeconds ?? 0) + 5 + 1e-6);
            const cameAt = (atSeconds - lagSeconds) / 5;
            const step = Math.min(Math.floor(cameAt), totals.length - 1);
            const from = totals[step] ?? 0;
            const arrivedBefore = from + (cameAt - step) * ((totals[step + 1] ?? from) - from);
            expect(backlogRecords).toBeCloseTo(share * ((totals.at(-1) ?? 0) - arrivedBefore), 3);
          }
          before = now;
        }
      }),
      runs,
    );
  });

  it('a deployment takes no running task away, and doubles at most what is paid for', () => {
    fc.assert(
      fc.property(anyPlay, (played) => {
        const service = build(played);
        let running = traits.initialTasks;
        for (const { records, desired } of played.steps) {
          const step = service.step(desired, records);
          expect(step.runningTasks).toBeGreaterThanOrEqual(Math.min(running, desired));
          expect(step.runningTasks).toBeLessThanOrEqual(desired);
          const paid = step.runningTasks + step.startingTasks;
          if (service.deploying) expect(paid).toBeLessThanOrEqual(2 * desired);
          else expect(paid).toBe(desired);
          running = step.runningTasks;
        }
      }),
      runs,
    );
  });
});
