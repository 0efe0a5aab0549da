import { describe, expect, it } from 'vitest';
import { policySchema } from '../../lib/config/policy.ts';
import { type AgentReport, type Standing, wakes } from '../../lib/core/wake.ts';
import { noon } from '../control/world.ts';

const policy = policySchema.parse({});
/** 20 s after the last slot, 40 s before the next. */
const nowSeconds = noon + 20;
/** The worked one: four tasks that can do 1,000 records/s, of which 1,500 arrive, and 5,000 wait. */
const report: AgentReport = {
  atSeconds: noon + 10,
  arrivalsPerSecond: 1500,
  processedPerSecond: 800,
  busyShare: 0.8,
  backlogRecords: 5000,
  lagSeconds: 4,
};
const standing: Standing = { slotSeconds: noon, desiredTasks: 4, runningTasks: 4 };

const wakesIf = (
  newest: Partial<AgentReport> = {},
  more: { earlier?: Partial<AgentReport>; standing?: Partial<Standing>; nowSeconds?: number } = {},
) =>
  wakes(
    [
      { ...report, atSeconds: noon, ...more.earlier },
      { ...report, ...newest },
    ],
    { ...standing, ...more.standing },
    policy,
    more.nowSeconds ?? nowSeconds,
  );

describe('wakes', () => {
  it('the worked number: lag would be 36.7 s when tasks ordered at the slot work, more than half of 60 s', () => {
    expect((5000 + 500 * 100) / 1500).toBeCloseTo(36.7, 1);
    expect(wakesIf()).toBe(true);
  });

  it.each<[string, Parameters<typeof wakesIf>]>([
    ['the lag would stay within half of the objective', [{ arrivalsPerSecond: 1200, backlogRecords: 0 }]],
    ['one report alone says it', [{}, { earlier: { arrivalsPerSecond: 900 } }]],
    ['the tasks can do it', [{ arrivalsPerSecond: 990 }]],
    ['those on their way will do it', [{}, { standing: { desiredTasks: 7 } }]],
    ['the slot is near', [{}, { nowSeconds: noon + 55 }]],
    ['a tick has just been', [{}, { standing: { slotSeconds: nowSeconds - 5 } }]],
    ['no task runs', [{}, { standing: { runningTasks: 0 } }]],
    ['there may be no more tasks', [{}, { standing: { desiredTasks: policy.maxTasks } }]],
    ['more tasks bring nothing', [{}, { standing: { heldFor: 'breaker-open' } }]],
    ['the next slot would say the same', [{}, { standing: { heldFor: 'partitions-exhausted' } }]],
    ['partitions change hands', [{ backlogRecords: undefined as never, lagSeconds: undefined as never }]],
  ])('not while %s', (_, [newest, more]) => {
    expect(wakesIf(newest, more)).toBe(false);
  });

  it('though tasks are on their way, if the need has outgrown them', () => {
    expect(wakesIf({}, { standing: { desiredTasks: 5 } })).toBe(true);
  });

  it('when one partition falls behind, which the mean of the tasks hides', () => {
    const behind = { arrivalsPerSecond: 900, lagSeconds: 35 };
    expect(wakesIf(behind, { earlier: { lagSeconds: 25 } })).toBe(true);
    expect(wakesIf(behind, { earlier: { lagSeconds: 40 } })).toBe(false);
    expect(wakesIf(behind, { earlier: { lagSeconds: 25 }, standing: { desiredTasks: 5 } })).toBe(false);
    expect(wakesIf({ ...behind, lagSeconds: 28 }, { earlier: { lagSeconds: 25 } })).toBe(false);
  });

  it('when tasks that were idle meet five times their load: what idle tasks can do is not known better', () => {
    const idle = { processedPerSecond: 100, busyShare: 0.1, backlogRecords: 30_000 };
    expect(wakesIf({ ...idle, arrivalsPerSecond: 499 }, { earlier: idle })).toBe(false);
    expect(wakesIf({ ...idle, arrivalsPerSecond: 1400 }, { earlier: idle })).toBe(true);
  });
});
