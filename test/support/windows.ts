import { type PolicyOverrides, policySchema } from '../../lib/config/policy.ts';
import { completeSources, type RegisteredSource } from '../../lib/config/registration.ts';
import type { Field, Point } from '../../lib/contract/measurement.ts';
import { type Analysis, analyze } from '../../lib/core/analyze.ts';
import { initialLoopState, type LoopState } from '../../lib/core/loop-state.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import type { Sample, ServiceObservation } from '../../lib/core/sample.ts';
import { assembleWindow, type Window } from '../../lib/core/window.ts';
import { kinesis, msk, noon, observation, sqs } from '../control/world.ts';

/** Ticks come a quarter of a minute after the minute; the newest minute that CloudWatch then shows ended 75 s ago. */
export const now = noon + 15;
export const newestMinute = noon - 60;

export function kinesisContext(policy: PolicyOverrides = {}, partitions = 8): ServiceContext {
  return { policy: policySchema.parse(policy), sources: [{ ...kinesis, partitions }] };
}

export function sqsContext(policy: PolicyOverrides = {}): ServiceContext {
  return { policy: policySchema.parse(policy), sources: [sqs] };
}

export function mskContext(policy: PolicyOverrides = {}): ServiceContext {
  return { policy: policySchema.parse(policy), sources: [msk] };
}

/** A service that reads all of these. */
export function severalContext(
  sources: readonly RegisteredSource[],
  policy: PolicyOverrides = {},
): ServiceContext {
  const resolved = policySchema.parse(policy);
  return { policy: resolved, sources: completeSources(sources, resolved) };
}

/** Two queues, of which the tasks read the first one first. */
export const twoQueues: readonly RegisteredSource[] = [
  { kind: 'sqs', queue: 'high', queueUrl: 'https://sqs.local/1/high' },
  { kind: 'sqs', queue: 'low', queueUrl: 'https://sqs.local/1/low' },
];

/** A service without a source: held at its utilization. */
export function cpuContext(policy: PolicyOverrides = {}): ServiceContext {
  return { policy: policySchema.parse(policy), sources: [] };
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const it of Object.values(value)) deepFreeze(it);
  }
  return value;
}

export function sampleOf(
  more: Partial<Omit<Sample, 'observation'>> & { readonly observation?: Partial<ServiceObservation> } = {},
): Sample {
  return {
    atSeconds: now,
    series: {},
    unread: [],
    ...more,
    observation: { ...observation, ...more.observation },
  };
}

/** Values of consecutive minutes, oldest first, the last one in the minute that ended at `endSeconds`; `undefined` is lost. */
export function minutesUntil(endSeconds: number, values: readonly (number | undefined)[]): Point[] {
  return values.flatMap((value, index) =>
    value === undefined ? [] : [{ atSeconds: endSeconds - 60 * (values.length - 1 - index), value }],
  );
}

export const repeated = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value);

/** Minutes of each field, oldest first; `undefined` is a lost one. A queue's depth is that of each tick, a topic's is not. */
export type Values = Readonly<Partial<Record<Field, readonly (number | undefined)[]>>>;

export type WindowOptions = {
  readonly context?: ServiceContext;
  readonly values?: Values;
  /** Of a service that reads several streams, by name. */
  readonly bySource?: Readonly<Record<string, Values>>;
  /** Desired and running, at each tick until now, oldest first; a number is an hour of it. */
  readonly tasks?: number | readonly number[];
  /** How the service is at the last tick, other than as `tasks` says. */
  readonly observation?: Partial<ServiceObservation>;
  /** How the service was at tick `index` of those that `tasks` tells. */
  readonly observed?: (index: number) => Partial<ServiceObservation>;
  readonly nowSeconds?: number;
  /** Age of the newest minute at `nowSeconds`. */
  readonly ageSeconds?: number;
  readonly unread?: Sample['unread'];
};

/** Samples of a tick each minute, deeply frozen: nobody may write into what he is given. */
export function samplesOf({
  context = kinesisContext(),
  values = {},
  bySource,
  tasks = 4,
  observation: present = {},
  observed = () => ({}),
  nowSeconds = now,
  ageSeconds = 75,
  unread = [],
}: WindowOptions = {}): readonly Sample[] {
  const counts = typeof tasks === 'number' ? repeated(tasks, 60) : tasks;
  const seriesOf = (fields: Values, source: RegisteredSource | undefined) =>
    Object.fromEntries(
      Object.entries(fields).map(([field, minutes]) => [
        field,
        minutesUntil(
          field === 'backlogRecords' && source?.kind !== 'msk' ? nowSeconds : nowSeconds - ageSeconds,
          minutes,
        ),
      ]),
    );
  const named = (name: string) => context.sources.find((it) => it.name === name);
  const measured = {
    series: seriesOf(values, context.sources[0]),
    ...(bySource && {
      bySource: Object.fromEntries(
        Object.entries(bySource).map(([name, fields]) => [name, seriesOf(fields, named(name))]),
      ),
    }),
  };
  const samples = counts.map((count, index): Sample => {
    const last = index === counts.length - 1;
    return sampleOf({
      atSeconds: nowSeconds - 60 * (counts.length - 1 - index),
      observation: { desiredTasks: count, runningTasks: count, ...observed(index), ...(last && present) },
      ...(last && { ...measured, unread }),
    });
  });
  return deepFreeze(samples);
}

/** E.g. `windowOf({ values: { arrivalsPerSecond: repeated(800, 10) }, tasks: 4 })`. */
export function windowOf(options: WindowOptions = {}): Window {
  const { context = kinesisContext(), nowSeconds = now } = options;
  return deepFreeze(assembleWindow(samplesOf(options), context, nowSeconds));
}

/** A loop state with what differs from the first. */
export function loopOf(more: Partial<LoopState> = {}): LoopState {
  return deepFreeze({ ...initialLoopState, ...more });
}

export function analysisOf(options: WindowOptions = {}, loop: LoopState = initialLoopState): Analysis {
  return deepFreeze(analyze(windowOf(options), loop, options.context ?? kinesisContext()));
}
