import type { Evidence } from '../contract/decision.ts';
import type { Field } from '../contract/measurement.ts';
import { strategyOf } from './measure.ts';
import type { ServiceContext } from './plan.ts';
import { standingOf } from './several.ts';
import { partitionsOf } from './streams.ts';
import { freshLag, freshPoint, neededPlans, type Window } from './window.ts';

type Known = { readonly [K in keyof Evidence]?: Evidence[K] | undefined };

/**
 * The numbers that a decision rests on: what was measured, and what the strategy adds. Unknown ones are left out, and
 * six digits of fractions are kept.
 */
export function evidenceOf(window: Window, { policy, sources }: ServiceContext, more: Known): Evidence {
  const value = (field: Field) => freshPoint(window, field)?.value;
  const { desiredTasks, runningTasks } = window.observation;
  const known: Known = {
    desiredTasks,
    consumingTasks: runningTasks,
    protectedTasks: window.observation.protectedTasks,
    arrivalsPerSecond: value('agentArrivalsPerSecond') ?? value('arrivalsPerSecond'),
    lagSeconds: freshLag(window)?.value,
    ...(strategyOf(sources) === 'lag' && { lagObjectiveSeconds: policy.lagObjectiveSeconds }),
    ...standingOf(window.streams),
    partitions: partitionsOf(sources),
    cpuPercent: value('cpuPercent'),
    memoryPercent: value('memoryPercent'),
    p95Ms: value('p95Ms'),
    errorPercent: value('errorPercent'),
    stalestSignalAgeSeconds: stalestAge(window),
    ...more,
  };
  const evidence: Record<string, string | number> = {};
  for (const name in known) {
    const it = known[name as keyof Known];
    if (it !== undefined) evidence[name] = typeof it === 'number' ? inDigits(it) : it;
  }
  return evidence as Evidence;
}

function inDigits(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

function stalestAge(window: Window): number | undefined {
  const ages = neededPlans(window).flatMap((it) => window.freshness[it.field]?.ageSeconds ?? []);
  return ages.length === 0 ? undefined : Math.max(...ages);
}
