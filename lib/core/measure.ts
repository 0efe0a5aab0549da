import type { Policy } from '../config/policy.ts';
import type { RegisteredSource } from '../config/registration.ts';
import type { Field } from '../contract/measurement.ts';
import { isKnownByLag, type Stream, streamFields, streamsOf } from './streams.ts';

/** How a field is measured: how often it is asked for, and how old its newest point may be. */
export type FieldPlan = {
  readonly field: Field;
  /** Of several streams the one that it is asked of, by name. */
  readonly source?: string;
  /** 0: at each tick. */
  readonly everySeconds: number;
  /** How far apart its points are. CloudWatch has one a minute, however seldom it is asked. */
  readonly periodSeconds: number;
  /** The strategy cannot scale in without it; `once-known`: where the source has it at all, which its points tell. */
  readonly required: boolean | 'once-known';
  /** A point is fresh while the period it describes ended at most this long ago. */
  readonly freshSeconds: number;
};

/** CloudWatch shows a minute's value one to two minutes after it began; one lost point is borne. */
const publicationSeconds = 180;

/**
 * CPU and memory only refine what the stream itself says; ten points for the price of one query, every ten
 * minutes, do for that. $0.044 a month and metric, against $0.438 each minute.
 */
const supportingSeconds = 600;

/** What agents say of the stream: enough to decide on by itself, and fresher than anything else. */
export const agentSignals = [
  'agentArrivalsPerSecond',
  'agentProcessedPerSecond',
  'agentBacklogRecords',
  'agentLagSeconds',
] as const satisfies readonly Field[];

/** Of agents that have not reported for so long nothing is believed: their tasks may be dead. Five reports can be lost. */
export const agentSilentSeconds = 60;

/** A service whose records are known to wait is held at its lag objective; one without, at its utilization. */
export type Strategy = 'lag' | 'threshold';

export function strategyOf(sources: readonly RegisteredSource[]): Strategy {
  return sources.some((it) => it.kind !== 'signals') ? 'lag' : 'threshold';
}

/** What must be measured of a service, and how often: nothing that its strategy does not use. */
export function planMeasurements(policy: Policy, sources: readonly RegisteredSource[]): readonly FieldPlan[] {
  const { signal, support } = plannersOf(policy);
  if (strategyOf(sources) === 'threshold') {
    const configured = namedFields(sources).map((field) => signal(field, 'once-known'));
    const { utilizationSeconds: periodSeconds, evaluationSeconds } = policy;
    const everySeconds = Math.max(periodSeconds, evaluationSeconds);
    const utilization = (field: Field): FieldPlan => ({ ...signal(field), periodSeconds, everySeconds });
    return [utilization('cpuPercent'), utilization('memoryPercent'), ...configured];
  }
  const streams = streamsOf(sources);
  const planned = streams.flatMap((stream) =>
    planStream(policy, stream).map((it) => (stream.name === undefined ? it : { ...it, source: stream.name })),
  );
  const agents = sources.some((it) => it.kind === 'agent') ? planAgents(policy, streams.length === 0) : [];
  // What flows is the streams' to say.
  const ofTasks = namedFields(sources).filter((field) => !streamFields.some((it) => it === field));
  return [
    ...inStep(planned),
    ...agents,
    support('cpuPercent'),
    support('memoryPercent'),
    ...ofTasks.map(support),
  ];
}

/** How fields are asked for that a decision rests on, and those that refine it. */
function plannersOf({ evaluationSeconds }: Policy) {
  // CloudWatch has one point a minute of these: asking more often buys nothing new.
  const everySeconds = Math.max(60, evaluationSeconds);
  const freshSeconds = Math.max(publicationSeconds, everySeconds + publicationSeconds - 60);
  const signal = (field: Field, required: FieldPlan['required'] = true): FieldPlan => ({
    field,
    everySeconds,
    periodSeconds: 60,
    required,
    freshSeconds,
  });
  const support = (field: Field): FieldPlan => ({
    field,
    everySeconds: supportingSeconds,
    periodSeconds: 60,
    required: false,
    freshSeconds: supportingSeconds + publicationSeconds,
  });
  return { signal, support };
}

/** What the deployment names metrics for. */
function namedFields(sources: readonly RegisteredSource[]): readonly Field[] {
  const named = sources.flatMap((it) => ('metrics' in it ? (Object.keys(it.metrics) as Field[]) : []));
  return [...new Set(named)];
}

function planStream(policy: Policy, stream: Stream): readonly FieldPlan[] {
  const { evaluationSeconds } = policy;
  const { signal, support } = plannersOf(policy);
  const [arrivals, lag] = [signal('arrivalsPerSecond'), signal('lagSeconds', false)];
  switch (stream.kind) {
    case 'kinesis':
      return [arrivals, signal('lagSeconds'), signal('meanLagSeconds')];
    case 'sqs':
      return [
        // Asked for at each tick, and current when it is.
        {
          ...signal('backlogRecords'),
          everySeconds: evaluationSeconds,
          periodSeconds: evaluationSeconds,
          freshSeconds: Math.max(120, 2 * evaluationSeconds),
        },
        arrivals,
        // The flow follows from depth and arrivals; this is for the summary of the window.
        support('processedPerSecond'),
        lag,
      ];
    case 'msk': {
      // The brokers' sum, a minute later than the rest. A cluster whose monitoring level is DEFAULT has no rate of a topic.
      const freshSeconds = arrivals.freshSeconds + 60;
      return [signal('backlogRecords'), { ...arrivals, required: 'once-known', freshSeconds }, lag];
    }
    case 'metrics': {
      const { processedPerSecond, lagSeconds } = stream.metrics;
      const processed = processedPerSecond === undefined ? [] : [support('processedPerSecond')];
      if (isKnownByLag(stream))
        return [arrivals, signal('lagSeconds'), signal('meanLagSeconds'), ...processed];
      return [signal('backlogRecords'), arrivals, ...(lagSeconds === undefined ? [] : [lag]), ...processed];
    }
  }
}

/** A field is asked of all streams at once: their sum is no newer than the oldest of what it is made of. */
function inStep(plans: readonly FieldPlan[]): readonly FieldPlan[] {
  const slowest = (field: Field) =>
    Math.max(...plans.flatMap((it) => (it.field === field ? it.everySeconds : [])));
  return plans.map((it) => ({ ...it, everySeconds: slowest(it.field) }));
}

/**
 * What agents report, asked for at each tick, on its cadence or off it. What waits is not known while partitions change
 * hands: it may be as much older as that takes, and follows from the rates. How the load lies on the partitions moves
 * slowly, and comes once a minute.
 */
function planAgents({ rebalanceSeconds }: Policy, alone: boolean): FieldPlan[] {
  const report = (field: Field, unknownSeconds = 0): FieldPlan => ({
    field,
    everySeconds: 0,
    periodSeconds: 10,
    required: alone && agentSignals.some((it) => it === field),
    freshSeconds: agentSilentSeconds + unknownSeconds,
  });
  const ofPartitions = (field: Field): FieldPlan => ({
    field,
    everySeconds: 60,
    periodSeconds: 60,
    required: false,
    freshSeconds: publicationSeconds + rebalanceSeconds,
  });
  return [
    report('agentArrivalsPerSecond'),
    report('agentProcessedPerSecond'),
    report('agentBacklogRecords', rebalanceSeconds),
    report('agentLagSeconds', rebalanceSeconds),
    report('busyShare'),
    ofPartitions('hottestShare'),
    ofPartitions('typicalLagSeconds'),
  ];
}

/** The fields that are due at `nowSeconds`. A second early counts as due: ticks jitter. */
export function dueFields(
  plan: readonly FieldPlan[],
  polledAtSeconds: Readonly<Partial<Record<Field, number>>>,
  nowSeconds: number,
): readonly FieldPlan[] {
  return plan.filter((it) => {
    const polled = polledAtSeconds[it.field];
    return polled === undefined || nowSeconds - polled >= it.everySeconds - 1;
  });
}
