import { describe, expect, it } from 'vitest';
import { demoScenario } from '../../../lib/simulator/demo-scenario.ts';
import { forecastHour, hourOf, hoursBefore } from '../../../lib/simulator/rivals/hourly-load.ts';
import { createPredictive } from '../../../lib/simulator/rivals/predictive.ts';
import { zeroSeconds } from '../../../lib/simulator/time.ts';
import type { Workload } from '../../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../../lib/simulator/world.ts';

const daySeconds = 86_400;
const zeroHour = hourOf(zeroSeconds);

describe('forecastHour', () => {
  const flat = Array.from({ length: 8 * 24 }, (_, hour) => [zeroHour + hour, 50] as const);
  const history = new Map([...flat, [zeroHour + 24 + 9, 400], [zeroHour + 7 * 24 + 9, 100]]);
  const nextNine = zeroHour + 8 * 24 + 9;

  it('is 250 for 100 yesterday and 400 a week ago, and 100 without the week', () => {
    expect(forecastHour(history, nextNine)).toBe(250);
    const shorter = new Map([...history].filter(([hour]) => hour > zeroHour + 48));
    expect(forecastHour(shorter, nextNine)).toBe(100);
  });

  it('is unknown with less than 24 hours, or where neither day is known', () => {
    expect(forecastHour(new Map(flat.slice(0, 23)), zeroHour + 24)).toBeUndefined();
    expect(forecastHour(history, zeroHour + 20 * 24)).toBeUndefined();
  });
});

/** Quiet, but from nine to ten each day; it may have been going on for some days. */
function office(daysBefore: number, forSeconds: number, busy = 8000): Workload {
  const fromSeconds = zeroSeconds + daysBefore * daySeconds;
  return {
    name: 'office',
    fromSeconds,
    untilSeconds: fromSeconds + forSeconds,
    zeroSeconds,
    ratePerSecond: (at) => (Math.floor((at % daySeconds) / 3600) === 9 ? busy : 1000),
  };
}

describe('hoursBefore', () => {
  it('has each hour since the trace began, at most 14 days', () => {
    expect(hoursBefore(office(0, 3600)).size).toBe(0);
    const load = hoursBefore(office(2, 3600));
    expect(load.size).toBe(48);
    expect(load.get(zeroHour + 8)).toBeCloseTo(1000);
    expect(load.get(zeroHour + 9)).toBeCloseTo(8000);
    expect(hoursBefore(office(20, 3600)).size).toBe(14 * 24);
  });
});

describe('predictive scaling', () => {
  async function play(workload: Workload) {
    const scenario = { ...demoScenario(workload, 20, 60), initialTasks: 3 };
    const world = createSimulatedWorld(scenario, workload, 1);
    const scaler = createPredictive(scenario, hoursBefore(workload));
    const counts = new Map<number, number>();
    while (!world.done) {
      world.step();
      await scaler.step(world);
      counts.set(world.clock.nowSeconds() - workload.fromSeconds, world.frame().desiredTasks);
    }
    return { world, at: (hour: number, second = 0) => counts.get(3600 * hour + second) };
  }

  it('has the tasks that yesterday needed five minutes before their hour, keeps them in it, and no longer', async () => {
    const { world, at } = await play(office(1, 12 * 3600));

    // 8000 records/s ÷ 85 % of 500.
    expect(at(9, -305)).toBe(3);
    expect(at(9, -300)).toBe(19);
    expect(at(9, 1800)).toBeGreaterThanOrEqual(19);
    expect(at(11)).toBeLessThan(5);
    expect(world.score().lateRecordsShare).toBe(0);
  });

  it('learns a day while it runs', async () => {
    const { at } = await play(office(0, 34 * 3600));

    expect(at(9, -300)).toBe(3);
    expect(at(33, -300)).toBe(19);
  });

  it('does not take tasks away for a forecast, nor hold fewer than the load needs', async () => {
    const calmYesterday = { ...office(1, 10.5 * 3600) };
    const flood: Workload = {
      ...calmYesterday,
      ratePerSecond: (at) => (at < calmYesterday.fromSeconds ? 500 : 4000),
    };
    const { at } = await play(flood);

    expect(at(10)).toBeGreaterThanOrEqual(8);
  });
});
