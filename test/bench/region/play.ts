import { createMetrics } from '../../../lib/adapters/cloudwatch.ts';
import { createStore } from '../../../lib/adapters/dynamodb.ts';
import { createServices as createEcs } from '../../../lib/adapters/ecs.ts';
import { createManualClock } from '../../../lib/adapters/memory/clock.ts';
import { createMemoryDeadLetters } from '../../../lib/adapters/memory/dead-letters.ts';
import { createMemoryQueues } from '../../../lib/adapters/memory/queues.ts';
import { createMemoryTelemetry } from '../../../lib/adapters/memory/telemetry.ts';
import { createMemoryTickQueue } from '../../../lib/adapters/memory/tick-queue.ts';
import { partitionOf } from '../../../lib/adapters/table-items.ts';
import { policySchema } from '../../../lib/config/policy.ts';
import { serviceId } from '../../../lib/contract/service-id.ts';
import { dispatch } from '../../../lib/control/dispatch.ts';
import { evaluateMessage } from '../../../lib/control/evaluate.ts';
import type { TickReport } from '../../../lib/control/tick-report.ts';
import { needOf } from '../../../lib/core/need.ts';
import { hoursPerMonth, prices } from '../prices.ts';
import { createRegion } from './aws.ts';
import { createServices, firstTasks, playMinute, type RegionService } from './services.ts';

const beginSeconds = 1_795_780_800;
/** One service lives through this; the others come into the world with its past. */
const pastMinutes = 40;
const calmMinutes = 2;
const mostSurgeMinutes = 20;
/** Evaluate is given ten messages at once; here one after the other, each when it is due. */
const stepSeconds = 0.5;

/** What came of one fleet. */
export type RegionResult = {
  readonly services: number;
  /** Ticks of all minutes, and how many were evaluated in time. */
  readonly ticks: number;
  readonly evaluated: number;
  readonly failed: number;
  readonly calls: Readonly<Record<string, { readonly taken: number; readonly refused: number }>>;
  /** Services that the surge has met, and seconds until the last of their first changes was taken by ECS. */
  readonly surged: number;
  readonly drainedSeconds: number;
  /**
   * Changes that had to wait while one that was needed less went, in the same minute: in the first, in which nobody knows
   * of the others, and after it; and all changes.
   */
  readonly inversions: { readonly first: number; readonly later: number };
  readonly changes: number;
  /** By need, most urgent first: how many, and how long they waited from the surge on. */
  readonly waits: readonly {
    readonly need: number;
    readonly count: number;
    readonly p50: number;
    readonly p95: number;
  }[];
  readonly dollarsPerServiceMonth: number;
};

/** Plays a fleet through calm and a surge that a fifth of it meets at once, until all of those have been changed. */
export async function playRegion(count: number): Promise<RegionResult> {
  const clock = createManualClock(beginSeconds);
  const services = createServices(count);
  const region = createRegion(services, () => clock.nowSeconds());
  const telemetry = createMemoryTelemetry();
  const store = createStore({ client: region.clients.table, tableName: 'weir', clock, telemetry });
  const ports = {
    clock,
    store,
    telemetry,
    services: createEcs(region.clients),
    metrics: createMetrics(region.clients.cloudWatch, clock),
    queues: createMemoryQueues(),
    deadLetters: createMemoryDeadLetters(),
  };
  const tickQueue = createMemoryTickQueue(clock);
  const register = (service: RegionService) =>
    store.commitRegistration({
      service: serviceId({ cluster: service.cluster, service: service.name }),
      version: 1,
      outbox: [],
      status: 'managed',
      registration: {
        service: serviceId({ cluster: service.cluster, service: service.name }),
        mode: 'auto',
        policy: policySchema.parse({ maxTasks: 60 }),
        sources: [{ kind: 'kinesis', stream: service.name, partitions: 120 }],
      },
    });

  /** One minute: dispatch at its beginning, and each message when it is due. */
  const play = async (minute: number, surging: boolean): Promise<TickReport[]> => {
    const from = beginSeconds + 60 * minute;
    for (const service of services) playMinute(service, from, surging);
    clock.set(from);
    await dispatch({ clock, store, tickQueue, telemetry });
    const reports: TickReport[] = [];
    for (let later = 0; later < 60; later += stepSeconds) {
      clock.set(from + later);
      for (const { body } of tickQueue.receive()) reports.push(...(await evaluateMessage(body, ports)));
    }
    return reports;
  };

  const [first, ...others] = services;
  if (first === undefined) throw new RangeError('a fleet has at least one service');
  await register(first);
  for (let minute = 0; minute < pastMinutes; minute++) await play(minute, false);
  for (const other of others) {
    await register(other);
    copyPast(region.table, first, other);
  }
  let minute = pastMinutes;
  // What dispatch has sent by then knows of one service only.
  for (; minute < pastMinutes + 3; minute++) await play(minute, false);
  for (const bucket of Object.values(region.buckets)) bucket.counts();
  region.usage.billed.clear();

  const reports: TickReport[] = [];
  for (const end = minute + calmMinutes; minute < end; minute++) reports.push(...(await play(minute, false)));
  const surgeFrom = minute;
  const surgeSeconds = beginSeconds + 60 * surgeFrom;
  const waiting = new Set(services.filter((it) => it.surge > 1));
  const surged = waiting.size;
  const waits: { need: number; seconds: number }[] = [];
  const inversions = { first: 0, later: 0 };
  let changing = false;
  for (; waiting.size > 0 && minute < surgeFrom + mostSurgeMinutes; minute++) {
    const told = await play(minute, true);
    reports.push(...told);
    inversions[changing ? 'later' : 'first'] += inversionsOf(told);
    changing ||= told.some((it) => it.kind === 'scaled');
    for (const report of told) {
      if (report.kind !== 'scaled' || report.outcome !== 'applied') continue;
      const service = services.find((it) => report.service.endsWith(`/${it.name}`));
      if (service === undefined || !waiting.delete(service)) continue;
      // The slot is where the minute begins; within it a tick comes as dispatch has spread it.
      waits.push({ need: needOf(report.decision), seconds: service.readySeconds - 60 - surgeSeconds });
    }
  }
  const minutes = minute - pastMinutes - 3;
  return {
    services: count,
    ticks: minutes * count,
    evaluated: reports.filter((it) => it.kind !== 'failed' && it.kind !== 'late').length,
    failed: reports.filter((it) => it.kind === 'failed').length,
    calls: Object.fromEntries(Object.entries(region.buckets).map(([name, it]) => [name, it.counts()])),
    surged,
    drainedSeconds: waiting.size > 0 ? Number.POSITIVE_INFINITY : Math.max(...waits.map((it) => it.seconds)),
    inversions,
    changes: reports.filter((it) => it.kind === 'scaled' && it.outcome === 'applied').length,
    waits: summarize(waits),
    dollarsPerServiceMonth: dollarsOf(region.usage.billed, minutes, count),
  };
}

/** Of one minute: changes that had to wait while one that was needed less went. */
function inversionsOf(reports: readonly TickReport[]): number {
  const went = reports.flatMap((it) =>
    it.kind === 'scaled' && it.outcome === 'applied' ? [needOf(it.decision)] : [],
  );
  const last = Math.max(-1, ...went);
  return reports.filter((it) => it.kind === 'scaled' && it.outcome === 'failed' && needOf(it.decision) < last)
    .length;
}

function summarize(waits: readonly { need: number; seconds: number }[]): RegionResult['waits'] {
  return [...Map.groupBy(waits, (it) => it.need)]
    .sort(([a], [b]) => a - b)
    .map(([need, these]) => {
      const sorted = these.map((it) => it.seconds).sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
      return { need, count: these.length, p50: at(0.5), p95: at(0.95) };
    });
}

function copyPast(
  table: ReturnType<typeof createRegion>['table'],
  from: RegionService,
  to: RegionService,
): void {
  const pk = partitionOf(serviceId({ cluster: to.cluster, service: to.name }));
  for (const item of table.itemsOf(partitionOf(serviceId({ cluster: from.cluster, service: from.name })))) {
    if (item['sk'] !== 'REG') table.put({ ...item, pk });
  }
  to.minutes.push(...from.minutes.slice(-pastMinutes).filter((it) => !to.minutes.includes(it)));
  to.minutes.sort((a, b) => a.endSeconds - b.endSeconds);
  to.desiredTasks = to.runningTasks = from.desiredTasks || firstTasks;
}

function dollarsOf(
  billed: ReadonlyMap<keyof typeof prices, number>,
  minutes: number,
  services: number,
): number {
  const dollars = [...billed].reduce((sum, [what, count]) => sum + count * prices[what].dollars, 0);
  return (dollars / minutes / services) * 60 * hoursPerMonth;
}
