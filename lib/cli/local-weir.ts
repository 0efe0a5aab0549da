import type { PartialItemFailureResponse } from '@aws-lambda-powertools/batch/types';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createStore } from '../adapters/dynamodb.ts';
import {
  discoverHandler,
  dispatchHandler,
  evaluateHandler,
  instructHandler,
  learnHandler,
  publishHandler,
} from '../adapters/handlers.ts';
import type { Handler } from '../adapters/lambda.ts';
import { createMemoryDeadLetters, type MemoryDeadLetters } from '../adapters/memory/dead-letters.ts';
import { createMemoryEventBus } from '../adapters/memory/event-bus.ts';
import { createMemoryScalableTargets } from '../adapters/memory/scalable-targets.ts';
import { createMemoryTelemetry, type MemoryTelemetry } from '../adapters/memory/telemetry.ts';
import { createMemoryTickQueue, type MemoryTickQueue } from '../adapters/memory/tick-queue.ts';
import type { Fleet } from '../config/fleet.ts';
import type { WeirEvent } from '../contract/events.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { Scaler } from '../simulator/scaler.ts';
import type { SimulatedWorld } from '../simulator/world.ts';
import { createTableStream, type TableStream } from './table-stream.ts';

/** What the functions are given here, and what their events come from. */
type Deployment = {
  readonly telemetry: MemoryTelemetry;
  readonly deadLetters: MemoryDeadLetters;
  readonly tickQueue: MemoryTickQueue;
  readonly stream: TableStream;
  readonly discover: Handler<unknown>;
  readonly dispatch: Handler<unknown>;
  readonly evaluate: Handler<PartialItemFailureResponse>;
  readonly instruct: Handler<unknown>;
  readonly learn: Handler<unknown>;
  readonly publish: Handler<PartialItemFailureResponse>;
};

export type LocalWeir = Scaler & {
  /** What Weir has said of itself; nothing before its first step. */
  readonly telemetry: () => MemoryTelemetry | undefined;
  /** What a person says, as an event of Weir's bus: it is taken at the next step. */
  say(event: unknown): void;
};

const discoverEverySeconds = 600;
const dispatchEverySeconds = 60;
const learnEverySeconds = 3600;

/**
 * Weir as it is deployed, on this machine: the handlers of its functions, woken as AWS wakes them. The table is an
 * embedded DynamoDB API; ECS, CloudWatch, the sources and the clock are the simulated world's twins. Everything that a
 * moment sets off is awaited before the world moves on, so that the same seed gives the same numbers.
 */
export function createLocalWeir(
  table: { readonly client: DynamoDBDocumentClient; readonly tableName: string },
  onEvent: (event: WeirEvent) => void,
  fleet: Fleet = { policies: {} },
): LocalWeir {
  let deployment: Deployment | undefined;
  const said: unknown[] = [];
  return {
    name: 'weir',
    telemetry: () => deployment?.telemetry,
    say: (event) => {
      said.push(event);
    },
    step: async (world) => {
      const nowSeconds = world.clock.nowSeconds();
      const isFirst = deployment === undefined;
      deployment ??= deploy(world, table, onEvent, fleet);
      if (isFirst || nowSeconds % discoverEverySeconds === 0) await deployment.discover({});
      if (nowSeconds % dispatchEverySeconds === 0) await deployment.dispatch({});
      if (nowSeconds % learnEverySeconds === 0) await deployment.learn({});
      for (const event of said.splice(0)) await deployment.instruct(event);
      for (const { body } of deployment.tickQueue.receive()) await deliverTick(body, deployment);
      await deliverStream(deployment);
    },
  };
}

function deploy(
  world: SimulatedWorld,
  { client, tableName }: { readonly client: DynamoDBDocumentClient; readonly tableName: string },
  onEvent: (event: WeirEvent) => void,
  fleet: Fleet,
): Deployment {
  const { clock, services, metrics, queues, sources } = world;
  const telemetry = createMemoryTelemetry();
  const deadLetters = createMemoryDeadLetters();
  const tickQueue = createMemoryTickQueue(clock);
  const bus = createMemoryEventBus();
  bus.subscribe(onEvent);
  // Simulated time stands still while ticks run: whoever loads has asked by the next turn of the event loop.
  const store = createStore({ client, tableName, clock, telemetry, gatherLoads: setImmediate });
  return {
    telemetry,
    deadLetters,
    tickQueue,
    stream: createTableStream(client),
    discover: discoverHandler({
      clock,
      store,
      services,
      tagged: services,
      sources,
      targets: createMemoryScalableTargets(),
      fleet,
      telemetry,
    }),
    dispatch: dispatchHandler({ clock, store, tickQueue, telemetry }),
    evaluate: evaluateHandler({ clock, store, services, metrics, queues, telemetry, deadLetters }),
    instruct: instructHandler({ clock, store, deadLetters, telemetry }),
    learn: learnHandler({ clock, store, metrics, telemetry }),
    publish: publishHandler({ bus, deadLetters, clock, telemetry }),
  };
}

/** How often a tick is delivered, as constructs/loop.ts says it; then it is among the dead letters. */
const tickDeliveries = 2;
/** How often a stream record is: a few of the stack's thousand, since nothing here mends by waiting. */
const recordDeliveries = 3;

async function deliverTick(body: string, { evaluate, deadLetters }: Deployment): Promise<void> {
  const messageId = 'tick';
  for (let delivery = 1; delivery <= tickDeliveries; delivery++) {
    const { batchItemFailures } = await evaluate({ Records: [{ messageId, body, eventSource: 'aws:sqs' }] });
    if (batchItemFailures.length === 0) return;
  }
  await deadLetters.put({ body, cause: `It failed ${tickDeliveries} times.`, from: 'evaluate' });
}

/** Lambda comes again from the first record that failed on: what lies before it is done. */
async function deliverStream({ stream, publish }: Deployment): Promise<void> {
  let records = stream.take();
  for (let delivery = 1; records.length > 0; delivery++) {
    const { batchItemFailures } = await publish({ Records: records });
    if (batchItemFailures.length === 0) return;
    if (delivery === recordDeliveries) {
      throw new WeirError(
        `${batchItemFailures.length} stream records failed ${recordDeliveries} times on a bus that takes everything: ` +
          'this is a fault of publish.',
      );
    }
    const failed = new Set(batchItemFailures.map((it) => it.itemIdentifier));
    records = records.slice(records.findIndex((it) => failed.has(it.dynamodb.SequenceNumber)));
  }
}
