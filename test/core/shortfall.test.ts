import { describe, expect, it } from 'vitest';
import type { CapacityMemory, RateObservation } from '../../lib/core/loop-state.ts';
import { flowOf } from '../../lib/core/rates.ts';
import { shortfallOf } from '../../lib/core/shortfall.ts';
import { unsaturatedRates } from '../../lib/core/unsaturated.ts';
import { kinesis } from '../control/world.ts';
import { kinesisContext, now, repeated, type WindowOptions, windowOf } from '../support/windows.ts';

const context = { ...kinesisContext(), sources: [{ ...kinesis, partitions: 840 }] };

const seen = (
  tasks: number,
  perTaskPerSecond: number,
  minutes: number,
  agoSeconds: number,
): RateObservation[] =>
  Array.from({ length: minutes }, (_, index) => ({
    atSeconds: now - agoSeconds + 60 * index,
    tasks,
    perTaskPerSecond,
  }));

/** Far behind, with so many tasks; CPU as it was all the time. */
const behind = (tasks: number, cpuPercent: number | undefined): WindowOptions => ({
  context,
  tasks,
  values: {
    arrivalsPerSecond: repeated(1400, 60),
    lagSeconds: repeated(300, 60),
    meanLagSeconds: repeated(250, 60),
    ...(cpuPercent !== undefined && { cpuPercent: repeated(cpuPercent, 60) }),
  },
});

function shortfall(options: WindowOptions, saturated: RateObservation[]) {
  const window = windowOf(options);
  const memory: CapacityMemory = { revision: 'orders:12', saturated };
  const seen = unsaturatedRates(window, flowOf(window, context)!, memory.revision, 840);
  return shortfallOf(window, memory, context, seen);
}

describe('shortfallOf', () => {
  const short = [...seen(4, 200, 3, 3000), ...seen(8, 125, 3, 300)];

  it('the worked number, in small: 8 tasks of 200 do 1,000 records/s and wait, 5 are known to do as much', () => {
    expect(shortfall(behind(8, 22), short)).toEqual({
      minutes: 3,
      ratePerSecond: 1000,
      tasks: 5,
      full: false,
    });
  });

  it('tasks whose CPU is full have become slower; without CPU it is not said', () => {
    expect(shortfall(behind(8, 85), short)?.full).toBe(true);
    expect(shortfall(behind(8, undefined), short)).not.toHaveProperty('full');
  });

  it.each<[string, RateObservation[]]>([
    ['the first minutes at saturation, whatever CPU lets one guess', seen(8, 125, 3, 300)],
    ['what is no less than it should be', [...seen(4, 200, 3, 3000), ...seen(8, 150, 3, 300)]],
    [
      'one minute of three that was',
      [...seen(4, 200, 3, 3000), ...seen(8, 125, 2, 300), ...seen(8, 190, 1, 60)],
    ],
    ['minutes at another count', [...seen(4, 200, 3, 3000), ...seen(7, 125, 3, 300)]],
    ['minutes of long ago', [...seen(4, 200, 3, 5000), ...seen(8, 125, 3, 2000)]],
    ['nothing', []],
  ])('is none: %s', (_, saturated) => expect(shortfall(behind(8, 40), saturated)).toBeUndefined());
});
