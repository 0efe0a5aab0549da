import { describe, expect, it } from 'vitest';
import type { Point } from '../../lib/contract/measurement.ts';
import { backtest, conformalQuantile, historyPeriodSeconds, pinballLoss } from '../../lib/core/backtest.ts';
import { createRandom } from '../../lib/simulator/random.ts';

const day = 86_400;

function history(days: number, rate: (atSeconds: number) => number, noise = 0.03): Point[] {
  const random = createRandom(1, 'history');
  return Array.from({ length: (days * day) / historyPeriodSeconds }, (_, index) => {
    const atSeconds = (index + 1) * historyPeriodSeconds;
    const middle = atSeconds - historyPeriodSeconds / 2;
    return { atSeconds, value: Math.max(0, rate(middle) * (1 + noise * (2 * random() - 1))) };
  });
}

/** Four times the load within twenty minutes, at the same times each day: nothing in the hour before tells. */
const bell = (atSeconds: number) => {
  const hour = (atSeconds % day) / 3600;
  return [8, 12, 16, 20].some((it) => hour >= it && hour < it + 1) ? 400 : 100;
};
/** The same, at times that are another day's each day. */
const restless = (atSeconds: number) => bell(atSeconds + ((Math.floor(atSeconds / day) * 7919) % 13) * 3600);

describe('pinballLoss', () => {
  it('at 0.9 and a bound of 100: 110 cost 9, 90 cost 1', () => {
    expect(pinballLoss(110, 100, 0.9)).toBeCloseTo(9, 10);
    expect(pinballLoss(90, 100, 0.9)).toBeCloseTo(1, 10);
  });
});

describe('conformalQuantile', () => {
  it('of 19 scores is the 18th', () => {
    const scores = Array.from({ length: 19 }, (_, index) => 19 - index);
    expect(conformalQuantile(scores)).toBe(18);
  });

  it('of few is the largest, of none 1', () => {
    expect(conformalQuantile([3, 1, 2])).toBe(3);
    expect(conformalQuantile([])).toBe(1);
  });
});

describe('backtest', () => {
  it('lets a season pass that nothing else foresees, and whose bound holds', () => {
    const { others, best, season } = backtest(history(14, bell), 180);

    expect(season).toMatchObject({ cycle: 'day', horizonSeconds: 180 });
    expect(season?.gain).toBeGreaterThan(0.2);
    expect(season?.coverage).toBeGreaterThanOrEqual(0.85);
    expect(season?.coverage).toBe(best?.coverage);
    expect(season?.boundRatios).toHaveLength(24);
    const bar = Math.min(...others.map((it) => it.loss));
    expect(season?.gain).toBeCloseTo(1 - (best?.loss ?? 0) / bar, 10);
  });

  it('calibrates every bound to nine tenths, near enough', () => {
    const noisy = history(14, (at) => 100 + 50 * Math.sin((2 * Math.PI * at) / day), 0.4);
    const { others, best } = backtest(noisy, 360);

    for (const trial of [...others, best]) {
      expect(trial?.coverage, trial?.name).toBeGreaterThan(0.85);
      expect(trial?.coverage, trial?.name).toBeLessThan(0.95);
    }
  });

  it('compares all on the same points: six days of the eight that are walked', () => {
    const { others, best } = backtest(history(14, bell), 180);
    const counted = new Set([...others, best].map((it) => it?.points));

    expect(others.map((it) => it.name)).toEqual([
      'short horizon',
      'level of 300 s',
      'level of 900 s',
      'level of 3600 s',
    ]);
    expect(counted).toEqual(new Set([6 * 288]));
  });

  it('refuses a season that is no better than a flat level', () => {
    const calm = history(14, (at) => 100 + 5 * Math.sin((2 * Math.PI * at) / day), 0.3);
    expect(backtest(calm, 180).season).toBeUndefined();
  });

  it('refuses a season that holds no longer: its bound covers too little', () => {
    const moved = history(14, (at) => (at > 10.4 * day ? bell(at + 2.5 * 3600) : bell(at)));
    const { best, season } = backtest(moved, 180);

    expect(season).toBeUndefined();
    expect(best === undefined || best.coverage < 0.85 || best.gain < 0.05).toBe(true);
  });

  it('finds none where days do not agree, too few are known, or nothing is', () => {
    expect(backtest(history(14, restless), 180).season).toBeUndefined();
    expect(backtest(history(6, bell), 180)).toEqual({ others: [] });
    expect(backtest([], 180)).toEqual({ others: [] });
    expect(
      backtest(
        history(14, () => 0),
        180,
      ).season,
    ).toBeUndefined();
  });

  it('bears a hole of a day', () => {
    const holed = history(14, bell).filter(({ atSeconds }) => atSeconds < 8 * day || atSeconds > 9 * day);
    expect(backtest(holed, 180).season?.gain).toBeGreaterThan(0.2);
  });

  it('tells a week with a weekend from one without', () => {
    const waves = (at: number) => 100 + 300 * Math.sin((Math.PI * at) / 7200) ** 2;
    const workdays = (at: number) => (Math.floor(at / day) % 7 < 5 ? waves(at) : 100);

    expect(backtest(history(28, workdays), 360).season?.cycle).toBe('week');
    expect(backtest(history(28, waves), 360).season?.cycle).toBe('day');
  });
});
