import type { Registration } from '../config/registration.ts';
import { dispatchHorizonSeconds, type TickMessage } from '../contract/messages.ts';
import { metricQueriesOf } from './measurements.ts';
import { pipelinesOf } from './pipelines.ts';
import type { Clock, Store, Telemetry, TickQueue } from './ports.ts';

/** GetMetricData takes 500 queries; a message's services are read in one call. */
const queriesPerMessage = 500;
/** As the message's schema bounds it. */
const servicesPerMessage = 100;

export type DispatchPorts = {
  readonly clock: Clock;
  readonly store: Store;
  readonly tickQueue: TickQueue;
  readonly telemetry: Telemetry;
};

export type Dispatched = {
  readonly messages: number;
  /** Ticks: a service at a slot. */
  readonly ticks: number;
  /** Slots up to here are sent. */
  readonly untilSeconds: number;
};

/**
 * Sends the ticks of the coming two minutes, each for an absolute slot, to become visible at that slot. A run that is
 * cut short sends again what the next one cannot know of: equal slots of a service collapse in evaluate.
 */
export async function dispatch(ports: DispatchPorts): Promise<Dispatched> {
  const { clock, store, tickQueue, telemetry } = ports;
  const [stored, cursor] = await Promise.all([store.registrations(), store.dispatchedUntil()]);
  const registrations = stored.flatMap((it) => (it.status === 'managed' ? [it.registration] : []));
  const nowSeconds = clock.nowSeconds();
  const untilSeconds = Math.floor(nowSeconds + dispatchHorizonSeconds);
  // A clock that was far ahead has left a cursor that nothing moves back; believed, it would stop every tick until then.
  const believed =
    cursor !== undefined && cursor <= untilSeconds + dispatchHorizonSeconds ? cursor : undefined;
  if (believed !== cursor)
    telemetry.warn('The cursor of dispatch lies in the future and is not used.', { cursor });

  const messages = planMessages(registrations, believed, nowSeconds, untilSeconds);
  if (messages.length > 0) {
    await tickQueue.send(
      spread(messages, registrations).map(({ message, laterSeconds }) => ({
        message,
        delaySeconds: Math.max(0, message.slotSeconds + laterSeconds - nowSeconds),
      })),
    );
    await store.setDispatchedUntil(untilSeconds);
  }
  const dispatched = {
    messages: messages.length,
    ticks: messages.reduce((sum, it) => sum + it.services.length, 0),
    untilSeconds,
  };
  telemetry.info('Dispatched', dispatched);
  return dispatched;
}

/** Messages of one slot are so far apart, */
const apartSeconds = 5;
/** and together take no more than this of the cadence: a tick that is older is dropped. */
const spreadShare = 0.9;

/**
 * When each message is to be taken. ECS gives an account and Region 20 DescribeServices and 5 UpdateService a second, and
 * holds 100 and 50: of a fleet that is looked at all at once, few could be changed in a minute.
 * E.g. 1,000 services are 10 messages, the last of them 45 s after its slot; 10,000 are 100, 0.54 s apart, which ask for
 * 18.5 descriptions a second.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
export function spread(
  messages: readonly TickMessage[],
  registrations: readonly Registration[],
): { readonly message: TickMessage; readonly laterSeconds: number }[] {
  const cadenceOf = new Map(registrations.map((it) => [it.service, it.policy.evaluationSeconds]));
  return [...Map.groupBy(messages, (it) => it.slotSeconds).values()].flatMap((ofSlot) => {
    const cadences = ofSlot.flatMap((it) => it.services.map((service) => cadenceOf.get(service) ?? 0));
    const cadence = cadences.reduce((least, it) => Math.min(least, it), Number.POSITIVE_INFINITY);
    const apart = Math.min(apartSeconds, (spreadShare * cadence) / ofSlot.length);
    return ofSlot.map((message, index) => ({ message, laterSeconds: index * apart }));
  });
}

/** The messages of all slots after `cursor` up to `untilSeconds`, in the order of their slots, then of the services. */
export function planMessages(
  registrations: readonly Registration[],
  cursor: number | undefined,
  nowSeconds: number,
  untilSeconds: number,
): TickMessage[] {
  const bySlot = new Map<number, Registration[]>();
  for (const registration of registrations.toSorted((a, b) => compare(a.service, b.service))) {
    for (const slotSeconds of slotsOf(registration, cursor, nowSeconds, untilSeconds)) {
      const slot = bySlot.get(slotSeconds) ?? [];
      bySlot.set(slotSeconds, slot);
      slot.push(registration);
    }
  }
  return [...bySlot]
    .sort(([a], [b]) => a - b)
    .flatMap(([slotSeconds, due]) => pack(due).map((message) => ({ slotSeconds, ...message })));
}

/**
 * The slots of a service: multiples of its cadence, after the cursor, and none that evaluate would drop as older than
 * the cadence. E.g. every 60 s, with the cursor at 12:02:00 and now 12:00:50: 12:02 is sent already; none is due until
 * 12:02:50. Without a cursor: 12:00, 12:01 and 12:02.
 */
function slotsOf(
  { policy }: Registration,
  cursor: number | undefined,
  nowSeconds: number,
  untilSeconds: number,
): number[] {
  const cadence = policy.evaluationSeconds;
  const afterSeconds = Math.max(cursor ?? Number.NEGATIVE_INFINITY, nowSeconds - cadence);
  const slots: number[] = [];
  for (let slot = (Math.floor(afterSeconds / cadence) + 1) * cadence; slot <= untilSeconds; slot += cadence) {
    slots.push(slot);
  }
  return slots;
}

type Packed = Pick<TickMessage, 'services' | 'after'>;

/**
 * Services of one slot in messages that fit one GetMetricData call even when every field is due. Services that feed each
 * other go into one message, upstream first, so that a plan reaches those behind it in the same step; where they are more
 * than a message holds, those in the next one go by the plans of the step before.
 */
function pack(registrations: readonly Registration[]): Packed[] {
  const messages: Registration[][] = [];
  let queries = 0;
  const open = (first: Registration[], own: number) => {
    messages.push(first);
    queries = own;
  };
  for (const group of pipelinesOf(registrations)) {
    const needed = group.reduce((sum, it) => sum + queriesOf(it), 0);
    const message = messages.at(-1);
    if (message !== undefined && fits(message.length + group.length, queries + needed)) {
      message.push(...group);
      queries += needed;
    } else if (fits(group.length, needed)) {
      open([...group], needed);
    } else {
      for (const member of group) {
        const own = queriesOf(member);
        const newest = messages.at(-1);
        if (newest === undefined || !fits(newest.length + 1, queries + own)) open([member], own);
        else {
          newest.push(member);
          queries += own;
        }
      }
    }
  }
  return messages.map(toMessage);
}

function queriesOf({ service, policy, sources }: Registration): number {
  return metricQueriesOf(service, policy, sources);
}

function fits(services: number, queries: number): boolean {
  return services <= servicesPerMessage && queries <= queriesPerMessage;
}

function toMessage(message: readonly Registration[]): Packed {
  const services = message.map((it) => it.service);
  const after = message.flatMap(({ service, upstream = [] }, index) => {
    const first = upstream.filter((it) => services.slice(0, index).includes(it));
    return first.length > 0 ? [[service, first] as const] : [];
  });
  return { services, ...(after.length > 0 && { after: Object.fromEntries(after) }) };
}

/** By code unit: the same order on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
