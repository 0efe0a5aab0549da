import type { Registration } from '../config/registration.ts';
import type { Point } from '../contract/measurement.ts';
import type { ServiceId } from '../contract/service-id.ts';
import { backtest, historyPeriodSeconds } from '../core/backtest.ts';
import type { LearnedModel } from '../core/learned-model.ts';
import { addUp } from '../core/several.ts';
import { streamsOf } from '../core/streams.ts';
import { worstRises } from '../core/worst-rise.ts';
import { measurementOf } from './measurements.ts';
import type { Clock, Metrics, Store, Telemetry } from './ports.ts';

/**
 * So far back a history reaches: two weeks to see that weeks agree, and before a backtest of eight days. CloudWatch keeps
 * five-minute points for 63 days. They are 8,064, one page of GetMetricData, and it bills a metric however many points it
 * gives: $0.0073 a month and service, hourly.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export const historyDays = 28;

/** CloudWatch shows a minute one to two minutes after it began. */
const metricDelaySeconds = 60;

/** Services that are read side by side: twelve histories fit a page of GetMetricData, so that these are one call. */
const servicesAtOnce = 10;
/** A run learns this many at most; a larger fleet takes several. A backtest takes a tenth of a second of a processor. */
const servicesPerRun = 1000;
/** No batch is begun after this: what is under way ends before the function is stopped. */
export const runSeconds = 240;
/** A model that is younger was learned by this turn, or the one before it that came late. */
const leastAgeSeconds = 1800;

export type LearnPorts = {
  readonly clock: Clock;
  readonly store: Pick<Store, 'registrations' | 'model' | 'putModel'>;
  readonly metrics: Metrics;
  readonly telemetry: Telemetry;
};

/** What learn has come to for one service. */
export type Learned = {
  readonly service: ServiceId;
  readonly outcome: 'season' | 'no-season' | 'unread' | 'failed';
};

/**
 * Learns the services whose model is oldest, none first. What is not reached in this run is the oldest of the next. A
 * service that fails is logged and keeps its model. @throws when the registrations cannot be read at all.
 */
export async function learn(ports: LearnPorts): Promise<readonly Learned[]> {
  const { clock, telemetry } = ports;
  const beganSeconds = clock.nowSeconds();
  const due = await dueServices(ports, beganSeconds);
  const learned: Learned[] = [];
  for (let from = 0; from < due.length; from += servicesAtOnce) {
    if (clock.nowSeconds() - beganSeconds > runSeconds) break;
    const batch = due.slice(from, from + servicesAtOnce);
    learned.push(...(await Promise.all(batch.map((registration) => learnSafely(registration, ports)))));
  }
  telemetry.info('Learned', { ...tally(learned), left: due.length - learned.length });
  return learned;
}

/** Services with a stream, the one whose model is oldest first. */
async function dueServices(
  { store, telemetry }: LearnPorts,
  nowSeconds: number,
): Promise<readonly Registration[]> {
  const stored = await store.registrations();
  const streams = stored.flatMap((it) =>
    it.status === 'managed' && historiesOf(it.registration).length > 0 ? [it.registration] : [],
  );
  const aged = await Promise.all(
    streams.map(async (registration) => {
      try {
        const model = await store.model(registration.service);
        return { registration, learnedAtSeconds: model?.learnedAtSeconds ?? Number.NEGATIVE_INFINITY };
      } catch (error) {
        telemetry.error('A model could not be read.', error, { service: registration.service });
        return { registration, learnedAtSeconds: Number.NEGATIVE_INFINITY };
      }
    }),
  );
  return aged
    .filter((it) => nowSeconds - it.learnedAtSeconds >= leastAgeSeconds)
    .sort(
      (a, b) =>
        a.learnedAtSeconds - b.learnedAtSeconds || (a.registration.service < b.registration.service ? -1 : 1),
    )
    .slice(0, servicesPerRun)
    .map((it) => it.registration);
}

async function learnSafely(registration: Registration, ports: LearnPorts): Promise<Learned> {
  const { service } = registration;
  try {
    return { service, outcome: await learnOne(registration, ports) };
  } catch (error) {
    ports.telemetry.error('A service could not be learned and keeps its model.', error, { service });
    ports.telemetry.count('failures');
    return { service, outcome: 'failed' };
  }
}

/** Reads one service's history, and puts what its backtest lets pass: a season, or that there is none. */
export async function learnOne(
  registration: Registration,
  {
    clock,
    store,
    metrics,
    telemetry,
  }: Omit<LearnPorts, 'store'> & { readonly store: Pick<Store, 'putModel'> },
): Promise<Exclude<Learned['outcome'], 'failed'>> {
  const { service, policy } = registration;
  const nowSeconds = clock.nowSeconds();
  const sinceSeconds = beginningOf(nowSeconds);
  const readings = await Promise.all(
    historiesOf(registration).map(async ({ query, convert }) => {
      return { reading: await metrics.read({ ...query, sinceSeconds }), convert };
    }),
  );
  const histories: Point[][] = [];
  for (const { reading, convert } of readings) {
    if (reading.kind === 'failed' || reading.partial) {
      telemetry.warn('A history could not be read whole.', {
        service,
        ...(reading.kind === 'failed' && { cause: reading.cause, message: reading.message }),
      });
      return 'unread';
    }
    histories.push(reading.points.map((it) => ({ ...it, value: convert(it.value, historyPeriodSeconds) })));
  }
  if (histories.length === 0) return 'unread';
  const history = addUp(histories);
  const horizonSeconds = policy.startupSeconds + policy.evaluationSeconds + metricDelaySeconds;
  const { season } = backtest(history, horizonSeconds);
  const worstRisesPerSecond = worstRises(history, historyPeriodSeconds);
  const model: LearnedModel = {
    format: 1,
    learnedAtSeconds: nowSeconds,
    ...(season && { season }),
    ...(worstRisesPerSecond && { worstRisesPerSecond }),
  };
  await store.putModel(service, model);
  return season === undefined ? 'no-season' : 'season';
}

/** On the hour: the histories of services that are read at the same time share a call. */
const beginningOf = (nowSeconds: number) => Math.floor(nowSeconds / 3600) * 3600 - historyDays * 86_400;

/** What arrives, five minutes by five minutes, in each stream or queue; agents have no such metric in CloudWatch. */
function historiesOf({ service, sources }: Registration) {
  return streamsOf(sources).flatMap((stream) => {
    const measurement = measurementOf('arrivalsPerSecond', service, stream);
    if (measurement.kind !== 'metric') return [];
    const { query, convert } = measurement;
    return [{ query: { ...query, periodSeconds: historyPeriodSeconds }, convert }];
  });
}

function tally(learned: readonly Learned[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of learned) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
