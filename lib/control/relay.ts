import pRetry from 'p-retry';
import * as z from 'zod';
import { outboxSchema, type WeirEvent } from '../contract/events.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { Clock, DeadLetters, EventBus, PutResult, Telemetry } from './ports.ts';

/** After the first try, within one run: 100, 200 and 400 ms later. What lasts longer is left to the stream's retry. */
const retries = 3;
const firstWaitMilliseconds = 100;

/** The stream keeps order: behind a record that never gets through, the others of its shard would wait with it. */
export const giveUpSeconds = 600;

export type RelayPorts = {
  readonly bus: EventBus;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
};

type Failed = Extract<PutResult, { kind: 'failed' }>;
type FailedEvent = { readonly event: WeirEvent; readonly failure: Failed };

/**
 * Puts the events of one written item on the bus: each at least once, in order unless one has to be tried again. An
 * event that the bus will never take goes whole to the dead letters; so does an outbox that cannot be read, and
 * whatever the bus has not taken within ten minutes. Concurrent calls share PutEvents requests (adapters/eventbridge.ts).
 * @throws WeirError when events were not taken and may be later: the stream is to deliver this record again.
 */
export async function relayRecord(
  newImage: Readonly<Record<string, unknown>>,
  ports: RelayPorts,
): Promise<void> {
  if (newImage['outbox'] === undefined) return;
  const read = readOutbox(newImage['outbox']);
  if ('unreadable' in read) {
    await bury(JSON.stringify(newImage), read.unreadable, ports);
    return;
  }
  const failed = await put(read.events, ports);
  const [first] = failed;
  if (first === undefined) return;

  const oldestSeconds = Math.min(...failed.map(({ event }) => Date.parse(event.detail.at) / 1000));
  if (ports.clock.nowSeconds() - oldestSeconds <= giveUpSeconds) {
    throw new WeirError(
      `${failed.length} of ${read.events.length} events were not taken by the bus after ${retries + 1} tries: ` +
        `${describe(first.failure)}. The stream delivers them again, for ${giveUpSeconds} s from when they happened.`,
    );
  }
  for (const { event, failure } of failed) await bury(JSON.stringify(event), describe(failure), ports);
}

function readOutbox(text: unknown): { events: readonly WeirEvent[] } | { unreadable: string } {
  if (typeof text !== 'string') return { unreadable: `The outbox is ${typeof text}, not a string of JSON.` };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { unreadable: `The outbox is not JSON: ${String(error)}` };
  }
  const parsed = outboxSchema.safeParse(json);
  return parsed.success
    ? { events: parsed.data }
    : { unreadable: `The outbox cannot be read: ${z.prettifyError(parsed.error)}` };
}

/** Puts events, and again those that may be taken at another try. Returns what is left of them; the hopeless are buried. */
async function put(events: readonly WeirEvent[], ports: RelayPorts): Promise<readonly FailedEvent[]> {
  let failed: readonly FailedEvent[] = [];
  let waiting = events;
  const attempt = async () => {
    const results = await ports.bus.put(waiting);
    const failures = waiting.flatMap((event, index): FailedEvent[] => {
      const failure = results[index];
      return failure?.kind === 'failed' ? [{ event, failure }] : [];
    });
    failed = failures.filter(({ failure }) => failure.retryable);
    waiting = failed.map(({ event }) => event);
    for (const { event, failure } of failures) {
      if (!failure.retryable) await bury(JSON.stringify(event), describe(failure), ports);
    }
    if (failed.length > 0) throw new Throttled();
  };
  try {
    await pRetry(attempt, {
      retries,
      minTimeout: firstWaitMilliseconds,
      shouldRetry: ({ error }) => error instanceof Throttled,
    });
  } catch (error) {
    if (!(error instanceof Throttled)) throw error;
  }
  return failed;
}

/** Tells p-retry, and nobody else, that events are left. */
class Throttled extends Error {}

const describe = ({ code, message }: Failed) => `${code}: ${message}`;

async function bury(body: string, cause: string, { deadLetters, telemetry }: RelayPorts): Promise<void> {
  await deadLetters.put({ body, cause, from: 'publish' });
  telemetry.count('deadLetters');
  telemetry.warn('Events are among the dead letters.', { cause });
}
