import { createManualClock } from '../../lib/adapters/memory/clock.ts';
import { createMemoryDeadLetters } from '../../lib/adapters/memory/dead-letters.ts';
import { createMemoryEventBus } from '../../lib/adapters/memory/event-bus.ts';
import { createMemoryMetrics } from '../../lib/adapters/memory/metrics.ts';
import { createMemoryQueues } from '../../lib/adapters/memory/queues.ts';
import { createMemoryServices } from '../../lib/adapters/memory/services.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { createMemoryTickQueue } from '../../lib/adapters/memory/tick-queue.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import { dispatch } from '../../lib/control/dispatch.ts';
import { evaluateMessage } from '../../lib/control/evaluate.ts';
import type { ServiceDescription, StoredState, TickPorts } from '../../lib/control/ports.ts';
import type { TickReport } from '../../lib/control/tick-report.ts';
import { createRandom } from '../../lib/simulator/random.ts';
import { createInvariants } from './invariants.ts';
import { calmMinutes, type Episode, planEpisodes } from './plan.ts';
import { type Counts, count, faultyPorts } from './ports.ts';
import { createFluid } from './services.ts';

export type Campaign = { readonly minutes: number; readonly services: number; readonly seed: number };

const beginSeconds = 1_795_780_800;
/** Within so many minutes of the end of all faults, every service is evaluated, and its lag is what it should be. */
const recoveredMinutes = 45;
const longestLagSeconds = 300;

/** Plays a campaign; what it did, by name. @throws Broken with the service's last steps when an invariant does not hold. */
export async function runCampaign({ minutes, services: many, seed }: Campaign): Promise<Counts> {
  const random = createRandom(seed, 'faults');
  const counts: Counts = new Map();
  const clock = createManualClock(beginSeconds);
  const twins = {
    services: createMemoryServices(),
    metrics: createMemoryMetrics(clock),
    queues: createMemoryQueues(),
  };
  const fluids = Array.from({ length: many }, (_, index) =>
    createFluid(index, createRandom(seed, `service ${index}`), twins),
  );
  const store = createMemoryStore();
  const telemetry = createMemoryTelemetry();
  const deadLetters = createMemoryDeadLetters();
  const bus = createMemoryEventBus();
  const tickQueue = createMemoryTickQueue(clock);
  const registrations = fluids.map((it) => it.registration);
  const invariants = createInvariants(registrations, counts, () => clock.nowSeconds());

  const stream: StoredState[] = [];
  const heard = new Set<string>();
  bus.subscribe((event: WeirEvent) => {
    invariants.heard(event);
    heard.add(event.detail.id);
    count(counts, `event ${event.detailType}`);
  });
  let broken: unknown;
  store.onCommit((...commit) => {
    if (commit[0] !== 'state') return;
    try {
      invariants.committed(commit[1]);
    } catch (error) {
      broken ??= error;
    }
    if (commit[1].outbox.length > 0) stream.push(commit[1]);
  });
  let skewed = false;
  const ports: TickPorts = {
    clock,
    telemetry,
    metrics: twins.metrics,
    queues: twins.queues,
    store: {
      ...store,
      putSample: async (service, sample) => {
        invariants.sampled(service, sample);
        await store.putSample(service, sample);
      },
    },
    services: {
      ...twins.services,
      updateDesiredTasks: async (service, desiredTasks, timeoutSeconds) => {
        try {
          invariants.sends(service, desiredTasks, skewed);
        } catch (error) {
          broken ??= error;
        }
        count(counts, 'UpdateService taken');
        return twins.services.updateDesiredTasks(service, desiredTasks, timeoutSeconds);
      },
    },
  };
  for (const { registration } of fluids) {
    const { service } = registration;
    await store.commitRegistration({ service, version: 1, outbox: [], status: 'managed', registration });
  }

  let before = new Map<string, ServiceDescription>();
  const evaluated = new Map<string, number>();
  const late: { readonly body: string; readonly dueMinute: number }[] = [];

  const record = (reports: readonly TickReport[]) => {
    for (const { kind, service } of reports) {
      count(counts, `tick ${kind}`);
      if (kind !== 'failed' && kind !== 'late') evaluated.set(service, clock.nowSeconds());
    }
  };

  /** One delivery of a message to an evaluator of its own. Whoever was killed is not waited for. */
  const deliver = async (body: string, episode: Episode): Promise<void> => {
    const { rates, skewSeconds } = episode;
    const faulty = faultyPorts(ports, { rates, skewSeconds, random, counts, before });
    const run = evaluateMessage(body, { ...faulty, deadLetters }).then(record);
    const ended = await Promise.race([run.then(() => true), settled()]);
    if (!ended) count(counts, 'evaluators that hang');
  };

  const play = async (minute: number, episode: Episode): Promise<void> => {
    const { rates } = episode;
    const from = beginSeconds + 60 * minute;
    before = new Map(registrations.map(({ service }) => [service, twins.services.get(service)]));
    for (const fluid of fluids) fluid.play(from);
    for (const { registration } of fluids) meddle(registration.service, rates);
    clock.set(from + 40 * random());
    if (rates.broken < 1 || random() < 0.5) await dispatch({ clock, store, tickQueue, telemetry });
    const due = [...tickQueue.receive().map((it) => it.body), ...late.splice(0).map((it) => it.body)];
    for (const body of shuffled(due)) {
      if (random() < rates.lostMessage) {
        count(counts, 'message lost');
      } else if (random() < rates.delayed) {
        count(counts, 'message a minute late');
        late.push({ body, dueMinute: minute + 1 });
      } else {
        const twice = random() < rates.doubled;
        if (twice) count(counts, 'message taken by two evaluators');
        await Promise.all([deliver(body, episode), ...(twice ? [deliver(body, episode)] : [])]);
      }
      if (random() < rates.poison) {
        count(counts, 'message that nobody can read');
        await deliver(body.slice(0, Math.floor(body.length * random())), episode);
      }
    }
    await relay(rates.broken >= 1);
    if (broken !== undefined) throw broken;
  };

  /** What people and deployments do beside Weir. */
  const meddle = (service: string, rates: Episode['rates']) => {
    const found = twins.services.get(service);
    if (found.kind === 'gone') return;
    const { observation } = found;
    if (random() < rates.hand) {
      count(counts, 'a person sets the count');
      invariants.note(service, 'a person sets the count');
      twins.services.update(service, { desiredTasks: Math.floor(20 * random()) });
    } else if (random() < rates.reset) {
      count(counts, 'a deployment resets the count');
      invariants.note(service, 'a deployment resets the count');
      const deployment = String(Number(observation.deployment ?? '1') + 1);
      twins.services.update(service, { desiredTasks: 2, deployment });
    }
  };

  /** The table's stream: in order, some records twice, none while the bus is away. */
  const relay = async (away: boolean): Promise<void> => {
    if (away) return;
    for (const state of stream.splice(0)) {
      const times = random() < 0.02 ? 2 : 1;
      for (let time = 0; time < times; time++) await bus.put(state.outbox);
    }
  };

  const shuffled = <T>(items: readonly T[]): T[] =>
    items
      .map((it) => ({ it, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ it }) => it);

  let minute = 0;
  for (const episode of planEpisodes(minutes, random)) {
    skewed = episode.skewSeconds !== 0;
    count(counts, `episode ${episode.name}`);
    for (const end = minute + episode.minutes; minute < end; minute++) {
      await play(minute, episode);
      const recovered = minute >= minutes - calmMinutes + recoveredMinutes;
      if (!recovered) continue;
      for (const { registration, lagSeconds } of fluids) {
        const { service, mode } = registration;
        const age = clock.nowSeconds() - (evaluated.get(service) ?? 0);
        invariants.must(service, age <= 180, `was not evaluated for ${age} s, with nothing wrong any more`);
        const fits = mode !== 'auto' || lagSeconds() <= longestLagSeconds;
        invariants.must(
          service,
          fits,
          `lags by ${lagSeconds().toFixed(0)} s, with nothing wrong for ${recoveredMinutes} minutes`,
        );
      }
    }
  }
  await relay(false);
  invariants.finish(heard);
  count(counts, 'minutes', minutes);
  count(counts, 'dead letters', deadLetters.letters.length);
  return counts;
}

/** Long enough for everything that does not hang: all of it is in this process, and nothing waits for a clock. */
async function settled(): Promise<false> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  return false;
}
