import { describe, expect, it } from 'vitest';
import {
  hotLagOf,
  hottestShareIn,
  hottestShareOf,
  isHot,
  learnHottest,
} from '../../lib/core/hot-partition.ts';
import { flowOf } from '../../lib/core/rates.ts';
import { kinesis } from '../control/world.ts';
import {
  kinesisContext,
  newestMinute,
  repeated,
  severalContext,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

describe('hottestShareOf', () => {
  it('the worked number: 7 tasks of 500 on 120 partitions, 2,500 records/s, 0.327 s each second', () => {
    expect(hottestShareOf(500, 2500, 7, 120, 0.327)).toBeCloseTo(0.108, 3);
  });

  it.each([
    [
      'a task for each partition that gains on it: it gets all that a task can do',
      500,
      2500,
      120,
      120,
      -0.5,
      0.2 / 1.5,
    ],
    ['no more than an even share is no hot partition', 500, 60_000, 120, 120, 0, undefined],
    ['more than everything cannot be', 5000, 2500, 120, 120, 0.5, undefined],
    ['nothing arrives', 500, 0, 7, 120, 0.3, undefined],
    ['a lag that grows as fast as time says nothing', 500, 2500, 7, 120, 0.95, undefined],
  ])('%s', (_, taskRate, load, tasks, partitions, growth, expected) => {
    const share = hottestShareOf(taskRate, load, tasks, partitions, growth);
    if (expected === undefined) expect(share).toBeUndefined();
    else expect(share).toBeCloseTo(expected, 10);
  });
});

describe('isHot', () => {
  it.each<[string, number | undefined, number | undefined, boolean]>([
    ['one partition far behind', 90, 5, true],
    ['all of them behind', 90, 60, false],
    ['a lag that says nothing', 9, 1, false],
    ['no worst lag', undefined, 5, false],
    ['no mean', 90, undefined, false],
  ])('%s', (_, worst, typical, expected) => expect(isHot(worst, typical)).toBe(expected));
});

const context = { ...kinesisContext(), sources: [{ ...kinesis, partitions: 120 }] };
const known = { taskRatePerSecond: 500, partitions: 120 };

function learn(options: WindowOptions, before?: { atSeconds: number; shares: readonly number[] }) {
  const window = windowOf({ context, tasks: 7, ...options });
  return learnHottest(window, flowOf(window, context)!, before, known);
}

const arrivalsPerSecond = repeated(2500, 60);
/** The hot partition falls behind by 0.327 s each second, the others keep up. */
const fallingBehind = {
  arrivalsPerSecond,
  lagSeconds: [...repeated(0, 56), 19.6, 39.2, 58.9, 78.5],
  meanLagSeconds: [...repeated(0, 56), 0.1, 0.2, 0.4, 0.6],
};

describe('learnHottest', () => {
  it('from a partition that falls behind by itself', () => {
    const seen = learn({ values: fallingBehind });
    expect(hottestShareIn(seen)).toBeCloseTo(0.108, 3);
    expect(seen?.atSeconds).toBe(newestMinute);
  });

  it('each minute once', () => {
    const seen = learn({ values: fallingBehind });
    expect(learn({ values: fallingBehind }, seen)).toEqual(seen);
  });

  it.each<[string, WindowOptions]>([
    ['all are behind', { values: { ...fallingBehind, meanLagSeconds: fallingBehind.lagSeconds } }],
    [
      'nothing waits',
      { values: { arrivalsPerSecond, lagSeconds: repeated(1, 60), meanLagSeconds: repeated(1, 60) } },
    ],
    ['the count has just changed', { values: fallingBehind, tasks: [...repeated(6, 59), 7] }],
    ['no arrivals', { values: { ...fallingBehind, arrivalsPerSecond: [] } }],
    ['nothing', {}],
  ])('nothing is learned where %s', (_, options) => expect(learn(options)).toBeUndefined());

  it('a minute without lag says what it cannot be: 7 tasks, one of which would have had too much', () => {
    const values = { arrivalsPerSecond, lagSeconds: repeated(1, 60), meanLagSeconds: repeated(1, 60) };
    const share = hottestShareIn(learn({ values }, { atSeconds: newestMinute - 600, shares: [0.3] }))!;
    // 1.05 · 500/2,500 = 0.21 of the load is what the task bore at most, 17 other partitions included.
    expect(share + (17 * (1 - share)) / 119).toBeCloseTo(0.21, 2);
  });

  it('is forgotten after three days', () => {
    const old = { atSeconds: newestMinute - 3 * 86_400 - 600, shares: [0.108] };
    expect(learn({ values: { arrivalsPerSecond } }, old)).toBeUndefined();
  });
});

describe('hotLagOf', () => {
  it('is the worst lag, where it is one partition by itself', () => {
    expect(hotLagOf(windowOf({ context, values: fallingBehind }))).toBe(78.5);
    expect(
      hotLagOf(windowOf({ context, values: { ...fallingBehind, meanLagSeconds: repeated(60, 60) } })),
    ).toBeUndefined();
  });
});

it('hotLagOf: of several streams a partition of one of them, and not one of them that is behind as a whole', () => {
  const several = severalContext([kinesis, { kind: 'kinesis', stream: 'refunds', partitions: 4 }]);
  const hotLag = (lagSeconds: number, meanLagSeconds: number) => {
    const even = { arrivalsPerSecond: [100], lagSeconds: [2], meanLagSeconds: [1] };
    const other = { arrivalsPerSecond: [100], lagSeconds: [lagSeconds], meanLagSeconds: [meanLagSeconds] };
    const bySource = { 'kinesis/orders': even, 'kinesis/refunds': other };
    return hotLagOf(windowOf({ context: several, bySource }));
  };
  expect(hotLag(90, 5)).toBe(90);
  expect(hotLag(90, 85)).toBeUndefined();
});
