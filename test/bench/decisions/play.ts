import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scaler } from '../../../lib/simulator/scaler.ts';
import { scalers } from '../../../lib/simulator/scalers.ts';
import type { Scenario } from '../../../lib/simulator/scenario.ts';
import { type ScenarioName, scenarios } from '../../../lib/simulator/scenarios/named.ts';
import { beginWith, peakOf, withAgents } from '../../../lib/simulator/scenarios/traits.ts';
import type { Score } from '../../../lib/simulator/score.ts';
import { simulate } from '../../../lib/simulator/simulate.ts';
import { readTrace } from '../../../lib/simulator/trace.ts';
import { createWeir } from '../../../lib/simulator/weir.ts';
import { traceWorkload, type Workload } from '../../../lib/simulator/workload.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../../lib/simulator/world.ts';
import { createLimitJudge, limitOf, type Named } from './limits.ts';
import { eventfulPart, isCoarse } from './window.ts';

/** What the peak of each trace is scaled to, and what the owner of each service wants. */
export const peakTasks = 20;
export const lagObjectiveSeconds = 60;

/** One scaler, once. `trace` is a file without its `.csv`. */
export type Job = {
  readonly directory: string;
  readonly trace: string;
  readonly scenario: ScenarioName;
  readonly scaler: string;
  readonly days: number;
  readonly seed: number;
};

export type Result = Score &
  Partial<Named> & {
    readonly trace: string;
    readonly scenario: ScenarioName;
    readonly scaler: string;
    /** Where in the trace the part that was played begins. */
    readonly fromSeconds: number;
    /** The trace's bins are ten minutes long or longer. */
    readonly coarse: boolean;
  };

/** Weir with the reports of agents, beside CloudWatch, in a world that has them. */
export const weirWithAgents = 'weir-agents';
export const clairvoyant = 'clairvoyant';

/** Weir's two first, the clairvoyant last. */
export const benchScalers: readonly string[] = [
  'weir',
  weirWithAgents,
  ...Object.keys(scalers).filter((name) => !['weir', weirWithAgents, clairvoyant].includes(name)),
  clairvoyant,
];

export async function play({ directory, trace: name, ...job }: Job): Promise<Result> {
  const file = join(directory, `${name}.csv`);
  const trace = readTrace(readFileSync(file, 'utf8'), file);
  const part = eventfulPart(trace, job.days);
  const traits = scenarios[job.scenario](peakTasks, lagObjectiveSeconds);
  const workload = traceWorkload(part, peakOf(traits, peakTasks));
  const begun = beginWith(traits, workload);
  const scenario = job.scaler === weirWithAgents ? withAgents(begun) : begun;
  const world = createSimulatedWorld(scenario, workload, job.seed);
  const isWeir = job.scaler === 'weir' || job.scaler === weirWithAgents;
  const judged = isWeir ? judgedWeir(scenario, workload, world) : undefined;
  const scaler = judged?.scaler ?? createScaler(job.scaler, scenario, workload, job.seed);
  await simulate([{ world, scaler }]);
  return {
    trace: name,
    scenario: job.scenario,
    scaler: job.scaler,
    fromSeconds: part.fromSeconds,
    coarse: isCoarse(trace),
    ...world.score(),
    ...judged?.counts(),
  };
}

/** Weir, and how well it names what limits the service, where something beside its tasks does. */
function judgedWeir(
  scenario: Scenario,
  workload: Workload,
  world: SimulatedWorld,
): { readonly scaler: Scaler; readonly counts: () => Named } | undefined {
  const limit = limitOf(scenario);
  if (limit === undefined) return undefined;
  const judge = createLimitJudge(scenario, limit);
  const scaler = createWeir((_, bottlenecks) => {
    const { atSeconds, lagSeconds, consumingTasks } = world.frame();
    if (atSeconds % 60 !== 0) return;
    const loadPerSecond = workload.ratePerSecond(atSeconds);
    judge.record({ loadPerSecond, lagSeconds, consumingTasks, bottlenecks });
  });
  return { scaler, counts: judge.counts };
}

function createScaler(name: string, scenario: Scenario, workload: Workload, seed: number): Scaler {
  const create = scalers[name === weirWithAgents ? 'weir' : name];
  if (create === undefined) throw new Error(`no scaler ${name}; there are ${benchScalers.join(', ')}`);
  return create(scenario, workload, seed);
}
