import type {
  MetricReading,
  QueueDepth,
  Services,
  TickPorts,
  UpdateOutcome,
} from '../../lib/control/ports.ts';

/** One call that a run made of a port. */
export type Call = { readonly index: number; readonly name: string };

/**
 * What happens at a call. Killed: whoever called is no more; before the call, or after it, its answer lost. Lost: the
 * caller lives, and hears that the call broke; it had not happened, or it had. Else something else comes in between.
 */
export type Fate =
  | 'killed before'
  | 'killed after'
  | 'lost before'
  | 'lost after'
  | { readonly before: () => Promise<void> }
  | { readonly after: () => Promise<void> };

/** Ports whose functions answer at once, within the process. */
const local = new Set(['clock', 'telemetry', 'fleet']);

const failedRead = { kind: 'failed', cause: 'error', message: 'lost' } as const satisfies MetricReading &
  QueueDepth;
/** What the ports that never reject say when a call broke. */
const brokenAnswers: Readonly<Record<string, unknown>> = {
  'metrics.read': failedRead,
  'queues.depth': failedRead,
  'services.updateDesiredTasks': { kind: 'unknown', message: 'lost' } satisfies UpdateOutcome,
};

type AnyPort = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/**
 * The same ports, every call of them numbered from 0 in the order in which they are made, with the fate that the test
 * has for it. Nobody lists the calls: whatever is called is counted.
 */
export function numberCalls<P extends object>(
  ports: P,
  fateOf: (call: Call) => Fate | undefined = () => undefined,
) {
  const calls: Call[] = [];
  const wrapped = Object.entries(ports).map(([portName, port]: [string, unknown]) => {
    if (local.has(portName)) return [portName, port];
    const proxy = new Proxy(port as AnyPort, {
      get: (target, method: string) => {
        return async (...args: unknown[]) => {
          const call = { index: calls.length, name: `${portName}.${method}` };
          calls.push(call);
          return meet(fateOf(call), call.name, async () => target[method]?.(...args));
        };
      },
    });
    return [portName, proxy];
  });
  return { ports: Object.fromEntries(wrapped) as P, calls };
}

async function meet(fate: Fate | undefined, name: string, perform: () => Promise<unknown>): Promise<unknown> {
  if (fate === undefined) return perform();
  if (typeof fate === 'object') {
    if ('before' in fate) await fate.before();
    const answer = await perform();
    if ('after' in fate) await fate.after();
    return answer;
  }
  if (fate.endsWith('after')) await perform();
  if (fate.startsWith('killed')) return new Promise(() => {});
  if (name in brokenAnswers) return brokenAnswers[name];
  throw new Error(`${name} was lost`);
}

/**
 * UpdateService is given up after its time-out, as the adapter does it. `inner` is what takes effect, and only in time;
 * `outer` goes around whatever makes the call slow, and hears of nothing that was too late.
 */
export function giveUpInTime(ports: TickPorts) {
  const gaveUp: UpdateOutcome = { kind: 'unknown', message: 'TimeoutError' };
  let deadlineSeconds = Number.POSITIVE_INFINITY;
  const tooLate = () => ports.clock.nowSeconds() > deadlineSeconds;
  const withUpdate = (around: TickPorts, updateDesiredTasks: Services['updateDesiredTasks']): TickPorts => ({
    ...around,
    services: { ...around.services, updateDesiredTasks },
  });
  return {
    inner: withUpdate(ports, async (...call) =>
      tooLate() ? gaveUp : ports.services.updateDesiredTasks(...call),
    ),
    outer: (slow: TickPorts) =>
      withUpdate(slow, async (service, desiredTasks, timeoutSeconds) => {
        deadlineSeconds = ports.clock.nowSeconds() + timeoutSeconds;
        const outcome = await slow.services.updateDesiredTasks(service, desiredTasks, timeoutSeconds);
        return tooLate() ? gaveUp : outcome;
      }),
  };
}

/** Lets a run go on until it has ended or hangs at a call that killed it. */
export async function settle(run: Promise<unknown>): Promise<'ended' | 'hangs'> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  run.then(end, end);
  // Nothing in these tests waits for a timer: what is not done after a turn of the event loop waits for ever.
  for (let turn = 0; turn < 3 && !ended; turn++) await new Promise((resolve) => setImmediate(resolve));
  return ended ? 'ended' : 'hangs';
}
