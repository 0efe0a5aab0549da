import { describe, expect, it } from 'vitest';
import type { Field } from '../../lib/contract/measurement.ts';
import { analyze } from '../../lib/core/analyze.ts';
import { decide } from '../../lib/core/decide.ts';
import { initialLoopState, type LoopState, recordChange } from '../../lib/core/loop-state.ts';
import type { Plan, ServiceContext } from '../../lib/core/plan.ts';
import type { Sample } from '../../lib/core/sample.ts';
import { assembleWindow, type Window } from '../../lib/core/window.ts';
import { noon } from '../control/world.ts';
import { agentContext, type Report, seriesOfReports } from '../support/reports.ts';
import { repeated, sampleOf } from '../support/windows.ts';

/** One tick: what agents have said since the last one, and the minute of CloudWatch that ended 60 s before. */
type Told = {
  readonly reports?: readonly (Report | undefined)[];
  readonly minute?: Partial<Record<Field, number>>;
  readonly tasks?: number;
  readonly afterSeconds?: number;
};

/** A service of four tasks, tick by tick; what is decided is done at once. */
function createService(context: ServiceContext) {
  const samples: Sample[] = [];
  let loop: LoopState = initialLoopState;
  let tasks = 4;
  let nowSeconds = noon;
  return (told: Told): Plan['decision'] & { readonly window: Window } => {
    nowSeconds += told.afterSeconds ?? 60;
    tasks = told.tasks ?? tasks;
    const minute = Object.entries(told.minute ?? {}).map(([field, value]) => [
      field,
      [{ atSeconds: nowSeconds - 60, value }],
    ]);
    samples.push(
      sampleOf({
        atSeconds: nowSeconds,
        observation: { desiredTasks: tasks, runningTasks: tasks },
        series: { ...Object.fromEntries(minute), ...seriesOfReports(told.reports ?? [], nowSeconds) },
      }),
    );
    const window = assembleWindow(samples, context, nowSeconds);
    const { decision, next } = decide(analyze(window, loop, context), loop, context);
    loop = { ...next, slotSeconds: nowSeconds };
    if (decision.kind === 'scale') {
      const { from, to } = decision;
      loop = recordChange(loop, { atSeconds: nowSeconds, from, to, by: 'weir' });
      tasks = to;
    }
    return { ...decision, window };
  };
}

/** Four tasks of 200 records/s each, at ease. */
const ease: Report = {
  arrivalsPerSecond: 600,
  processedPerSecond: 600,
  backlogRecords: 300,
  lagSeconds: 0.5,
  busyShare: 0.75,
};
const easeMinute = { arrivalsPerSecond: 600, lagSeconds: 1, meanLagSeconds: 0.5, cpuPercent: 67 };

describe('agents and CloudWatch', () => {
  it('the tasks die, their agents are silent: from the second minute on CloudWatch is what is believed', () => {
    const tick = createService(agentContext());
    for (let minute = 0; minute < 10; minute++) tick({ reports: repeated(ease, 6), minute: easeMinute });
    const before = tick({ reports: repeated(ease, 6), minute: easeMinute });
    expect(before.evidence).toMatchObject({ arrivalsPerSecond: 600, stalestSignalAgeSeconds: 0 });

    // CloudWatch says what came a minute ago, the agents last said that all was well.
    const atOnce = tick({ minute: easeMinute });
    expect(atOnce.evidence.stalestSignalAgeSeconds).toBe(60);
    const behind = { arrivalsPerSecond: 600, lagSeconds: 60, meanLagSeconds: 30 };
    const second = tick({ minute: behind });
    expect(second.evidence).toMatchObject({ lagSeconds: 60, stalestSignalAgeSeconds: 60 });
    const third = tick({ minute: { arrivalsPerSecond: 600, lagSeconds: 120, meanLagSeconds: 90 } });
    expect(third.evidence).toMatchObject({ lagSeconds: 120, stalestSignalAgeSeconds: 60 });
  });

  it('agents come back: they are believed at once, though CloudWatch still shows the lag', () => {
    const tick = createService(agentContext());
    const behind = { arrivalsPerSecond: 600, lagSeconds: 120, meanLagSeconds: 90 };
    for (let minute = 0; minute < 5; minute++) tick({ minute: behind, tasks: 4 });
    const back = tick({ reports: repeated(ease, 6), minute: behind });
    expect(back.evidence).toMatchObject({ lagSeconds: 0.5, backlogRecords: 300 });
  });

  it('CloudWatch fails while agents report: nothing is missing', () => {
    const tick = createService(agentContext());
    for (let minute = 0; minute < 10; minute++) tick({ reports: repeated(ease, 6), minute: easeMinute });
    for (let minute = 0; minute < 10; minute++) {
      const held = tick({ reports: repeated(ease, 6) });
      expect(['metrics-missing', 'metrics-stale']).not.toContain(held.reason);
    }
  });

  it('a flood 15 s after a tick: the tick that it wakes sees it, a minute and more before CloudWatch would', () => {
    const tick = createService(agentContext());
    for (let minute = 0; minute < 15; minute++) tick({ reports: repeated(ease, 6), minute: easeMinute });
    const flood: Report = {
      arrivalsPerSecond: 4000,
      processedPerSecond: 800,
      backlogRecords: 64_000,
      lagSeconds: 18,
      busyShare: 1,
    };
    const woken = tick({ reports: [flood, flood], afterSeconds: 20 });
    expect(woken).toMatchObject({ kind: 'scale', direction: 'out' });
    expect(woken.evidence.backlogRecords).toBe(64_000);
  });
});

describe('agents alone', () => {
  const alone = (): ServiceContext => ({ ...agentContext(), sources: [{ kind: 'agent' }] });

  it('are enough to hold a service at its objective', () => {
    const tick = createService(alone());
    for (let minute = 0; minute < 10; minute++) tick({ reports: repeated(ease, 6) });
    const steady = tick({ reports: repeated(ease, 6) });
    expect(steady.kind).toBe('hold');
    expect(['metrics-missing', 'metrics-stale']).not.toContain(steady.reason);
    const behind = {
      ...ease,
      processedPerSecond: 400,
      backlogRecords: 60_000,
      lagSeconds: 100,
      busyShare: 1,
    };
    expect(tick({ reports: repeated(behind, 6) })).toMatchObject({ kind: 'scale', direction: 'out' });
  });

  it('and silent: nothing is scaled in, and what is missing is told', () => {
    const tick = createService(alone());
    for (let minute = 0; minute < 10; minute++) tick({ reports: repeated(ease, 6) });
    tick({});
    expect(tick({})).toMatchObject({
      kind: 'hold',
      reason: 'metrics-stale',
      missing: [
        'agentArrivalsPerSecond',
        'agentProcessedPerSecond',
        'agentBacklogRecords',
        'agentLagSeconds',
      ],
    });
  });

  it('and no task: brought to its minimum, for nobody else would say that something waits', () => {
    const tick = createService(alone());
    expect(tick({ tasks: 0 })).toMatchObject({ kind: 'scale', from: 0, to: 1, reason: 'below-minimum' });
  });
});
