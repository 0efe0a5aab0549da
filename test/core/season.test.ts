import { describe, expect, it } from 'vitest';
import type { Point } from '../../lib/contract/measurement.ts';
import type { Season, Shape } from '../../lib/core/learned-model.ts';
import {
  correlation,
  fitShape,
  ratioAt,
  seasonalExpectation,
  seasonalForecast,
  seasonalLoad,
  slotsOf,
} from '../../lib/core/season.ts';

const day = 86_400;
const period = 300;

/** So many days of five-minute points, as a function of the day and the time of day has them. */
function history(days: number, rate: (daySeconds: number, dayNumber: number) => number): Point[] {
  return Array.from({ length: (days * day) / period }, (_, index) => {
    const middle = index * period + period / 2;
    return { atSeconds: (index + 1) * period, value: rate(middle % day, Math.floor(middle / day)) };
  });
}

const rush = (daySeconds: number) => (daySeconds >= 8 * 3600 && daySeconds < 10 * 3600 ? 300 : 100);

const shapeOf = (ratio: (slot: number) => number): Shape => ({
  cycle: 'day',
  ratios: Array.from({ length: slotsOf.day }, (_, slot) => ratio(slot)),
});

describe('fitShape', () => {
  it('finds the rush hours of days that differ in level, as ratios around a mean of 1', () => {
    const shape = fitShape(
      history(5, (at, number) => (number + 1) * rush(at)),
      'day',
      period,
    );
    const mean = (2 * 300 + 22 * 100) / 24;

    expect(shape?.ratios).toHaveLength(96);
    expect(shape?.ratios[36]).toBeCloseTo(300 / mean, 6);
    expect(shape?.ratios[60]).toBeCloseTo(100 / mean, 6);
  });

  it('is not moved by one event', () => {
    const crowd = history(5, (at, number) =>
      number === 3 && at > 15 * 3600 && at < 17 * 3600 ? 9000 : rush(at),
    );
    const calm = history(5, rush);

    expect(fitShape(crowd, 'day', period)?.ratios[64]).toBeCloseTo(
      fitShape(calm, 'day', period)?.ratios[64] ?? 0,
      6,
    );
  });

  it('takes the median of a slot: of 0.5, 0.6 and 5 times their medians, 0.6', () => {
    const mornings = [0.5, 0.6, 5];
    const shape = fitShape(
      history(3, (at, number) => (at < 900 ? 100 * (mornings[number] ?? 1) : rush(at))),
      'day',
      period,
    );

    expect((shape?.ratios[0] ?? 0) / (shape?.ratios[60] ?? 1)).toBeCloseTo(0.6, 6);
  });

  it('says nothing of one day, of days that disagree, of a load that never moves, and of none', () => {
    const shifted = history(6, (at, number) => rush((at + number * 5 * 3600) % day));

    expect(fitShape(history(1, rush), 'day', period)).toBeUndefined();
    expect(fitShape(shifted, 'day', period)).toBeUndefined();
    expect(
      fitShape(
        history(6, () => 100),
        'day',
        period,
      ),
    ).toBeUndefined();
    expect(
      fitShape(
        history(6, () => 0),
        'day',
        period,
      ),
    ).toBeUndefined();
    expect(fitShape([], 'day', period)).toBeUndefined();
  });

  it('bears a hole, and leaves out a day of which it makes too much unknown', () => {
    const holed = history(4, rush).filter(
      ({ atSeconds }) => !(atSeconds > day && atSeconds <= day + 3600) && !(atSeconds > 3 * day + 36_000),
    );

    expect(fitShape(holed, 'day', period)?.ratios[36]).toBeCloseTo(
      fitShape(history(4, rush), 'day', period)?.ratios[36] ?? 0,
      6,
    );
  });

  it('finds a week once two are known', () => {
    const weekly = (at: number, number: number) => (number % 7 >= 5 ? 50 : rush(at));
    const shape = fitShape(history(21, weekly), 'week', period);

    expect(shape?.ratios).toHaveLength(336);
    expect((shape?.ratios[17] ?? 0) / (shape?.ratios[5 * 48 + 17] ?? 1)).toBeCloseTo(6, 6);
    expect(fitShape(history(12, weekly), 'week', period)).toBeUndefined();
  });
});

it('correlation: of 1, 2, 3 and 10, 20, 30 it is 1; of what does not move 0', () => {
  expect(correlation([1, 2, 3], [10, 20, 30])).toBeCloseTo(1, 10);
  expect(correlation([1, 2, 3], [30, 20, 10])).toBeCloseTo(-1, 10);
  expect(correlation([1, undefined, 3], [10, 7, 30])).toBeCloseTo(1, 10);
  expect(correlation([1, 2, 3], [5, 5, 5])).toBe(0);
});

it('ratioAt: at noon exactly, between a quarter of an hour of 1.2 and one of 1.4, it is 1.3', () => {
  const shape = shapeOf((slot) => (slot === 47 ? 1.2 : slot === 48 ? 1.4 : 1));

  expect(ratioAt(shape, 12 * 3600)).toBeCloseTo(1.3, 10);
  expect(ratioAt(shape, 10 * day + 12 * 3600 + 450)).toBeCloseTo(1.4, 10);
  // Midnight lies between the last slot of a day and the first of the next.
  expect(
    ratioAt(
      shapeOf((slot) => (slot === 95 ? 2 : 1)),
      0,
    ),
  ).toBeCloseTo(1.5, 10);
});

describe('seasonalExpectation', () => {
  // 0.5 in the first half of the day's first hour, 0.6 in its second, then 0.8.
  const shape = shapeOf((slot) => (slot < 2 ? 0.5 : slot < 4 ? 0.6 : 0.8));

  it('of 100 and 120 records/s where the ratios are 0.5 and 0.6 is 160 where it is 0.8', () => {
    const arrivals = [
      { atSeconds: day + 450 + 30, value: 100 },
      { atSeconds: day + 3 * 900 + 450 + 30, value: 120 },
    ];

    expect(seasonalExpectation(shape, 3600, arrivals, day + 4 * 900 + 450)).toBeCloseTo(160, 6);
  });

  it('looks no further back than its level does', () => {
    const arrivals = [
      { atSeconds: day + 450 + 30, value: 9000 },
      { atSeconds: day + 3 * 900 + 450 + 30, value: 120 },
    ];

    expect(seasonalExpectation(shape, 900, arrivals, day + 4 * 900 + 450)).toBeCloseTo(160, 6);
  });

  it('is unknown without arrivals, or with old ones alone', () => {
    expect(seasonalExpectation(shape, 900, [], day)).toBeUndefined();
    expect(seasonalExpectation(shape, 900, [{ atSeconds: day, value: 5 }], day + 1801)).toBeUndefined();
  });
});

const season: Season = {
  ...shapeOf((slot) => (slot < 4 ? 0.5 : 0.8)),
  levelSeconds: 900,
  boundRatios: Array.from({ length: 24 }, (_, hour) => (hour === 1 ? 1.25 : 2)),
  horizonSeconds: 180,
  coverage: 0.9,
  gain: 0.1,
};
const arrivals = [{ atSeconds: day + 3 * 900 + 450 + 30, value: 100 }];

it('seasonalForecast: 160 records/s expected, in an hour whose bound lies at 1.25 times that, may be 200', () => {
  const forecast = seasonalForecast(season, arrivals, day + 4 * 900 + 450);

  expect(forecast?.expectedPerSecond).toBeCloseTo(160, 6);
  expect(forecast?.boundPerSecond).toBeCloseTo(200, 6);
});

it('seasonalLoad: says something only where a season was learned', () => {
  const at = day + 4 * 900 + 450;

  expect(
    seasonalLoad({ format: 1, learnedAtSeconds: 0, season }, arrivals, at)?.expectedPerSecond,
  ).toBeCloseTo(160, 6);
  expect(seasonalLoad({ format: 1, learnedAtSeconds: 0 }, arrivals, at)).toBeUndefined();
  expect(seasonalLoad(undefined, arrivals, at)).toBeUndefined();
  expect(seasonalLoad({ format: 1, learnedAtSeconds: 0, season }, [], at)).toBeUndefined();
});
