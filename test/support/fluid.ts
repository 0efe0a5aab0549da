import { type PolicyOverrides, policySchema } from '../../lib/config/policy.ts';
import type { RegisteredSource } from '../../lib/config/registration.ts';
import type { LoopState } from '../../lib/core/loop-state.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import { kinesis } from '../control/world.ts';
import { createStory, type Minute } from './story.ts';

/** What each task of a fluid can do. */
export const taskRatePerSecond = 200;

export function contextOf(
  policy: PolicyOverrides = {},
  source: RegisteredSource = { ...kinesis, partitions: 60 },
): ServiceContext {
  return { policy: policySchema.parse(policy), sources: [source] };
}

/**
 * A stream and its consumers as a fluid: what arrives in a minute and is not processed waits. The values of the minute
 * before the tick, as CloudWatch has them.
 */
export function createFluid(context: ServiceContext, tasks: number, startupMinutes = 1, loop?: LoopState) {
  const story = createStory(context, { tasks, startupMinutes, ...(loop && { loop }) });
  let backlog = 0;
  const kind = context.sources[0]?.kind;
  return {
    story,
    backlog: () => backlog,
    /** One minute at this load, with the tasks that run or still process something, up to what their downstream takes. */
    minute: (
      arrivalsPerSecond: number,
      more: Partial<Minute> & { readonly working?: number; readonly ceilingPerSecond?: number } = {},
    ) => {
      const {
        working = story.observation().runningTasks,
        ceilingPerSecond = Number.POSITIVE_INFINITY,
        ...minute
      } = more;
      const capacity = working * taskRatePerSecond;
      const before = backlog;
      const processedPerSecond = Math.min(capacity, ceilingPerSecond, arrivalsPerSecond + before / 60);
      backlog = Math.max(0, before + 60 * (arrivalsPerSecond - processedPerSecond));
      const lagAt = (records: number) => (arrivalsPerSecond > 0 ? records / arrivalsPerSecond : 0);
      const cpuPercent = Math.min(90, (90 * processedPerSecond) / Math.max(1, capacity));
      return story.minute({
        values: {
          arrivalsPerSecond,
          lagSeconds: lagAt(Math.max(before, backlog)),
          cpuPercent,
          ...(kind === 'kinesis'
            ? { meanLagSeconds: (lagAt(before) + lagAt(backlog)) / 2 }
            : { backlogRecords: backlog, processedPerSecond }),
        },
        ...minute,
      });
    },
  };
}

export const repeat = (count: number, run: () => unknown) => {
  for (let index = 0; index < count; index++) run();
};
