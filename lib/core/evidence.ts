import type { Evidence } from '../contract/decision.ts';
import type { Field } from '../contract/measurement.ts';
import type { ServiceContext } from './plan.ts';
import { freshLag, freshPoint, neededPlans, type Window } from './window.ts';

type Known = { readonly [K in keyof Evidence]?: Evidence[K] | undefined };

/**
 * The numbers that a decision rests on: what was measured, and what the strategy adds. Unknown ones are left out, and
 * six digits are kept.
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
    ...(sources.length > 0 && { lagObjectiveSeconds: policy.lagObjectiveSeconds }),
    partitions: sources[0]?.partitions,
    cpuPercent: value('cpuPercent'),
    memoryPercent: value('memoryPercent'),
    p95Ms: value('p95Ms'),
    errorPercent: value('errorPercent'),
    stalestSignalAgeSeconds: stalestAge(window),
    ...more,
  };
  const entries = Object.entries(known).flatMap(([name, it]) => {
    if (it === undefined) return [];
    return [[name, typeof it === 'number' ? Number(it.toPrecision(6)) : it]];
  });
  return Object.fromEntries(entries) as Evidence;
}

function stalestAge(window: Window): number | undefined {
  const ages = neededPlans(window).flatMap((it) => window.freshness[it.field]?.ageSeconds ?? []);
  return ages.length === 0 ? undefined : Math.max(...ages);
}
