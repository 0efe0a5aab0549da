import type { Deployment, Scenario } from './scenario.ts';

/** The deployments of a service, one after the other. */
export type Rollouts = {
  readonly deploying: boolean;
  /** What goes on fails: its tasks never get ready. */
  readonly neverReady: boolean;
  /** The newest, even while it is being rolled out; a failed one's number is not given again. */
  readonly revision: number;
  /** What a task of that revision can process, and one of the revision that it replaces. */
  readonly taskRatePerSecond: number;
  readonly outgoingTaskRatePerSecond: number;
  /** Begins what is due and ends what is over. `replacedAll`: none of the old tasks runs, and none of the new starts. */
  advance(nowSeconds: number, replacedAll: boolean): 'begun' | 'completed' | 'rolled-back' | undefined;
};

type Revision = { readonly number: number; readonly taskRatePerSecond: number };

export function createRollouts(
  { deployments = [], taskRatePerSecond }: Pick<Scenario, 'deployments' | 'taskRatePerSecond'>,
  fromSeconds: number,
): Rollouts {
  let stable: Revision = { number: 1, taskRatePerSecond };
  let rollout: { readonly deployment: Deployment; readonly revision: Revision } | undefined;
  let begun = 0;

  const begin = (deployment: Deployment): 'begun' => {
    begun++;
    const rate = deployment.taskRatePerSecond ?? stable.taskRatePerSecond;
    rollout = { deployment, revision: { number: begun + 1, taskRatePerSecond: rate } };
    return 'begun';
  };

  return {
    get deploying() {
      return rollout !== undefined;
    },
    get neverReady() {
      return rollout?.deployment.fails === true;
    },
    get revision() {
      return (rollout?.revision ?? stable).number;
    },
    get taskRatePerSecond() {
      return (rollout?.revision ?? stable).taskRatePerSecond;
    },
    get outgoingTaskRatePerSecond() {
      return stable.taskRatePerSecond;
    },
    advance: (nowSeconds, replacedAll) => {
      if (rollout === undefined) {
        const next = deployments[begun];
        return next !== undefined && nowSeconds >= fromSeconds + next.atSeconds ? begin(next) : undefined;
      }
      const { deployment, revision } = rollout;
      if (nowSeconds < fromSeconds + deployment.atSeconds + deployment.seconds) return undefined;
      if (!deployment.fails && !replacedAll) return undefined;
      rollout = undefined;
      if (deployment.fails) return 'rolled-back';
      stable = revision;
      return 'completed';
    },
  };
}
