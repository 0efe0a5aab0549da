import fc from 'fast-check';
import * as z from 'zod';
import { type Policy, policyFields, policySchema } from '../../lib/config/policy.ts';
import { policyProblems } from '../../lib/config/policy-rules.ts';
import { completeSources, type RegisteredSource } from '../../lib/config/registration.ts';
import { formatSource } from '../../lib/config/source.ts';
import { bottleneckKinds } from '../../lib/contract/bottleneck.ts';
import { type HoldReason, holdReasons } from '../../lib/contract/decision.ts';
import { type Field, fields, type Point } from '../../lib/contract/measurement.ts';
import type { LoopState } from '../../lib/core/loop-state.ts';
import { type News, nothingObserved, type Observed, withNews } from '../../lib/core/observed.ts';
import type { Sample, ServiceObservation } from '../../lib/core/sample.ts';
import { noon } from '../control/world.ts';

type Bounds = {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: (number | string)[];
};

const properties = z.toJSONSchema(policySchema, { io: 'input' }).properties as Record<
  string,
  Bounds & { anyOf?: { const: number }[] }
>;

/** Whatever the schema itself admits, and nothing else. */
function arbitraryField(name: string): fc.Arbitrary<number | string> {
  const { type, minimum = 0, maximum = 1, anyOf, enum: values } = properties[name]!;
  const names = values ?? anyOf?.map((it) => it.const);
  if (names !== undefined) return fc.constantFrom(...names);
  return type === 'integer'
    ? fc.oneof(
        fc.integer({ min: minimum, max: maximum }),
        fc.integer({ min: minimum, max: Math.min(maximum, 60) }),
      )
    : fc.double({ min: minimum, max: maximum, noNaN: true });
}

export const arbitraryPolicy: fc.Arbitrary<Policy> = fc
  .record(
    Object.fromEntries(policyFields.map((name) => [name, arbitraryField(name)])) as Record<
      (typeof policyFields)[number],
      fc.Arbitrary<number | string>
    >,
  )
  .chain((all) =>
    // A few fields differ from the defaults at a time, as they do in life; sometimes all do.
    fc
      .oneof(fc.constant(policyFields), fc.subarray(policyFields, { maxLength: 4 }))
      .map((chosen) => policySchema.parse(Object.fromEntries(chosen.map((name) => [name, all[name]])))),
  )
  .filter((policy) => policyProblems(policy).length === 0);

const everyKind: RegisteredSource[] = [
  { kind: 'kinesis', stream: 'orders', partitions: 8 },
  { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders', partitions: 6 },
  { kind: 'sqs', queue: 'orders', queueUrl: 'https://sqs.local/1/orders' },
  { kind: 'sqs', queue: 'refunds', queueUrl: 'https://sqs.local/1/refunds' },
];

export const arbitrarySources: fc.Arbitrary<readonly RegisteredSource[]> = fc.oneof(
  fc.constant([]),
  fc
    .integer({ min: 1, max: 500 })
    .map((partitions): RegisteredSource[] => [{ kind: 'kinesis', stream: 'orders', partitions }]),
  fc
    .integer({ min: 1, max: 500 })
    .map((partitions): RegisteredSource[] => [
      { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders', partitions },
    ]),
  fc.constant<RegisteredSource[]>([{ kind: 'sqs', queue: 'orders', queueUrl: 'https://sqs.local/1/orders' }]),
  fc
    .subarray<RegisteredSource>(everyKind, { minLength: 2 })
    .map((sources) => completeSources(sources, policySchema.parse({}))),
);

const arbitraryTasks = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 5000 }));

const arbitraryObservation: fc.Arbitrary<ServiceObservation> = fc.record({
  desiredTasks: arbitraryTasks,
  runningTasks: arbitraryTasks,
  pendingTasks: fc.integer({ min: 0, max: 20 }),
  revision: fc.constantFrom('orders:12', 'orders:13'),
  deploying: fc.boolean(),
  deployment: fc.constantFrom('ecs-svc/1', 'ecs-svc/2'),
  protectedTasks: fc.integer({ min: 0, max: 30 }),
});

/** A calm service: its count steady and no deployment, so that neither alone decides. */
const calmObservation = fc.integer({ min: 0, max: 60 }).map((tasks) => ({
  desiredTasks: tasks,
  runningTasks: tasks,
  pendingTasks: 0,
  revision: 'orders:12',
  deploying: false,
}));

const arbitraryValue = fc.oneof(
  fc.constant(0),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
);

/** Minutes of one field that end `ageSeconds` before now, with holes, around one level. */
const arbitrarySeries = fc
  .record({
    ageSeconds: fc.oneof(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 3600 })),
    level: arbitraryValue,
    jitter: fc.array(fc.double({ min: 0.5, max: 1.5, noNaN: true }), { minLength: 0, maxLength: 40 }),
    holes: fc.array(fc.nat(40), { maxLength: 6 }),
  })
  .map(({ ageSeconds, level, jitter, holes }): Point[] => {
    const newest = Math.floor((noon - ageSeconds) / 60) * 60;
    return jitter
      .map((factor, index) => ({
        atSeconds: newest - 60 * (jitter.length - 1 - index),
        value: level * factor,
      }))
      .filter((_, index) => !holes.includes(index));
  });

const arbitraryAllSeries: fc.Arbitrary<Readonly<Partial<Record<Field, Point[]>>>> = fc
  .record(Object.fromEntries(fields.map((field) => [field, fc.option(arbitrarySeries, { nil: undefined })])))
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, points]) => points !== undefined)));

/** What the samples of a service's last hour have in common, and how the last one differs. */
export const arbitrarySamples: fc.Arbitrary<readonly Sample[]> = fc
  .record({
    series: arbitraryAllSeries,
    bySource: fc.array(arbitraryAllSeries, { minLength: everyKind.length, maxLength: everyKind.length }),
    past: fc.oneof(calmObservation, arbitraryObservation),
    present: fc.option(arbitraryObservation, { nil: undefined, freq: 3 }),
    minutes: fc.integer({ min: 0, max: 59 }),
    unread: fc.option(fc.constantFrom('absent', 'partial', 'throttled', 'forbidden', 'error'), {
      nil: undefined,
    }),
  })
  .map(({ series, bySource, past, present, minutes, unread }) => {
    const before: Sample[] = Array.from({ length: minutes }, (_, index) => ({
      atSeconds: noon - 60 * (minutes - index),
      observation: past,
      series: {},
      unread: [],
    }));
    return [
      ...before,
      {
        atSeconds: noon,
        observation: present ?? past,
        series,
        bySource: Object.fromEntries(
          everyKind.map((source, index) => [formatSource(source), bySource[index] ?? {}]),
        ),
        unread: unread === undefined ? [] : fields.map((field) => ({ field, cause: unread })),
      },
    ];
  });

const pastSeconds = fc.integer({ min: 0, max: 4000 }).map((ago) => noon - ago);

export const arbitraryLoop: fc.Arbitrary<LoopState> = fc
  .record({
    desiredTasks: fc.option(arbitraryTasks, { nil: undefined }),
    changes: fc.array(
      fc.record({
        atSeconds: pastSeconds,
        from: arbitraryTasks,
        to: arbitraryTasks,
        by: fc.constantFrom('weir' as const, 'other' as const),
      }),
      { maxLength: 5 },
    ),
    wanted: fc.array(fc.record({ atSeconds: pastSeconds, tasks: arbitraryTasks }), { maxLength: 8 }),
    heldFor: fc.option(fc.constantFrom(...(Object.keys(holdReasons) as HoldReason[])), { nil: undefined }),
    rates: fc.array(fc.double({ min: 0.001, max: 1e5, noNaN: true }), { maxLength: 16 }),
    cpu: fc.option(fc.double({ min: 5, max: 100, noNaN: true }), { nil: undefined }),
    missing: fc.option(pastSeconds, { nil: undefined }),
    breaker: fc.option(
      fc.record({
        sinceSeconds: pastSeconds,
        tasks: fc.integer({ min: 1, max: 60 }),
        ratePerSecond: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
        limit: fc.constantFrom('downstream' as const, 'hot_partition' as const),
        waitSeconds: fc.constantFrom(1800, 3600),
        retryAtSeconds: fc.integer({ min: noon - 3600, max: noon + 3600 }),
      }),
      { nil: undefined, freq: 2 },
    ),
    kinds: fc.uniqueArray(
      fc.constantFrom(...(Object.keys(bottleneckKinds) as (keyof typeof bottleneckKinds)[])),
    ),
  })
  .map(
    ({ desiredTasks, changes, wanted, heldFor, rates, cpu, missing, kinds, breaker }): LoopState => ({
      format: 1,
      slotSeconds: noon - 60,
      ...(desiredTasks !== undefined && { desiredTasks }),
      changes: changes.toSorted((a, b) => a.atSeconds - b.atSeconds),
      wanted: wanted.toSorted((a, b) => a.atSeconds - b.atSeconds),
      ...(heldFor && { heldFor }),
      ...(breaker && { breaker }),
      capacity: {
        revision: 'orders:12',
        saturated: rates.map((perTaskPerSecond, index) => ({
          atSeconds: noon - 60 * (rates.length - index) - 1000,
          tasks: 4,
          perTaskPerSecond,
        })),
        ...(cpu !== undefined && { saturatedCpuPercent: cpu }),
      },
      ...(missing !== undefined && {
        missing: { sinceSeconds: missing, fields: ['lagSeconds'], told: false },
      }),
      bottlenecks: kinds.map((kind) => ({ kind, severity: 0.5, impact: 0.3, sinceSeconds: noon - 600 })),
      pastBottlenecks: [],
      advised: [],
      polledAtSeconds: {},
    }),
  );

const wildTick = fc.record({
  samples: arbitrarySamples,
  loop: arbitraryLoop,
  context: fc.record({ policy: arbitraryPolicy, sources: arbitrarySources }),
});

/** A whole hour of minutes around one level, the newest as young as CloudWatch has it. */
const steadySeries = (level: fc.Arbitrary<number>, wobble: number) =>
  fc
    .tuple(
      level,
      fc.array(fc.double({ min: 1 - wobble, max: 1 + wobble, noNaN: true }), {
        minLength: 60,
        maxLength: 60,
      }),
      fc.constantFrom(60, 120, 120, 180, 240),
    )
    .map(([base, factors, ageSeconds]): Point[] =>
      factors.map((factor, index) => ({
        atSeconds: noon - ageSeconds - 60 * (59 - index),
        value: base * factor,
      })),
    );

/** Of a service in order: measured whole, running as desired, its capacity known; so that the loads and limits decide. */
const orderlyTick = fc
  .record({
    arrivals: steadySeries(fc.double({ min: 0, max: 10_000, noNaN: true }), 0.1),
    lag: steadySeries(fc.constantFrom(0, 0, 5, 20, 50, 70, 300), 0.2),
    cpu: steadySeries(fc.double({ min: 0, max: 100, noNaN: true }), 0.1),
    memory: steadySeries(fc.double({ min: 0, max: 100, noNaN: true }), 0.1),
    tasks: fc.integer({ min: 0, max: 40 }),
    sources: arbitrarySources,
    policy: fc.oneof(fc.constant(policySchema.parse({})), arbitraryPolicy),
    loop: arbitraryLoop,
    taskRate: fc.double({ min: 1, max: 1000, noNaN: true }),
    changedAgo: fc.constantFrom(undefined, 60, 300, 3000),
    deploying: fc.constantFrom(false, false, false, true),
    wantedBefore: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ arrivals, lag, cpu, memory, tasks, sources, policy, loop, taskRate, changedAgo, ...more }) => {
    const observation: ServiceObservation = {
      desiredTasks: tasks,
      runningTasks: tasks,
      pendingTasks: 0,
      revision: 'orders:12',
      deploying: more.deploying,
    };
    const backlog = lag.map((it) => ({ ...it, value: it.value * 10 }));
    const seriesOf = (kind: RegisteredSource['kind'] | undefined) => ({
      arrivalsPerSecond: arrivals,
      lagSeconds: lag,
      ...(kind === 'msk' && { backlogRecords: backlog }),
      ...(kind === 'kinesis' && { meanLagSeconds: lag }),
      ...(kind === 'sqs' && {
        backlogRecords: backlog.map((it) => ({ ...it, atSeconds: it.atSeconds + 120 })),
        processedPerSecond: arrivals,
      }),
    });
    const series = { ...seriesOf(sources[0]?.kind), cpuPercent: cpu, memoryPercent: memory };
    const bySource = Object.fromEntries(sources.map(({ name = '', kind }) => [name, seriesOf(kind)]));
    const samples = Array.from(
      { length: 60 },
      (_, index): Sample => ({
        atSeconds: noon - 60 * (59 - index),
        observation,
        series: index === 59 ? series : {},
        ...(index === 59 && { bySource }),
        unread: [],
      }),
    );
    const { changes: _changes, desiredTasks: _desired, capacity: _capacity, ...rest } = loop;
    return {
      samples,
      loop: {
        ...rest,
        desiredTasks: tasks,
        changes:
          changedAgo === undefined
            ? []
            : [{ atSeconds: noon - changedAgo, from: tasks + 1, to: tasks, by: 'weir' as const }],
        wanted: [
          { atSeconds: noon - 170, tasks: more.wantedBefore },
          { atSeconds: noon - 60, tasks: Math.min(tasks, more.wantedBefore) },
        ],
        capacity: {
          revision: 'orders:12',
          saturated: [1, 1.02, 0.98, 1.01].map((factor, index) => ({
            atSeconds: noon - 1800 + 60 * index,
            tasks,
            perTaskPerSecond: taskRate * factor,
          })),
        },
      },
      context: { policy, sources },
    };
  });

/** What ECS may have told of the last hour, in any order. */
const arbitraryNews = fc.oneof(
  fc.record({
    kind: fc.constantFrom('task-started' as const, 'task-failed' as const),
    task: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    revision: fc.constantFrom('orders:12', 'orders:13'),
    atSeconds: fc.integer({ min: noon - 3600, max: noon }),
    startupSeconds: fc.integer({ min: 0, max: 4000 }),
    ranSeconds: fc.integer({ min: 0, max: 600 }),
    cause: fc.constant('exit code 1'),
  }),
  fc.record({
    kind: fc.constantFrom('steady', 'start-impaired', 'placement-failed', 'deployment-failed'),
    atSeconds: fc.integer({ min: noon - 3600, max: noon }),
  }),
);

export const arbitraryObserved: fc.Arbitrary<Observed> = fc
  .array(arbitraryNews, { maxLength: 20 })
  .map((news) => withNews(nothingObserved, news as News[]));

export type ArbitraryTick = {
  readonly samples: readonly Sample[];
  readonly loop: LoopState;
  readonly context: {
    readonly policy: Policy;
    readonly sources: readonly RegisteredSource[];
    readonly observed?: Observed;
  };
};

export const arbitraryTick: fc.Arbitrary<ArbitraryTick> = fc
  .tuple(
    fc.oneof({ arbitrary: orderlyTick, weight: 3 }, { arbitrary: wildTick, weight: 2 }),
    fc.option(arbitraryObserved, { nil: undefined, freq: 2 }),
  )
  .map(([tick, observed]) => ({ ...tick, context: { ...tick.context, ...(observed && { observed }) } }));
