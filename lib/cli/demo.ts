import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { formatSource } from '../config/source.ts';
import type { DetailType } from '../contract/events.ts';
import type { Workload } from '../simulator/workload.ts';
import type { WorldFrame } from '../simulator/world.ts';
import { type Broadcast, createBroadcast } from './broadcast.ts';
import { type DemoOptions, readDemoOptions } from './demo-options.ts';
import { demoResult, formatResult } from './demo-result.ts';
import { type DemoRun, setUpDemo } from './demo-run.ts';
import { readWorkload } from './demo-workload.ts';
import type { Frame } from './feed.ts';
import { meanings } from './meanings.ts';
import { createPacer } from './pacer.ts';
import { servePage } from './page-server.ts';
import { type ExitCode, Interrupted, stopIfInterrupted, type Terminal } from './terminal.ts';

export function demoCommand(terminal: Terminal, onExit: (code: ExitCode) => void): Command {
  return new Command('demo')
    .description(
      'Plays a stream service in simulated time, scaled by Weir and, beside it, by two rivals; a page shows it.',
    )
    .option('--port <number>', 'port of the page on 127.0.0.1; 0 takes a free one', '8787')
    .option('--trace <file>', 'CSV with the columns timestamp_s,rate to play')
    .option('--from <time>', 'where to begin in the load, e.g. 90s, 10m, 24h or 5d', '0s')
    .option('--for <time>', 'how long to play; all that is left, unless given')
    .option('--peak-tasks <number>', "how many tasks can process the load's peak", '20')
    .option('--workload <name>', 'day: a season and a flash crowd; burst: ten times the load within 30 s')
    .option('--seed <number>', 'the same seed gives the same numbers', '1')
    .option('--speed <number>', 'simulated seconds per second; the page can change it', '900')
    .option('--lag-objective <time>', 'no record should be older when it has been processed', '60s')
    .option('--cpu-target <number>', 'what target tracking aims at, % of CPU; a task is full at 90', '85')
    .option('--mode <name>', 'what Weir may do: auto, approve or recommend', 'auto')
    .option('--headless', 'no page: as fast as this machine can, then the figures')
    .option('--json', 'the figures as one JSON object; with --headless')
    .action(async (typed) => {
      const options = readDemoOptions(typed);
      const workload = await readWorkload(options);
      onExit(
        options.headless
          ? await runHeadless(options, workload, terminal)
          : await runWithPage(options, workload, terminal),
      );
    });
}

async function runHeadless(options: DemoOptions, workload: Workload, terminal: Terminal): Promise<ExitCode> {
  const events: Partial<Record<DetailType, number>> = {};
  const run = await setUpDemo(workload, options, ({ detailType }) => {
    events[detailType] = (events[detailType] ?? 0) + 1;
  });
  try {
    await run.play(() => stopIfInterrupted(terminal));
    const result = demoResult(run, events);
    terminal.out(options.json ? `${JSON.stringify(result)}\n` : formatResult(result));
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  } finally {
    await run.stop();
  }
}

/** The page can show this many moments and stay quick. */
const mostFrames = 3000;
/** Standings change slowly, and cost a sort. */
const framesPerStanding = 10;

async function runWithPage(options: DemoOptions, workload: Workload, terminal: Terminal): Promise<ExitCode> {
  let broadcast: Broadcast | undefined;
  const run = await setUpDemo(workload, options, (event, { clock }) => {
    broadcast?.news({ atSeconds: clock.nowSeconds(), event });
  });
  try {
    const pacer = createPacer({ secondsPerSecond: options.speed }, terminal.interrupted);
    broadcast = createBroadcast(openingOf(run, workload));
    broadcast.pace(pacer.pace);
    const told = broadcast;
    const server = await servePage(options.port, broadcast, {
      onPace: (pace) => {
        pacer.change(pace);
        told.pace(pace);
      },
      onInstruction: run.say,
    });
    try {
      terminal.out(`Weir plays ${workload.name}, ${options.speed} times faster than real time.\n`);
      terminal.out(`Watch it at ${server.url}\n`);
      terminal.out('Ctrl-C ends it.\n');
      await playOnPage(run, told, pacer, terminal);
    } finally {
      await server.close();
    }
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 0;
    throw error;
  } finally {
    await run.stop();
  }
}

/** Plays the run, then keeps the page as it is until Ctrl-C. */
async function playOnPage(
  run: DemoRun,
  broadcast: Broadcast,
  pacer: ReturnType<typeof createPacer>,
  terminal: Terminal,
): Promise<void> {
  const { frameSeconds, fromSeconds } = broadcast.opening;
  const since = createSpan(run.contenders.length);
  let frames = 0;
  const tellStandings = () => broadcast.standings(run.contenders.map(({ world }) => world.score()));
  await run.play(async (now) => {
    stopIfInterrupted(terminal);
    since.add(now);
    const atSeconds = now[0]?.atSeconds ?? fromSeconds;
    if ((atSeconds - fromSeconds) % frameSeconds !== 0) return;
    broadcast.frame(since.take(now));
    frames += 1;
    if (frames % framesPerStanding === 0) tellStandings();
    await pacer.pass(frameSeconds);
  });
  tellStandings();
  broadcast.end();
  terminal.out('The simulated time is over. The page stays until Ctrl-C.\n');
  await new Promise<void>((resolve) => {
    if (terminal.interrupted.aborted) resolve();
    else terminal.interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Gathers the steps between two frames: the mean of the load, the worst of each lag. */
function createSpan(contenders: number) {
  let arrivals = 0;
  let steps = 0;
  let lagSeconds: number[] = new Array(contenders).fill(0);
  return {
    add: (frames: readonly WorldFrame[]) => {
      arrivals += frames[0]?.arrivalsPerSecond ?? 0;
      steps += 1;
      lagSeconds = frames.map((frame, index) => Math.max(frame.lagSeconds, lagSeconds[index] ?? 0));
    },
    take: (frames: readonly WorldFrame[]): Frame => {
      const frame: Frame = {
        atSeconds: frames[0]?.atSeconds ?? 0,
        arrivalsPerSecond: arrivals / Math.max(1, steps),
        capacityPerSecond: frames[0]?.capacityPerSecond ?? 0,
        lagSeconds,
        desiredTasks: frames.map((it) => it.desiredTasks),
        consumingTasks: frames.map((it) => it.consumingTasks),
      };
      arrivals = 0;
      steps = 0;
      lagSeconds = new Array(contenders).fill(0);
      return frame;
    },
  };
}

const controllerNames: Readonly<Record<string, string>> = {
  weir: 'Weir',
  'target-tracking-cpu': 'Target tracking',
  'backlog-per-task': 'Backlog per task',
};

function openingOf(run: DemoRun, workload: Workload) {
  const { scenario, contenders } = run;
  const [{ world }] = contenders;
  const { fromSeconds, untilSeconds, zeroSeconds } = workload;
  return {
    run: randomUUID(),
    workload: workload.name,
    service: world.service,
    source: formatSource(world.source),
    partitions: scenario.partitions ?? 0,
    taskRatePerSecond: scenario.taskRatePerSecond,
    lagObjectiveSeconds: scenario.lagObjectiveSeconds,
    minTasks: scenario.minTasks,
    maxTasks: scenario.maxTasks,
    fromSeconds,
    untilSeconds,
    zeroSeconds,
    frameSeconds: Math.max(15, 15 * Math.ceil((untilSeconds - fromSeconds) / mostFrames / 15)),
    controllers: contenders.map(({ scaler }) => controllerNames[scaler.name] ?? scaler.name),
    meanings,
  };
}
