import type { RegisteredSource } from '../../lib/config/registration.ts';
import type { Field } from '../../lib/contract/measurement.ts';
import { analyze } from '../../lib/core/analyze.ts';
import { decide } from '../../lib/core/decide.ts';
import { initialLoopState, type LoopState, recordChange } from '../../lib/core/loop-state.ts';
import type { Observed } from '../../lib/core/observed.ts';
import type { Plan, ServiceContext } from '../../lib/core/plan.ts';
import type { Sample, ServiceObservation } from '../../lib/core/sample.ts';
import { assembleWindow, type Window } from '../../lib/core/window.ts';
import { noon } from '../control/world.ts';

/** What one minute brought: values of fields, whose points end `ageSeconds` before the tick; none for a lost one. */
export type Minute = {
  readonly values: Readonly<Partial<Record<Field, number>>>;
  /** The same of each stream of several, by name. */
  readonly bySource?: Readonly<Record<string, Readonly<Partial<Record<Field, number>>>>>;
  /** CloudWatch's minutes are about this old when they are read. */
  readonly ageSeconds?: number;
  readonly observation?: Partial<ServiceObservation>;
  readonly unread?: Sample['unread'];
  /** What ECS's events have told by then. */
  readonly observed?: Observed;
};

export type Told = { readonly minute: number; readonly plan: Plan; readonly window: Window };

/**
 * A service's incident, minute by minute, in the core alone: each minute is measured and decided, and what is decided
 * is done, as the shell does it. New tasks run `startupMinutes` later.
 */
export function createStory(
  registered: ServiceContext,
  {
    tasks,
    startupMinutes = 1,
    loop: before = initialLoopState,
  }: { readonly tasks: number; readonly startupMinutes?: number; readonly loop?: LoopState },
) {
  const samples: Sample[] = [];
  const told: Told[] = [];
  let loop = before;
  let observation: ServiceObservation = {
    desiredTasks: tasks,
    runningTasks: tasks,
    pendingTasks: 0,
    revision: 'orders:12',
    deploying: false,
  };
  let runningFrom: { readonly minute: number; readonly tasks: number } | undefined;

  const minute = ({ values, bySource, ageSeconds = 60, unread = [], ...at }: Minute): Plan => {
    const { observed, observation: seen } = at;
    const context = { ...registered, ...(observed && { observed }) };
    const index = told.length;
    const nowSeconds = noon + 60 * index;
    if (runningFrom !== undefined && index >= runningFrom.minute) {
      observation = { ...observation, runningTasks: runningFrom.tasks, pendingTasks: 0 };
      runningFrom = undefined;
    }
    observation = { ...observation, ...seen };
    const seriesOf = (fields: Minute['values'], source: RegisteredSource | undefined) =>
      Object.fromEntries(
        Object.entries(fields).map(([field, value]) => {
          // A queue's depth is read now; everything else is a minute of CloudWatch's.
          const isDepth = field === 'backlogRecords' && source?.kind === 'sqs';
          return [field, [{ atSeconds: isDepth ? nowSeconds : nowSeconds - ageSeconds, value }]];
        }),
      );
    const named = Object.entries(bySource ?? {}).map(([name, fields]) => [
      name,
      seriesOf(
        fields,
        context.sources.find((it) => it.name === name),
      ),
    ]);
    samples.push({
      atSeconds: nowSeconds,
      observation,
      series: seriesOf(values, context.sources[0]),
      ...(bySource && { bySource: Object.fromEntries(named) }),
      unread,
    });
    const window = assembleWindow(samples, context, nowSeconds);
    const plan = decide(analyze(window, loop, context), loop, context);
    loop = { ...plan.next, slotSeconds: nowSeconds };
    const { decision } = plan;
    if (decision.kind === 'scale') {
      loop = recordChange(loop, { atSeconds: nowSeconds, from: decision.from, to: decision.to, by: 'weir' });
      const running = Math.min(observation.runningTasks, decision.to);
      observation = { ...observation, desiredTasks: decision.to, runningTasks: running };
      runningFrom = { minute: index + startupMinutes, tasks: decision.to };
    }
    told.push({ minute: index, plan, window });
    return plan;
  };

  return {
    minute,
    /** The same minute again and again. */
    minutes: (count: number, what: Minute): Plan[] => Array.from({ length: count }, () => minute(what)),
    told: told as readonly Told[],
    observation: () => observation,
    loop: () => loop,
    /** The decisions so far as words, e.g. `out 4→6 utilization-high` or `hold cooldown`, repetitions once. */
    lines: () =>
      told
        .map(({ plan: { decision } }) =>
          decision.kind === 'scale'
            ? `${decision.direction} ${decision.from}→${decision.to} ${decision.reason}`
            : `hold ${decision.reason}`,
        )
        .filter((line, index, all) => line !== all[index - 1]),
  };
}
