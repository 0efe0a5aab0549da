import type { Policy } from '../config/policy.ts';
import type { Registration } from '../config/registration.ts';
import type { Tick } from '../contract/messages.ts';
import type { ServiceId } from '../contract/service-id.ts';
import { withOverride } from '../core/control.ts';
import { initialLoopState, type LoopState, type ServiceOutput } from '../core/loop-state.ts';
import { dueFields, planMeasurements, strategyOf } from '../core/measure.ts';
import type { ServiceContext } from '../core/plan.ts';
import type { Sample } from '../core/sample.ts';
import { withStartup } from '../core/startup.ts';
import { windowSeconds } from '../core/window.ts';
import type { ServiceDescription, StoredState, TickPorts } from './ports.ts';
import { readFields } from './readings.ts';
import { recover, recoverGone } from './recover.ts';
import { type EventDraft, stateEventId, toOutbox } from './render-events.ts';
import type { ReportOf, TickReport } from './tick-report.ts';

/** Everything that one tick thinks with. */
export type Collected = {
  readonly kind: 'collected';
  readonly tick: Tick;
  /** The moment that the service was looked at. */
  readonly nowSeconds: number;
  readonly registration: Registration;
  /** The registration, and what was learned of the service. */
  readonly context: ServiceContext;
  /** Version of the stored state, 0 if there is none: what this tick writes comes after it. */
  readonly version: number;
  /** The state that the last tick left, with what has become of its decision. */
  readonly loop: LoopState;
  /** Samples of the last hour, oldest first; the last one is this tick's and is not stored yet. */
  readonly samples: readonly Sample[];
  readonly sample: Sample;
  /** Of what people have said, as far as they have. */
  readonly controlVersion?: number;
  /** When each field was last asked for, this tick included. */
  readonly polledAtSeconds: LoopState['polledAtSeconds'];
  /** What is to be told of a decision that was in flight. */
  readonly recovered: readonly EventDraft[];
};

/** Loads what is known of the service, looks at ECS, and reads what is due; or says why there is nothing to do. */
export async function collect(tick: Tick, ports: TickPorts): Promise<Collected | TickReport> {
  const { service } = tick;
  const stored = await ports.store.load(service);
  const nowSeconds = ports.clock.nowSeconds();
  if (stored.registration?.status !== 'managed') return { kind: 'not-managed', ...tick };
  const { registration } = stored.registration;
  const obstacle = obstacleTo(tick, registration, stored.state, nowSeconds);
  if (obstacle !== undefined) return obstacle;

  const { version, inFlight, loop: before } = stored.state ?? { version: 0, loop: initialLoopState };
  const { policy, sources } = registration;
  const describing = ports.services.describe(service);
  const { restUntilSeconds = 0 } = before;
  if (inFlight === undefined && tick.slotSeconds < restUntilSeconds) {
    const said = await ports.store.control(service);
    if (said?.version === before.controlVersion && isAsLeft(await describing, before, policy)) {
      return { kind: 'resting', untilSeconds: restUntilSeconds, ...tick };
    }
  }
  // Slots, not the clock: ticks jitter by seconds, and a field that is due every minute must not miss its slot by one.
  const due = dueFields(planMeasurements(policy, sources), before.polledAtSeconds, tick.slotSeconds);
  const target = { service, sources, nowSeconds };
  const [description, protection, [known, readings], model, seen, said, upstream] = await Promise.all([
    describing,
    policy.protect === 'idle' ? readProtection(service, ports) : undefined,
    ports.store
      .samples(service, nowSeconds - windowSeconds)
      .then(async (samples) => [samples, await readFields(due, samples, target, ports)] as const),
    strategyOf(sources) === 'lag' ? ports.store.model(service) : undefined,
    ports.store.observed(service),
    ports.store.control(service),
    outputsOf(registration.upstream ?? [], ports),
  ]);
  if (description.kind === 'gone') {
    return (
      (await buryInFlight(tick, stored.state, ports)) ?? { kind: 'gone', cause: description.cause, ...tick }
    );
  }
  if (description.scheduling === 'DAEMON') {
    return (await buryInFlight(tick, stored.state, ports)) ?? { kind: 'daemon', ...tick };
  }
  const observation = { ...description.observation, ...protection };
  const recovered = inFlight && recover(inFlight, observation.desiredTasks, before);
  const { series, bySource, unread } = readings;
  // What is asked for at each tick needs no memory of when it was.
  const polled = due.filter((it) => it.everySeconds > 0 && readings.polled.includes(it.field));
  const sample: Sample = {
    atSeconds: nowSeconds,
    observation,
    series,
    ...(bySource && { bySource }),
    unread,
  };
  return {
    kind: 'collected',
    tick,
    nowSeconds,
    registration,
    context: withOverride(
      withStartup(
        {
          policy,
          sources,
          mode: registration.mode,
          ...(model && { model }),
          ...(seen && { observed: seen.observed }),
          ...(said && { control: said.control }),
          ...(upstream.length > 0 && { upstream }),
        },
        before,
        observation.revision,
      ),
      nowSeconds,
    ),
    ...(said && { controlVersion: said.version }),
    version,
    loop: recovered?.loop ?? before,
    samples: [...known, sample],
    sample,
    polledAtSeconds: {
      ...before.polledAtSeconds,
      ...Object.fromEntries(polled.map(({ field }) => [field, tick.slotSeconds])),
    },
    recovered: recovered === undefined ? [] : [recovered.told],
  };
}

/** Whether nothing has happened to a service since its last tick, as far as ECS knows, and its policy would have it so. */
function isAsLeft(
  description: ServiceDescription,
  { desiredTasks, deployment }: LoopState,
  { minTasks, maxTasks }: Policy,
): boolean {
  if (description.kind !== 'described' || desiredTasks === undefined) return false;
  const { observation: seen } = description;
  const same = seen.desiredTasks === desiredTasks && seen.deployment === deployment;
  const settled = seen.runningTasks === desiredTasks && !seen.deploying;
  return same && settled && desiredTasks >= minTasks && desiredTasks <= maxTasks;
}

/** How many tasks may not be stopped now; where that cannot be read, none is stopped. */
async function readProtection(
  service: ServiceId,
  { services, telemetry }: Pick<TickPorts, 'services' | 'telemetry'>,
): Promise<{ readonly protectedTasks?: number }> {
  const answer = await services.protection(service);
  if (answer.kind === 'read') return { protectedTasks: answer.protectedTasks };
  const { cause, message } = answer;
  telemetry.warn('The protection of tasks could not be read.', { service, cause, message });
  return {};
}

/** What the services that feed this one have last planned to send on; of those that were not evaluated yet, nothing. */
async function outputsOf(
  upstream: readonly ServiceId[],
  { store }: Pick<TickPorts, 'store'>,
): Promise<readonly ServiceOutput[]> {
  const stored = await Promise.all(upstream.map((service) => store.load(service)));
  return stored.flatMap(({ state }) => state?.loop.output ?? []);
}

/** Why this tick is not to be evaluated. */
function obstacleTo(
  tick: Tick,
  { policy }: Registration,
  state: StoredState | undefined,
  nowSeconds: number,
): ReportOf<'late' | 'duplicate' | 'busy'> | undefined {
  const ageSeconds = nowSeconds - tick.slotSeconds;
  if (ageSeconds > policy.evaluationSeconds) return { kind: 'late', lateSeconds: ageSeconds, ...tick };
  if (state === undefined) return undefined;
  if (state.loop.slotSeconds >= tick.slotSeconds) return { kind: 'duplicate', ...tick };
  // Whoever holds the lease may be about to call UpdateService. Only after it has run out is ECS worth looking at.
  if (state.leaseUntilSeconds !== undefined && state.leaseUntilSeconds > nowSeconds) {
    return { kind: 'busy', untilSeconds: state.leaseUntilSeconds, ...tick };
  }
  return undefined;
}

/**
 * Ends a decision in flight whose service is gone. Left there, it would be settled by whatever service next has the
 * name. Nothing is written when nothing is in flight.
 */
async function buryInFlight(
  tick: Tick,
  state: StoredState | undefined,
  { store, clock }: TickPorts,
): Promise<ReportOf<'overtaken'> | undefined> {
  if (state?.inFlight === undefined) return undefined;
  const { service, slotSeconds } = tick;
  const { loop, told } = recoverGone(state.inFlight, state.loop);
  const version = state.version + 1;
  const committed = await store.commitState({
    service,
    version,
    loop: { ...loop, slotSeconds },
    outbox: toOutbox([told], service, clock.nowSeconds(), (index) => stateEventId(service, version, index)),
  });
  return committed === 'conflict' ? { kind: 'overtaken', ...tick } : undefined;
}
