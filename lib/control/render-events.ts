import type { DetailType, EventDetail, WeirEvent } from '../contract/events.ts';
import type { ServiceId } from '../contract/service-id.ts';
import type { Mode } from '../contract/tags.ts';
import { actionsAgainst } from '../core/actions.ts';
import { explain } from '../core/explain.ts';
import type { BreakerChange } from '../core/loop-state.ts';
import type { Plan } from '../core/plan.ts';
import type { InFlight } from './ports.ts';

type Common = 'version' | 'id' | 'service' | 'at';

/** An event before it is known which write carries it: everything but the id, the service and the moment. */
export type EventDraft = {
  [K in DetailType]: { readonly detailType: K; readonly detail: Omit<EventDetail<K>, Common> };
}[DetailType];

/**
 * Id of an event of a service's state: the write that carries it, and its place there. A version is written once, so
 * that nothing can be told under two ids. E.g. main/orders#41.0.
 */
export const stateEventId = (service: ServiceId, version: number, index: number) =>
  `${service}#${version}.${index}`;
/** Id of an event of a registration: the write, and after the first of it its place. E.g. main/orders#reg3, main/orders#reg3.1. */
export const registrationEventId = (service: ServiceId, version: number, index: number) =>
  `${service}#reg${version}${index === 0 ? '' : `.${index}`}`;
/** Id of the event of what a person has said. E.g. main/orders#say2. */
export const controlEventId = (service: ServiceId, version: number) => `${service}#say${version}`;
/** A decision is named after the write that records it. E.g. main/orders#41. */
export const decisionIdOf = (service: ServiceId, version: number) => `${service}#${version}`;

/** Drafts as the events of one write. */
export function toOutbox(
  drafts: readonly EventDraft[],
  service: ServiceId,
  atSeconds: number,
  idOf: (index: number) => string,
): WeirEvent[] {
  const at = new Date(atSeconds * 1000).toISOString();
  return drafts.map(({ detailType, detail }, index) => {
    const common = { version: 1, id: idOf(index), service, at } as const;
    // A draft's detail belongs to its detailType; TypeScript cannot follow that through the union.
    return { detailType, detail: { ...common, ...detail } } as WeirEvent;
  });
}

/** What is worth telling of a plan. `decisionId` only matters for a scale. */
export function renderPlan(
  plan: Plan,
  context: {
    readonly mode: Exclude<Mode, 'off'>;
    readonly decisionId: string;
    readonly tellDecision: boolean;
  },
): EventDraft[] {
  const { decision } = plan;
  return [
    ...plan.detected.map(
      (bottleneck): EventDraft => ({
        detailType: 'Bottleneck Detected',
        detail: { bottleneck, actions: [...actionsAgainst[bottleneck.kind]] },
      }),
    ),
    ...plan.cleared.map(
      ({ kind, sinceSeconds, untilSeconds }): EventDraft => ({
        detailType: 'Bottleneck Cleared',
        detail: { kind, sinceSeconds, lastedSeconds: untilSeconds - sinceSeconds },
      }),
    ),
    ...(plan.approval?.ended === undefined
      ? []
      : [{ detailType: 'Approval Ended', detail: plan.approval.ended } satisfies EventDraft]),
    ...(plan.foreign === undefined
      ? []
      : [{ detailType: 'Desired Count Changed', detail: plan.foreign } satisfies EventDraft]),
    ...(plan.missing === undefined
      ? []
      : [
          {
            detailType: 'Metrics Missing',
            detail: {
              fields: [...plan.missing.fields],
              sinceSeconds: plan.missing.sinceSeconds,
              evidence: decision.evidence,
            },
          } satisfies EventDraft,
        ]),
    ...(plan.breaker === undefined ? [] : [renderBreaker(plan.breaker)]),
    ...(context.tellDecision ? [renderDecision(plan, context)] : []),
    ...plan.advice.map(
      (recommendation): EventDraft => ({ detailType: 'Recommendation', detail: { recommendation } }),
    ),
  ];
}

function renderBreaker(change: BreakerChange): EventDraft {
  if (change.kind === 'closed') {
    const { suspendedSeconds } = change;
    return { detailType: 'Scaling Resumed', detail: { direction: 'out', suspendedSeconds } };
  }
  const { tasks, limit, retryAtSeconds } = change.breaker;
  return { detailType: 'Scaling Suspended', detail: { direction: 'out', tasks, limit, retryAtSeconds } };
}

function renderDecision(
  { decision }: Plan,
  { mode, decisionId }: { readonly mode: Exclude<Mode, 'off'>; readonly decisionId: string },
): EventDraft {
  const explanation = explain(decision);
  return decision.kind === 'scale'
    ? { detailType: 'Scaling Decision', detail: { mode, decisionId, decision, explanation } }
    : { detailType: 'Scaling Held', detail: { decision, explanation } };
}

export function renderApplied(
  { decisionId, from, to }: InFlight,
  confirmedBy: EventDetail<'Scaling Applied'>['confirmedBy'],
): EventDraft {
  return { detailType: 'Scaling Applied', detail: { decisionId, from, to, confirmedBy } };
}

/** As the schema of the event bounds it. */
const maximumMessage = 1000;

export function renderFailed(
  { decisionId, from, to }: InFlight,
  cause: EventDetail<'Scaling Failed'>['cause'],
  message: string,
): EventDraft {
  return {
    detailType: 'Scaling Failed',
    detail: { decisionId, from, to, cause, message: message.slice(0, maximumMessage) },
  };
}
