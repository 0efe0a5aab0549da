import type { ServiceDescription, TickPorts } from '../../lib/control/ports.ts';
import type { Random } from '../../lib/simulator/random.ts';
import type { Rates } from './plan.ts';

export type Counts = Map<string, number>;
export const count = (counts: Counts, what: string, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by);

const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
const broken = () => Object.assign(new Error('Internal server error'), { name: 'InternalServerError' });

/**
 * The ports of one evaluator, with the faults of an episode. Killed, it hangs at one of its calls for ever, before or
 * after what that does, and at whatever else it was about to call.
 */
export function faultyPorts(
  ports: TickPorts,
  {
    rates,
    skewSeconds,
    random,
    counts,
    before,
  }: {
    readonly rates: Rates;
    readonly skewSeconds: number;
    readonly random: Random;
    readonly counts: Counts;
    /** How ECS described each service a minute ago. */
    readonly before: ReadonlyMap<string, ServiceDescription>;
  },
): TickPorts {
  const befalls = (rate: number, what: string) => {
    const it = rate > 0 && random() < rate;
    if (it) count(counts, what);
    return it;
  };
  let dead = false;
  let callsLeft = befalls(rates.killed, 'evaluator killed at an await') ? 1 + Math.floor(random() * 12) : -1;
  const never = () => new Promise<never>(() => {});
  /** Whatever an evaluator awaits: it may be killed before it, or after it. */
  const awaited = async <T>(call: () => Promise<T>): Promise<T> => {
    if (dead) return never();
    if (callsLeft > 0) callsLeft--;
    if (callsLeft !== 0) return call();
    dead = true;
    if (random() < 0.5) return never();
    await call();
    return never();
  };
  const reading = <T>(what: string, call: () => Promise<T>) =>
    awaited(async () => {
      if (befalls(rates.broken, `${what} fails`)) throw random() < 0.5 ? throttled() : broken();
      return call();
    });
  const writing = <T>(what: string, call: () => Promise<T>) =>
    awaited(async () => {
      if (befalls(rates.broken, `${what} fails`)) throw broken();
      const answer = await call();
      if (befalls(rates.lostAnswer, `answer of ${what} is lost`)) throw broken();
      return answer;
    });
  const { store, services, metrics, queues } = ports;
  const failedRead = () =>
    ({ kind: 'failed', cause: random() < 0.5 ? 'throttled' : 'error', message: 'no' }) as const;
  return {
    ...ports,
    clock: { nowSeconds: () => ports.clock.nowSeconds() + skewSeconds },
    store: {
      ...store,
      load: (it) => reading('load', () => store.load(it)),
      samples: (...it) => reading('samples', () => store.samples(...it)),
      model: (it) => reading('model', () => store.model(it)),
      observed: (it) => reading('observed', () => store.observed(it)),
      putSample: (...it) => writing('putSample', () => store.putSample(...it)),
      commitState: (it) => writing('commitState', () => store.commitState(it)),
      putWaiting: (it) => writing('putWaiting', () => store.putWaiting(it)),
      waiting: (it) => reading('waiting', () => store.waiting(it)),
    },
    services: {
      ...services,
      describe: (it, options) =>
        reading('DescribeServices', async () => {
          const old = before.get(it);
          if (old !== undefined && befalls(rates.staleDescription, 'DescribeServices is a minute behind'))
            return old;
          return services.describe(it, options);
        }),
      updateDesiredTasks: (...it) =>
        awaited(async () => {
          if (befalls(rates.throttledUpdate, 'UpdateService is throttled')) {
            return { kind: 'refused', cause: 'throttled', message: 'Rate exceeded' } as const;
          }
          if (befalls(rates.lostUpdate, 'answer of UpdateService is lost')) {
            if (random() < 0.5) await services.updateDesiredTasks(...it);
            return { kind: 'unknown', message: 'TimeoutError' } as const;
          }
          return services.updateDesiredTasks(...it);
        }),
    },
    metrics: {
      read: (query) =>
        awaited(async () => {
          if (befalls(rates.broken, 'GetMetricData fails')) return failedRead();
          const answer = await metrics.read(query);
          if (answer.kind === 'failed' || !befalls(rates.partialMetrics, 'GetMetricData is partial'))
            return answer;
          return { ...answer, points: answer.points.slice(0, -1), partial: random() < 0.5 };
        }),
    },
    queues: {
      depth: (url) =>
        awaited(async () =>
          befalls(rates.broken, 'GetQueueAttributes fails') ? failedRead() : queues.depth(url),
        ),
    },
  };
}
