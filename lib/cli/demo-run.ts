import type { MemoryTelemetry } from '../adapters/memory/telemetry.ts';
import type { WeirEvent } from '../contract/events.ts';
import { instructionDetailType, instructionSource, type LocalInstruction } from '../contract/instruction.ts';
import { demoScenario, demoTaskRatePerSecond } from '../simulator/demo-scenario.ts';
import { createBacklogPerTask } from '../simulator/rivals/backlog-per-task.ts';
import { createTargetTrackingCpu } from '../simulator/rivals/target-tracking-cpu.ts';
import type { Scenario } from '../simulator/scenario.ts';
import { type Contender, simulate } from '../simulator/simulate.ts';
import type { Workload } from '../simulator/workload.ts';
import { createSimulatedWorld, type WorldFrame } from '../simulator/world.ts';
import type { DemoOptions } from './demo-options.ts';
import { startDynalite } from './local-dynamo.ts';
import { createLocalWeir } from './local-weir.ts';

/** A run that has been set up and not begun: Weir first, then the rivals, each in a world of its own. */
export type DemoRun = {
  readonly scenario: Scenario;
  readonly contenders: readonly [Contender, ...Contender[]];
  readonly telemetry: () => MemoryTelemetry | undefined;
  /** What a person tells Weir of its service; it is taken at the next step. */
  say(instruction: LocalInstruction): void;
  /** Plays the whole run. Whatever `onFrames` awaits, simulated time awaits too. */
  play(onFrames: (frames: readonly WorldFrame[]) => void | Promise<void>): Promise<void>;
  /** Stops the embedded table. */
  stop(): Promise<void>;
};

export async function setUpDemo(
  workload: Workload,
  {
    peakTasks,
    lagObjective,
    seed,
    cpuTarget,
    mode,
  }: Pick<DemoOptions, 'peakTasks' | 'lagObjective' | 'seed' | 'cpuTarget' | 'mode'>,
  onEvent: (event: WeirEvent, world: Contender['world']) => void,
): Promise<DemoRun> {
  const scenario = { ...demoScenario(workload, peakTasks, lagObjective), mode };
  const dynamo = await startDynalite();
  const world = () => createSimulatedWorld(scenario, workload, seed);
  const weirs = world();
  const weir = createLocalWeir({ client: dynamo.client, tableName: await dynamo.createTable() }, (event) =>
    onEvent(event, weirs),
  );
  const contenders: DemoRun['contenders'] = [
    { world: weirs, scaler: weir },
    { world: world(), scaler: createTargetTrackingCpu(cpuTarget) },
    { world: world(), scaler: createBacklogPerTask(lagObjective, demoTaskRatePerSecond) },
  ];
  return {
    scenario,
    contenders,
    telemetry: weir.telemetry,
    say: ({ instruction, forSeconds }) => {
      const until =
        forSeconds === undefined ? {} : { untilSeconds: Math.floor(weirs.clock.nowSeconds() + forSeconds) };
      const detail = { ...instruction, ...until };
      weir.say({ source: instructionSource, 'detail-type': instructionDetailType, detail });
    },
    play: (onFrames) => simulate(contenders, onFrames),
    stop: () => dynamo.stop(),
  };
}
