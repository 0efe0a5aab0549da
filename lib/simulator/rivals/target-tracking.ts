import type { Point } from '../../contract/measurement.ts';
import { clamp } from '../../core/statistics.ts';
import type { Scaler } from '../scaler.ts';
import type { SimulatedWorld, WorldFrame } from '../world.ts';

/** What a target tracking policy is given. */
export type TargetTrackingPolicy = {
  readonly name: string;
  readonly target: number;
  readonly scaleInCooldownSeconds: number;
  /** The largest share of the tasks that one scale-in takes: 1 is all that the metric says. */
  readonly scaleInShare: number;
  /** The metric's periods as CloudWatch shows them now, oldest first; a period without data is left out. */
  metric(world: SimulatedWorld): Promise<readonly Point[]>;
  /** One-minute metrics unless given. */
  readonly resolution?: AlarmResolution;
  /** No fewer than this now, whatever the metric says: what a forecast asks for. */
  leastTasks?(nowSeconds: number): number;
};

/** How finely the alarms of a policy see, and how soon they act. */
export type AlarmResolution = {
  readonly periodSeconds: number;
  /** Periods that an alarm looks at: all must be beyond its threshold. */
  readonly highPeriods: number;
  readonly lowPeriods: number;
  /** From an alarm's data being there to UpdateService: the alarm's own evaluation and Application Auto Scaling's step. */
  readonly actionDelaySeconds: number;
  /** The call comes at the next multiple of this. */
  readonly alignedToSeconds: number;
};

/** With it a step in load takes about six minutes to trigger, as AWS measured (363 s for 60 s metrics). */
export const minuteResolution: AlarmResolution = {
  periodSeconds: 60,
  highPeriods: 3,
  lowPeriods: 15,
  actionDelaySeconds: 75,
  alignedToSeconds: 60,
};

/** The lower alarm's threshold is below the target by a tenth. E.g. 70 → 63, 80 → 72. */
export const lowShare = 0.9;

const callTimeoutSeconds = 5;

/**
 * Application Auto Scaling's target tracking for an ECS service, as its documents describe it: two alarms of one-minute
 * periods, out when the metric is above the target for three, in when it is below nine tenths of it for fifteen; the
 * new count is proportional, from the tasks that run. An alarm that stays on acts once a minute, so the scale-out
 * cooldown is as good as none at a minute, the shortest that matters, which is what a stream service would choose. A
 * scale-in waits for the cooldown after the one before; what ends that cooldown early, a scale-out, puts the lower alarm
 * off for longer. Missing data is neither alarm.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 *
 * Assumed, for it is not documented: how long AWS takes from the alarm to the call (above), and what "gradually" means
 * for a scale-in. Each policy says which share of the tasks one may take, as is best for it.
 */
export function createTargetTracking(policy: TargetTrackingPolicy): Scaler {
  const resolution = policy.resolution ?? minuteResolution;
  let scaledInAtSeconds = Number.NEGATIVE_INFINITY;
  let alarm: { readonly direction: Direction; readonly actsAtSeconds: number } | undefined;

  /** What the alarm that is on, if its time has come, makes of the count. */
  const tracked = (frame: WorldFrame, metric: number | undefined): number => {
    const { atSeconds: now, desiredTasks, consumingTasks } = frame;
    if (alarm === undefined || metric === undefined || now < alarm.actsAtSeconds) return desiredTasks;
    if ((now - alarm.actsAtSeconds) % resolution.periodSeconds !== 0) return desiredTasks;
    const wanted = countFor(consumingTasks, metric, policy);
    if (alarm.direction === 'out') return Math.max(desiredTasks, wanted);
    const cooling = now - scaledInAtSeconds < policy.scaleInCooldownSeconds;
    return cooling ? desiredTasks : Math.min(desiredTasks, wanted);
  };

  return {
    name: policy.name,
    step: async (world) => {
      const frame = world.frame();
      const { atSeconds: now, desiredTasks } = frame;
      const points = await policy.metric(world);
      const direction = alarmOf(points, policy.target, resolution);
      if (direction !== alarm?.direction) {
        alarm = direction && { direction, actsAtSeconds: actionAt(now, resolution) };
      }
      const { minTasks, maxTasks } = world.scenario;
      const wanted = clamp(tracked(frame, points.at(-1)?.value), minTasks, maxTasks);
      const next = Math.max(wanted, Math.min(policy.leastTasks?.(now) ?? 0, maxTasks));
      if (next === desiredTasks) return;
      if (next < desiredTasks) scaledInAtSeconds = now;
      await world.services.updateDesiredTasks(world.service, next, callTimeoutSeconds);
    },
  };
}

type Direction = 'out' | 'in';

/**
 * When an alarm that goes on now acts: its delay later, at the next moment that calls are made.
 * E.g. at 10 s, 75 s later, on the minute: at 120 s.
 */
export function actionAt(
  nowSeconds: number,
  { actionDelaySeconds, alignedToSeconds }: AlarmResolution,
): number {
  return Math.ceil((nowSeconds + actionDelaySeconds) / alignedToSeconds) * alignedToSeconds;
}

/** Which alarm is on. Its periods must follow each other: what is missing is neither above nor below. */
export function alarmOf(
  points: readonly Point[],
  target: number,
  { periodSeconds, highPeriods, lowPeriods }: AlarmResolution = minuteResolution,
): Direction | undefined {
  const high = newestPeriods(points, highPeriods, periodSeconds);
  if (high?.every((it) => it.value > target)) return 'out';
  const low = newestPeriods(points, lowPeriods, periodSeconds);
  if (low?.every((it) => it.value < lowShare * target)) return 'in';
  return undefined;
}

function newestPeriods(
  points: readonly Point[],
  count: number,
  periodSeconds: number,
): readonly Point[] | undefined {
  const newest = points.slice(-count);
  const [first, last] = [newest[0], newest.at(-1)];
  if (newest.length < count || first === undefined || last === undefined) return undefined;
  return last.atSeconds - first.atSeconds === periodSeconds * (count - 1) ? newest : undefined;
}

/**
 * ceil(running · metric ÷ target), and fewer by at most a share at once.
 * E.g. 10 tasks at 84 % with a target of 70 %: 12. At 49 %: 7. At 7 %, by at most half: 5.
 */
export function countFor(
  runningTasks: number,
  metric: number,
  { target, scaleInShare }: Pick<TargetTrackingPolicy, 'target' | 'scaleInShare'>,
): number {
  const proportional = Math.ceil((runningTasks * metric) / target - 1e-9);
  return Math.max(proportional, Math.ceil(runningTasks * (1 - scaleInShare) - 1e-9));
}
