import { inBatches } from '../../lib/adapters/batches.ts';
import { createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createServices } from '../../lib/adapters/ecs.ts';
import { createEventBus } from '../../lib/adapters/eventbridge.ts';
import {
  discoverHandler,
  dispatchHandler,
  evaluateHandler,
  instructHandler,
  learnHandler,
  observeHandler,
  publishHandler,
} from '../../lib/adapters/handlers.ts';
import type { Handler } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createScalableTargets } from '../../lib/adapters/scalable-targets.ts';
import { createSources } from '../../lib/adapters/sources.ts';
import { createDeadLetters, createQueues, createTickQueue } from '../../lib/adapters/sqs.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';
import { parseFleet } from '../../lib/config/fleet.ts';
import type { FunctionName } from '../../lib/contract/environment.ts';
import type { Clock } from '../../lib/control/ports.ts';
import { add, type CountedAws } from './aws.ts';
import type { StoredItem } from './table.ts';

const queueUrl = 'https://sqs.us-east-1.amazonaws.com/111122223333/bench';
const tableName = 'weir';

/** The handlers of all functions, composed as in functions/, over the clients that are answered in memory. */
function createHandlers({ clients }: CountedAws, clock: Clock): Record<FunctionName, Handler<unknown>> {
  const observed = (name: FunctionName, create: (telemetry: Telemetry) => Handler<unknown>) => {
    const telemetry = createTelemetry(name);
    return telemetry.observed(create(telemetry));
  };
  const storeWith = (telemetry: Telemetry) =>
    createStore({ client: clients.table, tableName, clock, telemetry });
  const deadLetters = createDeadLetters(clients.sqs, queueUrl);
  const services = createServices(clients);
  return {
    discover: observed('discover', (telemetry) =>
      discoverHandler({
        clock,
        store: storeWith(telemetry),
        services,
        tagged: createTaggedServices(clients.tagging, telemetry),
        sources: createSources(clients),
        targets: createScalableTargets(clients.scaling),
        fleet: parseFleet({}),
        telemetry,
      }),
    ),
    dispatch: observed('dispatch', (telemetry) => {
      const tickQueue = createTickQueue(clients.sqs, queueUrl);
      return dispatchHandler({ clock, store: storeWith(telemetry), tickQueue, telemetry });
    }),
    evaluate: observed('evaluate', (telemetry) =>
      evaluateHandler({
        clock,
        store: storeWith(telemetry),
        services,
        metrics: createMetrics(clients.cloudWatch, clock),
        queues: createQueues(clients.sqs),
        deadLetters,
        telemetry,
      }),
    ),
    instruct: observed('instruct', (telemetry) =>
      instructHandler({ clock, store: storeWith(telemetry), deadLetters, telemetry }),
    ),
    learn: observed('learn', (telemetry) => {
      const metrics = createMetrics(clients.cloudWatch, clock);
      return learnHandler({ clock, store: storeWith(telemetry), metrics, telemetry });
    }),
    observe: observed('observe', (telemetry) =>
      observeHandler({ clock, store: storeWith(telemetry), telemetry }),
    ),
    publish: observed('publish', (telemetry) =>
      publishHandler({ bus: createEventBus(clients.eventBridge, 'weir'), deadLetters, clock, telemetry }),
    ),
  };
}

type Telemetry = ReturnType<typeof createTelemetry>;

/** How long one invocation ran: all of it, and of that on the processor. */
export type Run = { readonly wallMilliseconds: number; readonly cpuMilliseconds: number };

/** The functions with what wakes them: schedules each minute, each ten and each hour, the queue, the table's stream. */
export function createFleet(aws: CountedAws, clock: Clock, answerMilliseconds: number) {
  const handlers = createHandlers(aws, clock);
  const slow = new Set<FunctionName>();
  let counts = new Map<FunctionName, number>();
  let runs = new Map<FunctionName, Run[]>();

  const invoke = async (name: FunctionName, event: unknown): Promise<unknown> => {
    aws.answerAfter(slow.has(name) ? answerMilliseconds : 0);
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const answer = await handlers[name](event);
    const { user, system } = process.cpuUsage(cpu);
    const run = { wallMilliseconds: performance.now() - began, cpuMilliseconds: (user + system) / 1000 };
    add(counts, name);
    if (slow.has(name)) runs.set(name, [...(runs.get(name) ?? []), run]);
    return answer;
  };

  /** @throws Error when a function hands a record back: in the bench nothing fails. */
  const invokeWith = async (name: 'evaluate' | 'publish', records: readonly object[]) => {
    const answer = (await invoke(name, { Records: records })) as { batchItemFailures: unknown[] };
    if (answer.batchItemFailures.length > 0) throw new Error(`${name} has failed in the bench`);
  };

  return {
    discover: () => invoke('discover', {}),
    dispatch: () => invoke('dispatch', {}),
    learn: () => invoke('learn', {}),
    /**
     * A message at a time, so that each one's processor time is its own; what its services tell comes to publish in the
     * batches of the stream.
     */
    deliver: async () => {
      for (const body of aws.due()) {
        // Lambda receives the message and deletes it.
        aws.bill('sqsRequests', 2);
        await invokeWith('evaluate', [sqsRecord(body)]);
        for (const batch of inBatches(aws.streamed(), 100)) {
          await invokeWith('publish', batch.map(streamRecord));
        }
      }
    },
    /** From here on every answer to this function takes its time, and how long it ran is kept. */
    time: (name: FunctionName) => {
      slow.add(name);
    },
    /** How often each function ran since the last call, and how long each timed run took. */
    takeRuns: () => {
      const taken = { counts, runs };
      counts = new Map();
      runs = new Map();
      return taken;
    },
  };
}

const sqsRecord = (body: string) => ({
  messageId: 'f3c0d8a2-2f5e-4c1c-8a53-6b0a3f1c7d21',
  receiptHandle: 'none',
  body,
  attributes: { ApproximateReceiveCount: '1' },
  messageAttributes: {},
  eventSource: 'aws:sqs',
  awsRegion: 'us-east-1',
});

const streamRecord = (item: StoredItem) => ({
  eventID: '1',
  eventName: 'MODIFY',
  eventSource: 'aws:dynamodb',
  awsRegion: 'us-east-1',
  dynamodb: { NewImage: marshall(item), SequenceNumber: '1', StreamViewType: 'NEW_IMAGE' },
});

const marshall = (item: StoredItem) =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'string' ? { S: value } : { N: String(value) },
    ]),
  );
