import { describe, expect, it } from 'vitest';
import { initialLoopState } from '../../lib/core/loop-state.ts';
import { nothingObserved, type Observed } from '../../lib/core/observed.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import { crashLoop, failedDeployment, placementFailure } from '../../lib/core/task-failures.ts';
import type { Verdict } from '../../lib/core/verdict.ts';
import type { Window } from '../../lib/core/window.ts';
import { kinesisContext, now, windowOf } from '../support/windows.ts';

const revision = 'orders:12';
/** Each so many seconds ago, after it had run for so long; `undefined`: it never did. */
const failed = (...ago: readonly number[]) => failedAfter(30, ...ago);
const failedAfter = (ranSeconds: number | undefined, ...ago: readonly number[]): Observed['failures'] =>
  ago.map((it) => ({
    task: `failed-${it}`,
    revision,
    atSeconds: now - it,
    ...(ranSeconds !== undefined && { ranSeconds }),
  }));
/** Each started so many seconds ago. */
const started = (...ago: readonly number[]): Observed['starts'] =>
  ago.map((it) => ({ task: `started-${it}`, revision, atSeconds: now - it, startupSeconds: 40 }));
const told = (kind: keyof Observed['newest'], ago: number, cause?: string) => ({
  [kind]: { atSeconds: now - ago, ...(cause !== undefined && { cause }) },
});

type Seen = Partial<Observed> & {
  readonly desired?: number;
  readonly running?: number;
  readonly more?: object;
};

type Detector = (window: Window, context: ServiceContext) => Verdict;

const crashLoopNow: Detector = (window, context) => crashLoop(window, initialLoopState, context);
const look =
  (detect: Detector) =>
  ({ desired = 8, running = 2, more = {}, ...observed }: Seen): Verdict => {
    const context = { ...kinesisContext(), observed: { ...nothingObserved, ...observed } };
    const observation = { desiredTasks: desired, runningTasks: running, ...more };
    return detect(windowOf({ context, observation }), context);
  };
const verdict = (detect: Detector, seen: Seen) => look(detect)(seen).verdict;

describe('crashLoop', () => {
  it('the worked number: six have stopped within a minute of their start, two have come up, 2 of 8 run: 6/8', () => {
    const seen = {
      failures: failed(500, 420, 300, 200, 110, 20),
      starts: started(520, 400),
      newest: told('task-failed', 20, 'exit code 137'),
    };
    expect(look(crashLoopNow)(seen)).toEqual({
      verdict: 'present',
      atSeconds: now - 500,
      measures: { severity: 6 / 8, impact: 6 / 8, cause: 'exit code 137' },
    });
  });

  it.each<[string, Seen, Verdict['verdict']]>([
    ['nothing was told', {}, 'absent'],
    ['two may be chance', { failures: failed(200, 20) }, 'absent'],
    ['three may not', { failures: failed(200, 110, 20) }, 'present'],
    ['three that never ran', { failures: failedAfter(undefined, 200, 110, 20) }, 'present'],
    ['three that had worked for longer', { failures: failedAfter(400, 200, 110, 20) }, 'absent'],
    ['of another revision', { failures: failed(200, 110, 20), more: { revision: 'orders:13' } }, 'absent'],
    ['a quarter of an hour ago', { failures: failed(1200, 1000, 20) }, 'absent'],
    ['as many have come up', { failures: failed(200, 170, 150), starts: started(140, 135, 130) }, 'absent'],
    [
      'as many run, and not for long',
      { failures: failed(200, 170, 150), starts: started(60, 50, 40) },
      'present',
    ],
    ['ECS calls it steady', { failures: failed(400, 300, 200), newest: told('steady', 130) }, 'absent'],
    ['steady for a moment', { failures: failed(400, 300, 200), newest: told('steady', 60) }, 'present'],
    ['steady before', { failures: failed(400, 300, 200), newest: told('steady', 250) }, 'present'],
    [
      'all run, and none has failed for five minutes',
      { failures: failed(500, 400, 310), running: 8 },
      'absent',
    ],
    ['all run at this moment', { failures: failed(500, 400, 20), running: 8 }, 'present'],
    ['ECS cannot start them', { newest: told('start-impaired', 1700) }, 'present'],
    ['that was long ago', { newest: told('start-impaired', 1900) }, 'absent'],
    ['and all run since', { newest: told('start-impaired', 1700), running: 8 }, 'absent'],
  ])('%s', (_, seen, expected) => expect(verdict(crashLoopNow, seen)).toBe(expected));

  it.each([
    [150, 'absent'],
    [900, 'present'],
  ])('the last one was over %d s ago, and what belonged to it makes no new one: %s', (ago, expected) => {
    const context = {
      ...kinesisContext(),
      observed: { ...nothingObserved, failures: failed(200, 170, 160, 20) },
    };
    const past = [{ kind: 'crash_loop' as const, sinceSeconds: now - 1800, untilSeconds: now - ago }];
    const window = windowOf({ context, observation: { desiredTasks: 8, runningTasks: 2 } });
    expect(crashLoop(window, { pastBottlenecks: past }, context).verdict).toBe(expected);
  });

  it('without failures of their own, what ECS says weighs as much as tasks are missing', () => {
    expect(look(crashLoopNow)({ newest: told('start-impaired', 100), running: 6 })).toMatchObject({
      measures: { severity: 0.25, impact: 0.25 },
    });
  });
});

describe('placementFailure', () => {
  const newest = told('placement-failed', 100, 'RESOURCE:FARGATE');

  it('the worked number: 12 of 20 run: 0.4', () => {
    expect(look(placementFailure)({ newest, desired: 20, running: 12 })).toEqual({
      verdict: 'present',
      atSeconds: now - 100,
      measures: { severity: 0.4, impact: 0.4, cause: 'RESOURCE:FARGATE' },
    });
  });

  const older = told('placement-failed', 300);
  it.each<[string, Seen, Verdict['verdict']]>([
    ['nothing was told', {}, 'absent'],
    ['ECS calls the service steady since', { newest: { ...newest, ...told('steady', 50) } }, 'absent'],
    ['it called it so before', { newest: { ...newest, ...told('steady', 150) } }, 'present'],
    ['all run', { newest, running: 8 }, 'absent'],
    [
      'all run, some of what a deployment replaces',
      { newest, running: 8, more: { deploying: true } },
      'present',
    ],
    ['a task was placed since', { newest: older, starts: started(200) }, 'absent'],
    ['a task was placed before, and has started since', { newest: older, starts: started(270) }, 'present'],
    ['one was placed, another was not just now', { newest, starts: started(10) }, 'present'],
    ['half an hour ago', { newest: told('placement-failed', 1900) }, 'absent'],
  ])('%s', (_, seen, expected) => expect(verdict(placementFailure, seen)).toBe(expected));
});

describe('failedDeployment', () => {
  const deployment = 'ecs-svc/9223370564341623665';
  const failure = (ago: number) => ({
    'deployment-failed': { atSeconds: now - ago, deployment, cause: 'tasks failed to start.' },
  });

  it('what it costs is what does not run', () => {
    expect(look(failedDeployment)({ newest: failure(100), running: 8 })).toEqual({
      verdict: 'present',
      atSeconds: now - 100,
      measures: { severity: 0, impact: 0, cause: 'tasks failed to start.' },
    });
  });

  it.each<[string, Seen, Verdict['verdict']]>([
    ['nothing was told', {}, 'absent'],
    ['another was completed', { newest: { ...failure(100), ...told('deployment-completed', 50) } }, 'absent'],
    ['one before it was', { newest: { ...failure(100), ...told('deployment-completed', 500) } }, 'present'],
    ['it was replaced an hour ago', { newest: failure(3600), more: { deployment: '356789' } }, 'absent'],
    [
      'it is the newest still, a day later',
      { newest: failure(86_400), more: { deployment: '623665' } },
      'present',
    ],
  ])('%s', (_, seen, expected) => expect(verdict(failedDeployment, seen)).toBe(expected));
});
