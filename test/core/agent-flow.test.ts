import { describe, expect, it } from 'vitest';
import { agentFlowOf, followBacklog, rollingMinutes } from '../../lib/core/agent-flow.ts';
import { knownBacklog } from '../../lib/core/backlog.ts';
import { mean } from '../../lib/core/statistics.ts';
import { missingFields } from '../../lib/core/window.ts';
import { noon } from '../control/world.ts';
import { agentContext, type Report, windowOfReports } from '../support/reports.ts';
import { kinesisContext, minutesUntil, repeated } from '../support/windows.ts';

const calm: Report = {
  arrivalsPerSecond: 800,
  processedPerSecond: 800,
  backlogRecords: 400,
  lagSeconds: 1,
  busyShare: 0.5,
};
const changingHands: Report = { arrivalsPerSecond: 200, processedPerSecond: 0 };
const reports = (values: readonly number[], untilSeconds = noon) =>
  values.map((value, index) => ({ atSeconds: untilSeconds - 10 * (values.length - 1 - index), value }));

describe('rollingMinutes', () => {
  const rolling = (values: readonly number[], untilSeconds = noon) =>
    rollingMinutes(reports(values, untilSeconds), untilSeconds, 0, mean);

  it('the worked number: of 100 until 12:00:20, and then of 700, the minute that ends at 12:00:30 is 200', () => {
    expect(rolling([100, 100, 100, 100, 100, 700], noon + 30)).toEqual([
      { atSeconds: noon + 30, value: 200 },
    ]);
  });

  it('end a minute apart, oldest first', () => {
    expect(rolling([...repeated(1, 6), ...repeated(2, 6)])).toEqual([
      { atSeconds: noon - 60, value: 1 },
      { atSeconds: noon, value: 2 },
    ]);
  });

  it('a lost report or two leave the mean of the others, more leave no minute', () => {
    const some = (count: number) => reports(repeated(5, 6)).slice(6 - count);
    expect(rollingMinutes(some(4), noon, 0, mean)).toEqual([{ atSeconds: noon, value: 5 }]);
    expect(rollingMinutes(some(3), noon, 0, mean)).toEqual([]);
  });

  it('leave what was thinned as it is', () => {
    const thinned = [{ atSeconds: noon - 90, value: 9 }];
    expect(rollingMinutes([...thinned, ...reports(repeated(5, 6))], noon, noon - 60, mean)).toEqual([
      ...thinned,
      { atSeconds: noon, value: 5 },
    ]);
  });
});

describe('followBacklog', () => {
  it('the worked number: 6,000 waited, 200 a second arrive and none are processed: 20 s later 10,000 wait', () => {
    const followed = followBacklog(
      [{ atSeconds: noon - 20, value: 6000 }],
      reports([200, 200, 200]),
      reports([0, 0, 0]),
    );
    expect(followed.at(-1)).toEqual({ atSeconds: noon, value: 10_000 });
  });

  it('is what was measured where that is the newest', () => {
    const backlog = reports([5, 6]);
    expect(followBacklog(backlog, reports([1, 1]), reports([0, 0]))).toBe(backlog);
  });
});

describe('agentFlowOf', () => {
  it('measures all four, as new as the newest report', () => {
    const flow = agentFlowOf(windowOfReports(repeated(calm, 60)))!;
    expect(flow.newest).toEqual({
      atSeconds: noon,
      arrivalsPerSecond: 800,
      backlogRecords: 400,
      lagSeconds: 1,
    });
    expect(flow.arrivals.at(-1)).toEqual({ atSeconds: noon, value: 800 });
    expect(flow.lag.at(-1)).toEqual({ atSeconds: noon, value: 1 });
    expect(flow.intervals.at(-1)).toEqual({
      fromSeconds: noon - 60,
      toSeconds: noon,
      arrivalsPerSecond: 800,
      processedPerSecond: 800,
      backlogBefore: 400,
      backlogAfter: 400,
    });
    const gaps = flow.arrivals.slice(1).map((it, index) => it.atSeconds - flow.arrivals[index]!.atSeconds);
    expect(new Set(gaps)).toEqual(new Set([60]));
  });

  it('X is measured: a backlog that jumps for another cause does not make it one', () => {
    const jump = [...repeated(calm, 11), { ...calm, backlogRecords: 50_000 }];
    expect(agentFlowOf(windowOfReports(jump))!.intervals.at(-1)?.processedPerSecond).toBe(800);
  });

  it('shows a burst of 20 s that the mean of the minute hides', () => {
    const burst = { ...calm, arrivalsPerSecond: 2000 };
    const flow = agentFlowOf(windowOfReports([...repeated(calm, 16), burst, burst]))!;
    expect(flow.arrivals.at(-1)?.value).toBe(1200);
    expect(flow.newest?.arrivalsPerSecond).toBe(2000);
  });

  it('the hour before the first report is CloudWatch’s, and no minute is there twice', () => {
    const series = { arrivalsPerSecond: minutesUntil(noon - 60, repeated(700, 50)) };
    const { arrivals } = agentFlowOf(windowOfReports(repeated(calm, 60), { series }))!;
    expect(arrivals.filter((it) => it.value === 700)).toHaveLength(41);
    expect(arrivals.filter((it) => it.value === 800)).toHaveLength(10);
    expect(arrivals.map((it) => it.atSeconds)).toEqual(arrivals.map((it) => it.atSeconds).toSorted());
  });

  it('while no task ran, CloudWatch’s minutes stand between those of the agents', () => {
    const series = { arrivalsPerSecond: minutesUntil(noon - 60, repeated(700, 30)) };
    const silent = [...repeated(calm, 12), ...repeated(undefined, 30), ...repeated(calm, 12)];
    const { arrivals } = agentFlowOf(windowOfReports(silent, { series }))!;
    const between = arrivals.filter((it) => it.atSeconds > noon - 420 && it.atSeconds < noon - 110);
    expect(between.map((it) => it.value)).toEqual(repeated(700, 5));
  });

  it('what waits while partitions change hands follows from what comes and goes', () => {
    const before = { ...calm, backlogRecords: 6000, lagSeconds: 30 };
    const window = windowOfReports([...repeated(before, 10), changingHands, changingHands], {
      context: agentContext({ rebalanceSeconds: 60 }),
    });
    const flow = agentFlowOf(window)!;
    expect(flow.newest).toMatchObject({ backlogRecords: 10_000, lagSeconds: 50 });
    expect(knownBacklog(window, flow)).toEqual({ atSeconds: noon, records: 10_000 });
    // What waited at the end of that minute was not said: nothing is learned from it.
    expect(flow.intervals.at(-1)?.toSeconds).not.toBe(noon);
  });

  it.each([
    ['silent for longer than a minute', [...repeated(calm, 12), ...repeated(undefined, 7)]],
    ['without a word of what waits', repeated(changingHands, 12)],
    ['never heard of', repeated(undefined, 12)],
  ])('%s: they are not believed', (_, said) => {
    expect(agentFlowOf(windowOfReports(said))).toBeUndefined();
  });

  it('is none of a service whose source does not name agents, even if it was heard of them', () => {
    expect(agentFlowOf(windowOfReports(repeated(calm, 12), { context: kinesisContext() }))).toBeUndefined();
  });

  it('while it is there nothing of CloudWatch is missing, and when it is gone everything is', () => {
    expect(missingFields(windowOfReports(repeated(calm, 12)))).toEqual([]);
    expect(missingFields(windowOfReports([...repeated(calm, 12), ...repeated(undefined, 7)]))).toEqual([
      'arrivalsPerSecond',
      'lagSeconds',
      'meanLagSeconds',
    ]);
  });
});
