import { describe, expect, it } from 'vitest';
import type { Point } from '../../lib/contract/measurement.ts';
import { expectedArrivals, type Forecast, forecastArrivals, trendOf } from '../../lib/core/forecast.ts';
import { noon } from '../control/world.ts';
import { deepFreeze, minutesUntil, repeated } from '../support/windows.ts';

const minutes = (values: readonly (number | undefined)[]): Point[] => deepFreeze(minutesUntil(noon, values));

describe('trendOf', () => {
  it.each<[string, (number | undefined)[], number]>([
    ['the worked number: a climb that has just begun', [100, 100, 220], 177],
    ['a steady load', repeated(100, 10), 0],
    ['a steady climb: the slope, less what chance may make of it', [1000, 1100, 1200], 93.1],
    ['a climb within what chance makes of two minutes', [1000, 1000, 1002], 0],
    ['a fall', [140, 130, 120, 110, 100], 0],
    ['a climb that is over', [100, 100, 550, 1000, 1000], 0],
    ['a climb that slows down', [1000, 2000, 2500], 490],
    ['after a fall, only what the slope is above none', [2000, 1000, 1100], 143.4],
    ['a lost minute: a slope is per second, not per point', [1000, undefined, 1200], 96.5],
    ['a hole of an hour says nothing', [100, ...repeated(undefined, 60), 900], 0],
    ['two points: nothing is known of the slope before', [1000, 1600], 592],
    ['one point', [100], 0],
    ['none', [], 0],
  ])('%s', (_, values, expected) => {
    expect(60 * trendOf(minutes(values))).toBeCloseTo(expected, 0);
  });

  it('of an earlier moment, what came later is not known', () => {
    expect(trendOf(minutes([100, 100, 220, 5000]), 3)).toBe(trendOf(minutes([100, 100, 220])));
  });
});

describe('expectedArrivals', () => {
  const growing: Forecast = {
    atSeconds: noon + 60,
    levelPerSecond: 1000,
    trendPerSecondSquared: 1,
    spread: 0.1,
  };

  it('the worked number: 1,120 records/s 120 s after the middle of the newest minute', () => {
    expect(expectedArrivals(growing, noon + 150)).toBe(1120);
  });

  it('runs from the middle of the newest minute, and never back from there', () => {
    expect(expectedArrivals(growing, noon + 30)).toBe(1000);
    expect(expectedArrivals(growing, noon - 600)).toBe(1000);
  });

  it('however far ahead, the trend goes on for eight minutes', () => {
    expect(expectedArrivals(growing, noon + 86_400)).toBe(1480);
  });

  it('does not follow a falling trend', () => {
    expect(expectedArrivals({ ...growing, trendPerSecondSquared: -5 }, noon + 600)).toBe(1000);
  });
});

describe('forecastArrivals', () => {
  it('of no arrivals: none', () => expect(forecastArrivals([], 180, 0.8)).toBeUndefined());

  it('of one minute: its level, no trend, and a tenth assumed as the spread', () => {
    expect(forecastArrivals(minutes([50]), 180, 0.8)).toEqual({
      atSeconds: noon,
      levelPerSecond: 50,
      trendPerSecondSquared: 0,
      spread: 0.1,
    });
  });

  it('of a steady hour: no spread at all', () => {
    expect(forecastArrivals(minutes(repeated(100, 60)), 180, 0.8)).toMatchObject({
      levelPerSecond: 100,
      spread: 0,
    });
  });

  it('of an hour that is half as high again in one minute of three: a spread of that much', () => {
    const values = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? 150 : 100));
    expect(forecastArrivals(minutes(values), 60, 0.8)?.spread).toBeGreaterThan(0.2);
  });

  it('of a load that falls all hour: none, for only what lies above counts', () => {
    const values = Array.from({ length: 60 }, (_, index) => 1000 - 10 * index);
    expect(forecastArrivals(minutes(values), 180, 0.8)?.spread).toBe(0);
  });

  it('of an idle stream: finite numbers, and none of them made up', () => {
    expect(forecastArrivals(minutes(repeated(0, 60)), 180, 0.8)).toEqual({
      atSeconds: noon,
      levelPerSecond: 0,
      trendPerSecondSquared: 0,
      spread: 0.1,
    });
  });

  it('of a load that wakes from nothing: a spread of at most 1', () => {
    const forecast = forecastArrivals(minutes([...repeated(0, 20), ...repeated(1, 10), 9000]), 60, 0.8);
    expect(forecast?.levelPerSecond).toBe(9000);
    expect(forecast?.spread).toBeGreaterThanOrEqual(0);
    expect(forecast?.spread).toBeLessThanOrEqual(1);
  });

  it('a spread is measured from five errors on: the first three minutes have made a forecast of the fourth', () => {
    // Each minute is a fifth above the one before it, and the trend foresees less than that.
    const growing = Array.from({ length: 10 }, (_, index) => 100 * 1.2 ** index);
    expect(forecastArrivals(minutes(growing.slice(0, 7)), 60, 0.8)?.spread).toBe(0.1);
    expect(forecastArrivals(minutes(growing), 60, 0.8)?.spread).not.toBe(0.1);
  });

  it('with holes: an error is measured over the time that lies between, so that a steady climb has none', () => {
    const climb = Array.from({ length: 60 }, (_, index) => (index % 7 === 3 ? undefined : 100 + index));
    expect(forecastArrivals(minutes(climb), 60, 0.8)?.spread).toBeLessThan(0.01);
  });
});
