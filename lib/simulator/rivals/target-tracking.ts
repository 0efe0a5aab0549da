import type { Point } from '../../contract/measurement.ts';
import { clamp } from '../../core/statistics.ts';
import type { Scaler } from '../scaler.ts';
import type { SimulatedWorld } from '../world.ts';

/** What a target tracking policy is given. */
export type TargetTrackingPolicy = {
  readonly name: string;
  readonly target: number;
  readonly scaleInCooldownSeconds: number;
  /** The largest share of the tasks that one scale-in takes: 1 is all that the metric says. */
  readonly scaleInShare: number;
  /** The metric's minutes as CloudWatch shows them now, oldest first; a minute without data is left out. */
  metric(world: SimulatedWorld): Promise<readonly Point[]>;
};

/** Minutes that an alarm looks at: all must be beyond its threshold. */
const highMinutes = 3;
const lowMinutes = 15;
/** The lower alarm's threshold is below the target by a tenth. E.g. 70 → 63, 80 → 72. */
export const lowShare = 0.9;

/**
 * From an alarm's data being there to UpdateService: the alarm's own evaluation and Application Auto Scaling's step.
 * With it a step in load takes about six minutes to trigger, as AWS measured (363 s for 60 s metrics).
 */
const actionDelaySeconds = 75;

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
  let scaledInAtSeconds = Number.NEGATIVE_INFINITY;
  let alarm: { readonly direction: Direction; readonly actsAtSeconds: number } | undefined;

  return {
    name: policy.name,
    step: async (world) => {
      const now = world.clock.nowSeconds();
      const points = await policy.metric(world);
      const direction = alarmOf(points, policy.target);
      if (direction !== alarm?.direction) {
        alarm = direction && { direction, actsAtSeconds: now + actionDelaySeconds };
      }
      const newest = points.at(-1);
      if (alarm === undefined || newest === undefined || now < alarm.actsAtSeconds || now % 60 !== 0) return;

      const { minTasks, maxTasks } = world.scenario;
      const { desiredTasks, consumingTasks } = world.frame();
      const wanted = clamp(countFor(consumingTasks, newest.value, policy), minTasks, maxTasks);
      const cooling = now - scaledInAtSeconds < policy.scaleInCooldownSeconds;
      const moves = alarm.direction === 'out' ? wanted > desiredTasks : wanted < desiredTasks && !cooling;
      if (!moves) return;
      if (alarm.direction === 'in') scaledInAtSeconds = now;
      await world.services.updateDesiredTasks(world.service, wanted, callTimeoutSeconds);
    },
  };
}

type Direction = 'out' | 'in';

/** Which alarm is on. Its minutes must follow each other: what is missing is neither above nor below. */
export function alarmOf(points: readonly Point[], target: number): Direction | undefined {
  const high = newestMinutes(points, highMinutes);
  if (high?.every((it) => it.value > target)) return 'out';
  const low = newestMinutes(points, lowMinutes);
  if (low?.every((it) => it.value < lowShare * target)) return 'in';
  return undefined;
}

function newestMinutes(points: readonly Point[], count: number): readonly Point[] | undefined {
  const newest = points.slice(-count);
  const [first, last] = [newest[0], newest.at(-1)];
  if (newest.length < count || first === undefined || last === undefined) return undefined;
  return last.atSeconds - first.atSeconds === 60 * (count - 1) ? newest : undefined;
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
