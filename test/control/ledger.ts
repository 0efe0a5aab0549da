import type { WeirEvent } from '../../lib/contract/events.ts';
import type { StoredState, TickPorts, UpdateOutcome } from '../../lib/control/ports.ts';
import { coreThat, hold, observation, scale, service, type World } from './world.ts';

/**
 * Keeps watch over the crash protocol: sees each call of UpdateService as it goes out and as it takes effect, and says
 * in the end everything that should not have been.
 */

/** What the core of these tests wants: two tasks more at each tick, up to this. */
export const goal = 8;
export const towardsGoal = coreThat(({ window }) => {
  const { desiredTasks } = window.observation;
  return desiredTasks < goal
    ? scale(desiredTasks, Math.min(goal, desiredTasks + 2))
    : hold('on-target', desiredTasks);
});
/** Ticks that it takes from the first count to the goal, and one for a decision that is still in flight. */
export const ticksToGoal = (goal - observation.desiredTasks) / 2 + 1;

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger(world: World) {
  const problems: string[] = [];
  const sent: string[] = [];
  const effective: string[] = [];
  const latest = () => world.commits.at(-1);

  return {
    problems,
    /** Decisions for which UpdateService was called, in order. */
    sent,
    /** The world's ports, each call of UpdateService seen as it takes effect: nobody may have taken over by then. */
    ports: {
      ...world.ports,
      services: {
        ...world.services,
        updateDesiredTasks: async (name, desiredTasks, timeoutSeconds) => {
          const inFlight = latest()?.inFlight;
          if (inFlight?.to === desiredTasks) effective.push(inFlight.decisionId);
          else problems.push(`${desiredTasks} took effect after another evaluator had taken over`);
          return world.services.updateDesiredTasks(name, desiredTasks, timeoutSeconds);
        },
      },
    } satisfies TickPorts as TickPorts,
    /** An evaluator's ports: what it has written is remembered, and what it sends is held against that. */
    watch(ports: TickPorts): TickPorts {
      let mine: StoredState | undefined;
      return {
        ...ports,
        store: {
          ...ports.store,
          commitState: async (state) => {
            const committed = await ports.store.commitState(state);
            if (committed === 'committed') mine = state;
            return committed;
          },
        },
        services: {
          ...ports.services,
          updateDesiredTasks: async (name, desiredTasks, timeoutSeconds): Promise<UpdateOutcome> => {
            const inFlight = mine?.inFlight;
            const endSeconds = ports.clock.nowSeconds() + timeoutSeconds;
            if (inFlight === undefined) problems.push(`sent ${desiredTasks} without a decision in flight`);
            else sent.push(inFlight.decisionId);
            if (inFlight?.to !== desiredTasks) problems.push(`sent ${desiredTasks}, decided ${inFlight?.to}`);
            if (latest() !== mine) problems.push(`sent ${desiredTasks} after another evaluator had written`);
            if (!(endSeconds < (mine?.leaseUntilSeconds ?? 0))) {
              problems.push(`sent ${desiredTasks} when the call might outlive the lease`);
            }
            return ports.services.updateDesiredTasks(name, desiredTasks, timeoutSeconds);
          },
        },
      };
    },
    /** Everything that was wrong, once the service has had the ticks to recover. `moved`: a person set the count. */
    assess({ moved = false } = {}): string[] {
      return [
        ...problems,
        ...duplicates(sent).map((id) => `${id} was sent twice`),
        ...versionProblems(world.commits),
        ...outcomeProblems(world.told(), sent, moved ? undefined : effective),
        ...(world.desiredTasks() === goal
          ? []
          : [`ECS ends at ${world.desiredTasks()} tasks instead of ${goal}`]),
        ...(latest()?.inFlight === undefined ? [] : ['a decision stays in flight']),
        ...(latest()?.leaseUntilSeconds === undefined ? [] : ['a lease stays']),
      ];
    },
  };
}

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

/** Each version is written once, one after the other; each event is told under the id of its write and its place. */
function versionProblems(commits: readonly StoredState[]): string[] {
  const problems: string[] = [];
  commits.forEach((state, index) => {
    if (state.version !== index + 1) problems.push(`write ${index + 1} has version ${state.version}`);
    const before = commits[index - 1];
    if (before !== undefined && before.loop.slotSeconds > state.loop.slotSeconds) {
      problems.push(`version ${state.version} goes back to an earlier slot`);
    }
    state.outbox.forEach(({ detail }, place) => {
      const id = `${service}#${state.version}.${place}`;
      if (detail.id !== id) problems.push(`an event is told under ${detail.id} instead of ${id}`);
    });
  });
  return problems;
}

/**
 * Each decision is told once and ends once, as applied or as failed; and, where `effective` says which have taken
 * effect, as what is true.
 */
function outcomeProblems(
  told: readonly WeirEvent[],
  sent: readonly string[],
  effective: readonly string[] | undefined,
): string[] {
  const problems: string[] = [];
  const decided = told.flatMap((it) => (it.detailType === 'Scaling Decision' ? [it.detail.decisionId] : []));
  const ends = told.filter((it) => it.detailType === 'Scaling Applied' || it.detailType === 'Scaling Failed');
  for (const id of duplicates(decided)) problems.push(`${id} was told twice`);
  for (const id of sent) if (!decided.includes(id)) problems.push(`${id} was sent and never told`);
  for (const id of decided) {
    const endings = ends.filter((it) => it.detail.decisionId === id);
    const [ending] = endings;
    if (endings.length !== 1) problems.push(`${id} ended ${endings.length} times`);
    if (ending === undefined || effective === undefined) continue;
    const applied = ending.detailType === 'Scaling Applied';
    if (applied !== effective.includes(id)) {
      problems.push(`${id} was told as ${ending.detailType} and ${applied ? 'never took' : 'took'} effect`);
    }
  }
  for (const { detail } of ends) {
    if (!decided.includes(detail.decisionId))
      problems.push(`${detail.decisionId} ended and was never decided`);
  }
  return problems;
}
