import type { ScaleDecision } from '../contract/decision.ts';
import type { LoopState } from '../core/loop-state.ts';
import { deferred, needOf } from '../core/need.ts';
import type { Plan } from '../core/plan.ts';
import type { Collected } from './collect.ts';
import type { InFlight, StoredState, TickPorts, UpdateOutcome } from './ports.ts';
import { decisionIdOf, renderPlan, stateEventId, toOutbox } from './render-events.ts';
import type { ReportOf } from './tick-report.ts';

/**
 * The crash protocol. One conditional write carries the new loop state, the lease, the decision in flight and the
 * events, so that what happened and what is told cannot part; then UpdateService, once; then a second conditional
 * write (publish.ts) with the outcome. Killed at any line, the next tick finds the decision in flight and looks at ECS
 * (recover.ts). Two evaluators of one state cannot both write, so that at most one of them sends.
 */

/** ECS answers UpdateService within a second. What takes longer than this is lost, and the next tick looks. */
export const callTimeoutSeconds = 5;

/** How far apart the clocks of two evaluators may be. Lambda's are held together far better than this. */
export const clockSkewSeconds = 1;

/**
 * While a lease runs, other evaluators keep off. It must outlive the first write with its retries, and the call; it
 * should be over soon after a crash, for the service waits that long: two ticks at the shortest cadence of 10 s.
 */
export const leaseSeconds = 15;

/**
 * A decision is acted on only while what it rests on is this young: an evaluator that stalled has not seen who moved
 * the count since. Reading takes a second or two, so that this is never reached without a stall.
 */
export const evidenceSeconds = 30;

/** What was done: told of and finished, or sent, with the outcome still to be written. */
export type Acted =
  | ReportOf<'held' | 'advised' | 'late' | 'overtaken'>
  | {
      readonly kind: 'sent';
      readonly tick: Collected['tick'];
      readonly decision: ScaleDecision;
      readonly inFlight: InFlight;
      /** The first write, as it is stored. */
      readonly committed: StoredState;
      readonly outcome: UpdateOutcome | { readonly kind: 'not-sent'; readonly message: string };
    };

export async function act(plan: Plan, collected: Collected, ports: TickPorts): Promise<Acted> {
  const { tick } = collected;
  const { decision } = plan;
  await ports.store.putSample(tick.service, collected.sample);
  if (decision.kind === 'hold' || !mayAct(plan, collected) || ports.admission === undefined) {
    return carryOut(plan, collected, ports);
  }
  const need = needOf(decision);
  if (!(await ports.admission.admit(need, shareOf(tick)))) {
    return carryOut(deferred(plan, decision, collected.loop), collected, ports);
  }
  let outcome: 'throttled' | 'done' = 'done';
  try {
    const acted = await carryOut(plan, collected, ports);
    if (acted.kind === 'sent' && isThrottled(acted.outcome)) outcome = 'throttled';
    return acted;
  } finally {
    ports.admission.settle(need, outcome);
  }
}

/**
 * A number from 0 to 1 that is another one at each tick, so that the same services do not wait each time: FNV-1a of both.
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function shareOf({ service, slotSeconds }: Collected['tick']): number {
  let hash = 0x811c9dc5;
  for (const character of `${service} ${slotSeconds}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}

function isThrottled(outcome: Extract<Acted, { kind: 'sent' }>['outcome']): boolean {
  return outcome.kind === 'refused' && outcome.cause === 'throttled';
}

async function carryOut(plan: Plan, collected: Collected, ports: TickPorts): Promise<Acted> {
  const { tick, registration } = collected;
  const { decision } = plan;

  const nowSeconds = ports.clock.nowSeconds();
  const version = collected.version + 1;
  const decisionId = decisionIdOf(tick.service, version);
  const sends = decision.kind === 'scale' && mayAct(plan, collected);
  if (sends && nowSeconds - collected.nowSeconds > evidenceSeconds) {
    return { kind: 'late', lateSeconds: nowSeconds - tick.slotSeconds, ...tick };
  }
  const told = isTold(plan, collected);
  const events = renderPlan(plan, { mode: registration.mode, decisionId, tellDecision: told });
  const first = {
    service: tick.service,
    version,
    outbox: toOutbox([...collected.recovered, ...events], tick.service, nowSeconds, (index) =>
      stateEventId(tick.service, version, index),
    ),
    loop: nextLoop(plan, collected, sends, decisionId),
  };

  if (!sends) {
    if ((await ports.store.commitState(first)) === 'conflict') return { kind: 'overtaken', ...tick };
    return decision.kind === 'hold'
      ? { kind: 'held', decision, ...tick }
      : { kind: 'advised', decisionId, decision, told, ...tick };
  }
  const inFlight = { decisionId, from: decision.from, to: decision.to, atSeconds: nowSeconds };
  const committed: StoredState = { ...first, leaseUntilSeconds: nowSeconds + leaseSeconds, inFlight };
  if ((await ports.store.commitState(committed)) === 'conflict') return { kind: 'overtaken', ...tick };
  const outcome = await send(inFlight, nowSeconds + leaseSeconds, tick.service, ports);
  return { kind: 'sent', tick, decision, inFlight, committed, outcome };
}

/** In `auto` always, in `approve` what a person has said yes to. */
function mayAct({ approval }: Plan, { registration }: Collected): boolean {
  return registration.mode === 'auto' || (registration.mode === 'approve' && approval?.approved === true);
}

/** A scale is told where it is applied or asked for; as advice, each count once; a hold when the plan says so. */
function isTold(plan: Plan, { registration, loop }: Collected): boolean {
  if (plan.decision.kind === 'hold') return plan.tellDecision;
  if (plan.approval !== undefined) return plan.approval.approved || plan.approval.asks;
  return registration.mode === 'auto' || loop.advisedTasks !== plan.decision.to;
}

/**
 * The state for the next tick, with what only the shell knows. Advice that a hold or an application has ended is
 * forgotten, so that it is told again when it comes back.
 */
function nextLoop(
  { decision, next, approval }: Plan,
  { tick, polledAtSeconds, nowSeconds, controlVersion }: Collected,
  sends: boolean,
  decisionId: string,
): LoopState {
  const { advisedTasks, ...rest } = next;
  const advises = decision.kind === 'scale' && !sends;
  const asked: LoopState['pending'] =
    approval?.asks === true && decision.kind === 'scale'
      ? { decisionId, direction: decision.direction, to: decision.to, atSeconds: nowSeconds }
      : approval?.pending;
  return {
    ...rest,
    slotSeconds: tick.slotSeconds,
    polledAtSeconds,
    ...(controlVersion !== undefined && { controlVersion }),
    ...(asked && { pending: asked }),
    ...(advises && { advisedTasks: decision.to }),
  };
}

/**
 * Calls UpdateService, once, and only while the lease outlives the call: after it, another evaluator may look at ECS,
 * and what it saw must not change behind its back.
 */
async function send(
  { to }: InFlight,
  leaseUntilSeconds: number,
  service: string,
  { clock, services }: TickPorts,
): Promise<Extract<Acted, { kind: 'sent' }>['outcome']> {
  const leftSeconds = leaseUntilSeconds - clock.nowSeconds();
  if (leftSeconds <= callTimeoutSeconds + clockSkewSeconds) {
    const message = `${leftSeconds.toFixed(1)} s of the lease were left; the call may take ${callTimeoutSeconds} s.`;
    return { kind: 'not-sent', message };
  }
  return services.updateDesiredTasks(service, to, callTimeoutSeconds);
}
