import { clamp } from '../../core/statistics.ts';
import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import type { SimulatedWorld } from '../world.ts';
import { type Minutes, readCpu, readLag } from './signals.ts';
import { percentOf, type StepAdjustment, stepFor } from './step-adjustments.ts';

/** An alarm and the policy that it calls. */
export type StepPolicy = {
  readonly direction: 'out' | 'in';
  metric(world: SimulatedWorld): Promise<Minutes>;
  readonly threshold: number;
  /** Minutes that all must be at or beyond the threshold. */
  readonly alarmMinutes: number;
  readonly cooldownSeconds: number;
  readonly steps: readonly StepAdjustment[];
};

const callTimeoutSeconds = 5;
/** From an alarm's data being there to UpdateService. */
const actionDelaySeconds = 15;

/**
 * The best policies that we have found, for a service whose tasks are full at a CPU of `cpuAtSaturationPercent`: out by
 * a tenth for a minute at nine tenths of that, and by 100, 200 or 400 % for one in which a record was older than a
 * quarter, a half or the whole of the lag objective; in by a fifth after three minutes below 70 % of full, and by more
 * than half below 40 %.
 * Tried: half and a quarter of those steps outward, half of that inward, cooldowns of one to ten minutes, in after five
 * minutes. Each is later or dearer, mostly both.
 */
export function stepPolicies(scenario: Scenario): readonly StepPolicy[] {
  const { cpuAtSaturationPercent: full, lagObjectiveSeconds: objective } = scenario;
  return [
    {
      direction: 'out',
      metric: readCpu,
      threshold: 0.9 * full,
      alarmMinutes: 1,
      cooldownSeconds: 180,
      steps: [{ lowerBound: 0, changePercent: 10 }],
    },
    {
      direction: 'out',
      metric: readLag,
      threshold: objective / 4,
      alarmMinutes: 1,
      cooldownSeconds: 180,
      steps: [
        { lowerBound: 0, upperBound: objective / 4, changePercent: 100 },
        { lowerBound: objective / 4, upperBound: (3 * objective) / 4, changePercent: 200 },
        { lowerBound: (3 * objective) / 4, changePercent: 400 },
      ],
    },
    {
      direction: 'in',
      metric: readCpu,
      threshold: 0.7 * full,
      alarmMinutes: 3,
      cooldownSeconds: 300,
      steps: [
        { lowerBound: -0.3 * full, upperBound: 0, changePercent: -20 },
        { upperBound: -0.3 * full, changePercent: -60 },
      ],
    },
  ];
}

/**
 * Application Auto Scaling's step scaling, with alarms of one's own: the breach's size picks the step. Several policies
 * may want out at once: the largest count wins. In only while none wants out, and not while its cooldown lasts.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-step-scaling-policies.html
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html
 *
 * Assumed: 15 s from an alarm's data being there to the call; an alarm that stays on calls once a minute; and a
 * scale-in waits for the scale-in's cooldown after a scale-out, too.
 */
export function createStepScaling(
  scenario: Scenario,
  policies: readonly StepPolicy[] = stepPolicies(scenario),
): Scaler {
  const states = policies.map((policy) => createPolicyState(policy));
  /** The last scale-out, and the count that it began from. */
  let scaledOut = { atSeconds: Number.NEGATIVE_INFINITY, fromTasks: 0 };
  let changedAtSeconds = Number.NEGATIVE_INFINITY;

  /** What a policy makes of a count, when it is called with a percentage. */
  const wishOf = (current: number, percent: number, policy: StepPolicy, now: number): Wish => {
    const { direction, cooldownSeconds } = policy;
    if (direction === 'in') {
      const cooling = now - changedAtSeconds < cooldownSeconds;
      return {
        direction,
        fromTasks: current,
        tasks: cooling ? current : current + percentOf(current, percent),
      };
    }
    // While it cools down, what was just added counts towards a larger step, and only the rest is added.
    const cooling = now - scaledOut.atSeconds < cooldownSeconds;
    const fromTasks = cooling ? Math.min(current, scaledOut.fromTasks) : current;
    return { direction, fromTasks, tasks: Math.max(current, fromTasks + percentOf(fromTasks, percent)) };
  };

  return {
    name: 'step-scaling',
    step: async (world) => {
      const now = world.clock.nowSeconds();
      const { desiredTasks } = world.frame();
      const wishes: Wish[] = [];
      for (const { policy, due } of states) {
        const percent = await due(world, now);
        if (percent !== undefined) wishes.push(wishOf(desiredTasks, percent, policy, now));
      }
      const outs = wishes.filter((it) => it.direction === 'out');
      const largest = (outs.length > 0 ? outs : wishes).toSorted((a, b) => b.tasks - a.tasks)[0];
      if (largest === undefined) return;
      const next = clamp(largest.tasks, scenario.minTasks, scenario.maxTasks);
      if (next === desiredTasks) return;
      changedAtSeconds = now;
      if (next > desiredTasks) scaledOut = { atSeconds: now, fromTasks: largest.fromTasks };
      await world.services.updateDesiredTasks(world.service, next, callTimeoutSeconds);
    },
  };
}

type Wish = {
  readonly direction: StepPolicy['direction'];
  readonly fromTasks: number;
  readonly tasks: number;
};

/** An alarm that is on calls its policy when it goes on, and each minute from then. */
function createPolicyState(policy: StepPolicy) {
  let callsAtSeconds: number | undefined;
  return {
    policy,
    /** The percentage that the policy is called with now. */
    due: async (world: SimulatedWorld, nowSeconds: number): Promise<number | undefined> => {
      const minutes = await policy.metric(world);
      if (!alarmed(minutes, policy)) {
        callsAtSeconds = undefined;
        return undefined;
      }
      callsAtSeconds ??= nowSeconds + actionDelaySeconds;
      if (nowSeconds < callsAtSeconds) return undefined;
      callsAtSeconds += 60;
      const newest = minutes.at(-1)?.value ?? policy.threshold;
      return stepFor(newest, policy.threshold, policy.steps)?.changePercent;
    },
  };
}

/** Whether the newest minutes, one after the other, are all at or beyond the threshold. A missing one is no alarm. */
export function alarmed(
  minutes: Minutes,
  { direction, threshold, alarmMinutes }: Pick<StepPolicy, 'direction' | 'threshold' | 'alarmMinutes'>,
): boolean {
  const newest = minutes.slice(-alarmMinutes);
  const [first, last] = [newest[0], newest.at(-1)];
  if (first === undefined || last === undefined || newest.length < alarmMinutes) return false;
  if (last.atSeconds - first.atSeconds !== 60 * (alarmMinutes - 1)) return false;
  return newest.every(({ value }) => (direction === 'out' ? value >= threshold : value <= threshold));
}
