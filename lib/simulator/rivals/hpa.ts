import { clamp, maximum } from '../../core/statistics.ts';

/** How fast a HorizontalPodAutoscaler may go down, and after how long. */
export type ScaleDownBehavior = {
  readonly stabilizationSeconds: number;
  /** Of the replicas at the beginning of a period, so many percent may go in it. */
  readonly percent: number;
  readonly periodSeconds: number;
};

/** Kubernetes' own: anything that five minutes of recommendations agree upon, at once. */
export const defaultScaleDown: ScaleDownBehavior = {
  stabilizationSeconds: 300,
  percent: 100,
  periodSeconds: 15,
};

/** Up, by default: the larger of double and four more, each 15 s, at once. */
const scaleUp = { percent: 100, replicas: 4, periodSeconds: 15 };

/** How often the controller looks. */
export const syncSeconds = 15;
/** Within a tenth of its target a metric moves nothing. */
const tolerance = 0.1;

type Move = { readonly atSeconds: number; readonly change: number };
type Recommendation = { readonly atSeconds: number; readonly replicas: number };

/**
 * Kubernetes' HorizontalPodAutoscaler (autoscaling/v2) with one external metric of type AverageValue: what
 * `replicasFor` asks for, the highest of it in the stabilization window when it is fewer, and no faster than its
 * behavior allows.
 * https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
 */
export function createHpa(scaleDown: ScaleDownBehavior = defaultScaleDown) {
  let recommendations: Recommendation[] = [];
  let moves: Move[] = [];

  return {
    /** The new count of replicas. `current` counts those that start, too. */
    sync: (
      nowSeconds: number,
      current: number,
      wanted: number,
      bounds: readonly [number, number],
    ): number => {
      recommendations = recommendations.filter(
        (it) => it.atSeconds > nowSeconds - scaleDown.stabilizationSeconds,
      );
      recommendations.push({ atSeconds: nowSeconds, replicas: wanted });
      const longest = Math.max(scaleDown.periodSeconds, scaleUp.periodSeconds);
      moves = moves.filter((it) => it.atSeconds > nowSeconds - longest);
      const movedIn = (seconds: number) => {
        const recent = moves.filter((it) => it.atSeconds > nowSeconds - seconds);
        return recent.reduce((sum, it) => sum + it.change, 0);
      };
      const highest = maximum(recommendations.map((it) => it.replicas)) ?? wanted;
      const stable = wanted >= current ? wanted : Math.min(current, highest);
      const least = leastAfter(current - Math.min(0, movedIn(scaleDown.periodSeconds)), scaleDown.percent);
      const most = mostAfter(current - Math.max(0, movedIn(scaleUp.periodSeconds)));
      const bounded = clamp(stable, bounds[0], bounds[1]);
      // A count below the lower bound is brought up to it at once.
      const replicas = bounded > current ? Math.min(bounded, Math.max(most, bounds[0])) : bounded;
      const next = replicas < current ? Math.max(replicas, Math.min(current, least)) : replicas;
      if (next !== current) moves.push({ atSeconds: nowSeconds, change: next - current });
      return next;
    },
  };
}

/**
 * ceil(metric ÷ target), or as it is while the metric is within a tenth of target × replicas.
 * E.g. 1200 at a target of 100: 12. With 11 replicas already there: 11.
 */
export function replicasFor(metric: number, target: number, current: number): number {
  const ratio = metric / (target * current);
  if (current > 0 && Math.abs(ratio - 1) <= tolerance) return current;
  return Math.max(0, Math.ceil(metric / target - 1e-9));
}

/** The fewest that a period leaves of the replicas at its beginning. E.g. 10 and 10 %: 9. 72: 64, as there, cut off. */
export function leastAfter(atBeginning: number, percent: number): number {
  return Math.floor(atBeginning * (1 - percent / 100) + 1e-9);
}

/** The most that a period makes of the replicas at its beginning. E.g. 1: 5. 10: 20. */
export function mostAfter(atBeginning: number): number {
  const { percent, replicas } = scaleUp;
  return Math.max(Math.ceil(atBeginning * (1 + percent / 100)), atBeginning + replicas);
}
