import type { Point } from '../../contract/measurement.ts';
import { clamp, maximum, mean } from '../../core/statistics.ts';
import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { readArrivals } from './signals.ts';

export type KnativeSettings = {
  /** target-utilization-percentage ÷ 100. */
  readonly utilization: number;
  readonly stableSeconds: number;
  readonly panicSeconds: number;
  /** panic-threshold-percentage ÷ 100; at least 1.1. */
  readonly panicThreshold: number;
  readonly scaleDownDelaySeconds: number;
};

const maxScaleUpRate = 1000;
const maxScaleDownRate = 2;
const callTimeoutSeconds = 5;

/**
 * The best settings that we have found where a change costs nothing, and where it stops consumption. E.g. 85 % of
 * 500 records/s: 425 for each task. The defaults (70 %, a panic at 200 %) are late half as often and cost a fifth more.
 * Tried: 70 to 90 %, stable windows of one to ten minutes, thresholds of 110 to 200 %, delays of 0 to 15 minutes.
 */
export function knativeSettings({ rebalanceSeconds }: Pick<Scenario, 'rebalanceSeconds'>): KnativeSettings {
  const still = rebalanceSeconds > 0;
  return {
    utilization: still ? 0.7 : 0.85,
    stableSeconds: 180,
    panicSeconds: 60,
    panicThreshold: 1.1,
    scaleDownDelaySeconds: still ? 600 : 0,
  };
}

/**
 * Knative's pod autoscaler (KPA) on requests per second: as many pods as the mean of its stable window asks for; when
 * the panic window asks for a multiple of what is ready, at once that many, and never fewer until a stable window has
 * passed without. What one task can do is given to it, as an owner would who has measured it.
 * https://knative.dev/docs/serving/autoscaling/kpa-specific/
 * https://github.com/knative/serving/blob/main/pkg/autoscaler/scaling/autoscaler.go
 *
 * Assumed: KPA scrapes the proxies of its pods each second or two, and there requests arrive that nobody else holds
 * back. A stream's consumers fetch for themselves, so a proxy would only see what they manage, and a full service could
 * not be told from a busy one. What arrives it has from CloudWatch, by the minute; its windows, 60 s and 6 s, are as
 * many of these minutes as is best for it. Scraping what is processed, each 5 s, is later and not cheaper.
 */
export function createKnative(
  scenario: Scenario,
  settings: KnativeSettings = knativeSettings(scenario),
): Scaler {
  const target = settings.utilization * scenario.taskRatePerSecond;
  let wishes: Point[] = [];
  let panic: Panic | undefined;

  return {
    name: 'knative',
    step: async (world) => {
      const minutes = await readArrivals(world);
      const newest = minutes.at(-1)?.atSeconds;
      if (newest === undefined) return;
      const now = world.clock.nowSeconds();
      const { desiredTasks, consumingTasks } = world.frame();
      const stable = averageOf(since(minutes, newest - settings.stableSeconds)) / target;
      const panicking = averageOf(since(minutes, newest - settings.panicSeconds)) / target;
      const ready = Math.max(1, consumingTasks);
      panic = panicOf(panic, podsFor(panicking, ready), ready, now, settings);
      const wanted = panic?.mostPods ?? podsFor(stable, ready);
      wishes = since(wishes, now - settings.scaleDownDelaySeconds);
      wishes.push({ atSeconds: now, value: wanted });
      const kept = maximum(wishes.map((it) => it.value)) ?? wanted;
      const next = clamp(kept, scenario.minTasks, scenario.maxTasks);
      if (next === desiredTasks) return;
      await world.services.updateDesiredTasks(world.service, next, callTimeoutSeconds);
    },
  };
}

/**
 * Pods for a metric in units of one pod's target, at most a thousandfold and at least half of those that are ready.
 * E.g. 100 requests at 70 % of 10 for each pod: 15. With 40 ready: 20.
 */
export function podsFor(targets: number, ready: number): number {
  const pods = Math.ceil(targets - 1e-9);
  return clamp(pods, Math.floor(ready / maxScaleDownRate), Math.ceil(ready * maxScaleUpRate));
}

/** Since when the panic has had a reason, and the most pods that it has asked for. */
export type Panic = { readonly sinceSeconds: number; readonly mostPods: number };

/** A panic begins at the threshold, goes no further down, and ends a stable window after its last reason. */
export function panicOf(
  before: Panic | undefined,
  pods: number,
  ready: number,
  nowSeconds: number,
  { panicThreshold, stableSeconds }: Pick<KnativeSettings, 'panicThreshold' | 'stableSeconds'>,
): Panic | undefined {
  const over = pods / ready >= panicThreshold;
  if (before === undefined) return over ? { sinceSeconds: nowSeconds, mostPods: pods } : undefined;
  if (!over && before.sinceSeconds + stableSeconds < nowSeconds) return undefined;
  if (pods > before.mostPods) return { sinceSeconds: nowSeconds, mostPods: pods };
  return over ? { ...before, sinceSeconds: nowSeconds } : before;
}

function since(points: readonly Point[], seconds: number): Point[] {
  return points.filter((it) => it.atSeconds > seconds);
}

function averageOf(points: readonly Point[]): number {
  return mean(points.map((it) => it.value)) ?? 0;
}
