import type { Point } from '../contract/measurement.ts';
import { effectiveTasks, type Sharing } from './effective-tasks.ts';
import { expectedArrivals, type Forecast } from './forecast.ts';
import type { Flow } from './rates.ts';
import { mean } from './statistics.ts';
import { freshPoint, type TaskCount, type Window } from './window.ts';

/** What waits, at the moment at which it was last known. */
export type KnownBacklog = { readonly atSeconds: number; readonly records: number };

/** From this moment on so many tasks consume. */
export type TaskStep = { readonly fromSeconds: number; readonly tasks: number };

/**
 * The newest backlog that the window knows, if what it is derived from is fresh. Where no task runs there is no
 * iterator age: then everything that has arrived since the last one stopped is waiting.
 */
export function knownBacklog(window: Window, flow: Flow): KnownBacklog | undefined {
  if (flow.newest !== undefined) {
    return { atSeconds: flow.newest.atSeconds, records: flow.newest.backlogRecords };
  }
  const depth = freshPoint(window, 'backlogRecords');
  if (depth !== undefined) return { atSeconds: depth.atSeconds, records: depth.value };
  const lag = freshPoint(window, 'meanLagSeconds');
  if (lag !== undefined) return backlogBehind(lag, flow);
  return window.observation.runningTasks === 0 ? arrivedSinceStop(window, flow) : undefined;
}

/**
 * What waits where the lag is known. A lag that reaches back before the known arrivals is no reason to know nothing of
 * the worst backlog there can be: then it is taken that as much arrived before as does since.
 * E.g. two hours behind, with a known hour of 200 records/s: 1,440,000.
 */
function backlogBehind(lag: Point, { arrivals, backlog }: Flow): KnownBacklog | undefined {
  const atSeconds = lag.atSeconds - periodSeconds / 2;
  const integrated = backlog.at(-1);
  if (integrated?.atSeconds === atSeconds) return { atSeconds, records: integrated.value };
  const typicalPerSecond = mean(arrivals.map((point) => point.value));
  return typicalPerSecond === undefined ? undefined : { atSeconds, records: lag.value * typicalPerSecond };
}

/** What waits in those streams that say it: of several, the least that there is. */
export function depthsOf({ streams }: Pick<Window, 'streams'>): number {
  return streams.reduce((sum, it) => sum + (freshPoint(it, 'backlogRecords')?.value ?? 0), 0);
}

function arrivedSinceStop(window: Window, flow: Flow): KnownBacklog | undefined {
  if (freshPoint(window, 'arrivalsPerSecond') === undefined) return undefined;
  const stopped = window.taskCounts.findLast((count) => count.runningTasks > 0)?.atSeconds ?? 0;
  let records = 0;
  let atSeconds = 0;
  for (const point of flow.arrivals) {
    atSeconds = point.atSeconds;
    if (point.atSeconds > stopped)
      records += point.value * Math.min(periodSeconds, point.atSeconds - stopped);
  }
  return { atSeconds, records: Math.max(records, depthsOf(window)) };
}

const periodSeconds = 60;

/**
 * Who consumes when: as ECS said at each tick, and from now on the tasks that run, joined by those on their way at the
 * moment that they should be ready. `changedAtSeconds` is when they were asked for; tasks that are late are taken to
 * come within `graceSeconds`.
 */
export function taskSteps(
  counts: readonly TaskCount[],
  { nowSeconds, observation }: Pick<Window, 'nowSeconds' | 'observation'>,
  arrival: {
    readonly changedAtSeconds: number | undefined;
    readonly startupSeconds: number;
    readonly graceSeconds: number;
  },
): TaskStep[] {
  const { runningTasks, desiredTasks } = observation;
  const steps: TaskStep[] = counts
    .filter((count) => count.atSeconds < nowSeconds)
    .map((count) => ({ fromSeconds: count.atSeconds, tasks: count.runningTasks }));
  steps.push({ fromSeconds: nowSeconds, tasks: runningTasks });
  if (desiredTasks > runningTasks) {
    const due = (arrival.changedAtSeconds ?? nowSeconds) + arrival.startupSeconds;
    const fromSeconds = due > nowSeconds ? due : nowSeconds + arrival.graceSeconds;
    steps.push({ fromSeconds, tasks: desiredTasks });
  }
  return steps;
}

/** The integral is taken in steps of this length. */
const stepSeconds = 10;

/** Measured, forecast, and what others than the trend say will come at least, from a moment on. */
export type ExpectedLoad = {
  readonly arrivals: Flow['arrivals'];
  readonly forecast: Forecast;
  readonly atLeast?: { readonly perSecond: number; readonly fromSeconds: number };
};

/**
 * L̂(t) = max(0, L + ∫ (λ̂ − X_eff) dt): the backlog that is left at a moment, given who consumes until then. Arrivals
 * are the measured ones as far as they reach, then the forecast's.
 * E.g. 6,000 records wait, 1,000 arrive each second, and 4 tasks of 200 records/s process them: a minute later
 * 6,000 + 60·(1,000 − 800) = 18,000 wait.
 */
export function projectBacklog(
  known: KnownBacklog,
  untilSeconds: number,
  steps: readonly TaskStep[],
  load: ExpectedLoad,
  capacity: { readonly taskRatePerSecond: number; readonly sharing: Sharing },
): number {
  let records = known.records;
  for (let from = known.atSeconds; from < untilSeconds; from += stepSeconds) {
    const seconds = Math.min(stepSeconds, untilSeconds - from);
    const middle = from + seconds / 2;
    const processedPerSecond =
      capacity.taskRatePerSecond * effectiveTasks(tasksAt(steps, middle), capacity.sharing);
    records = Math.max(0, records + seconds * (arrivalsAt(load, middle) - processedPerSecond));
  }
  return records;
}

function tasksAt(steps: readonly TaskStep[], atSeconds: number): number {
  return steps.findLast((step) => step.fromSeconds <= atSeconds)?.tasks ?? steps[0]?.tasks ?? 0;
}

function arrivalsAt({ arrivals, forecast, atLeast }: ExpectedLoad, atSeconds: number): number {
  if (atSeconds > forecast.atSeconds) {
    const expected = expectedArrivals(forecast, atSeconds);
    return atLeast !== undefined && atSeconds >= atLeast.fromSeconds
      ? Math.max(expected, atLeast.perSecond)
      : expected;
  }
  const minute = arrivals.find((point) => point.atSeconds >= atSeconds);
  return minute?.value ?? forecast.levelPerSecond;
}
