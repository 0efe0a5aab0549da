import { setImmediate } from 'node:timers/promises';
import { Command } from 'commander';
import { scalers } from '../simulator/scalers.ts';
import { scenarioNames, scenarios } from '../simulator/scenarios/named.ts';
import { beginWith, peakOf, withAgents } from '../simulator/scenarios/traits.ts';
import { type Contender, simulate } from '../simulator/simulate.ts';
import { traceWorkload } from '../simulator/workload.ts';
import { createSimulatedWorld } from '../simulator/world.ts';
import { listed, readSimulateOptions, type SimulateOptions } from './simulate-options.ts';
import { formatResults, simulateResults } from './simulate-result.ts';
import { type ExitCode, Interrupted, stopIfInterrupted, type Terminal } from './terminal.ts';
import { readTraceFile } from './trace-file.ts';

export function simulateCommand(terminal: Terminal, onExit: (code: ExitCode) => void): Command {
  return new Command('simulate')
    .description('Plays a trace to a stream service, once for each scaler, and tells how each of them did.')
    .option('--trace <file>', 'CSV with the columns timestamp_s,rate to play')
    .option('--scenario <name>', `the service: ${listed(scenarioNames)}`, 'cpu-kinesis')
    .option('--scaler <names>', `with commas between: ${listed(Object.keys(scalers))}`, 'weir')
    .option('--peak-tasks <number>', "how many tasks can process the load's peak", '20')
    .option('--seed <number>', 'the same seed gives the same numbers', '1')
    .option('--from <time>', 'where to begin in the trace, e.g. 90s, 10m, 24h or 5d', '0s')
    .option('--for <time>', 'how long to play; all that is left, unless given')
    .option('--lag-objective <time>', 'no record should be older when it has been processed', '60s')
    .option('--agents', 'agents in the tasks report every ten seconds, beside CloudWatch')
    .option('--json', 'the figures as a JSON array of objects, one for each scaler')
    .action(async (typed) => onExit(await run(readSimulateOptions(typed), terminal)));
}

async function run(options: SimulateOptions, terminal: Terminal): Promise<ExitCode> {
  const contenders = await setUp(options);
  try {
    await play(contenders, terminal);
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
  const results = simulateResults(options, contenders);
  terminal.out(options.json ? `${JSON.stringify(results)}\n` : formatResults(results));
  return 0;
}

/** Each scaler with a world of its own and the same arrivals, in the order in which they were named. */
async function setUp(options: SimulateOptions): Promise<readonly Contender[]> {
  const { peakTasks, lagObjective, seed } = options;
  const traits = scenarios[options.scenario](peakTasks, lagObjective);
  const slice = await readTraceFile(options.trace, options.from, options.for);
  const workload = traceWorkload(slice, peakOf(traits, peakTasks));
  const begun = beginWith(traits, workload);
  const scenario = options.agents ? withAgents(begun) : begun;
  return options.scaler.flatMap((name) => {
    const scaler = scalers[name]?.(scenario, workload, seed);
    return scaler === undefined ? [] : [{ world: createSimulatedWorld(scenario, workload, seed), scaler }];
  });
}

/** Nothing in these worlds waits for anything, so Ctrl-C is only heard where the run itself lets go. */
const heardEverySeconds = 3600;

async function play(contenders: readonly Contender[], terminal: Terminal): Promise<void> {
  await simulate(contenders, async ([frame]) => {
    if (frame === undefined || frame.atSeconds % heardEverySeconds !== 0) return;
    await setImmediate();
    stopIfInterrupted(terminal);
  });
}
