import type { Tick } from '../contract/messages.ts';
import { analyze } from '../core/analyze.ts';
import { decide } from '../core/decide.ts';
import { assembleWindow } from '../core/window.ts';
import { act } from './act.ts';
import { collect } from './collect.ts';
import type { Stage, Telemetry, TickPorts } from './ports.ts';
import { publish } from './publish.ts';
import type { TickReport } from './tick-report.ts';

/** The pure stages. */
export type Core = {
  readonly assembleWindow: typeof assembleWindow;
  readonly analyze: typeof analyze;
  readonly decide: typeof decide;
};

/**
 * One evaluation of one service: collect → window → analyze → decide → act → publish. Lambdas, the command line and
 * the simulator all call this, with other ports and another clock. A rejected promise means that a call broke; what had
 * been written by then stands, and the next tick goes on from there.
 */
export async function runOnce(
  tick: Tick,
  ports: TickPorts,
  core: Core = { assembleWindow, analyze, decide },
): Promise<TickReport> {
  const timed = stageTimer(ports.telemetry);

  const collected = await timed('collect', () => collect(tick, ports));
  if (collected.kind !== 'collected') return collected;

  const { samples, context, loop, nowSeconds } = collected;
  const window = timed('window', () => core.assembleWindow(samples, context, nowSeconds));
  const analysis = timed('analyze', () => core.analyze(window, loop, context));
  const plan = timed('decide', () => core.decide(analysis, loop, context));

  const acted = await timed('act', () => act(plan, collected, ports));
  return timed('publish', () => publish(acted, ports));
}

/** Tells how long a stage took, however it ended. A duration needs a monotonic clock; the port tells the time of day. */
function stageTimer(telemetry: Pick<Telemetry, 'stage'>) {
  return <T>(stage: Stage, run: () => T): T => {
    const began = performance.now();
    const ended = () => telemetry.stage(stage, performance.now() - began);
    let running = false;
    try {
      const result = run();
      running = result instanceof Promise;
      return result instanceof Promise ? (result.finally(ended) as T) : result;
    } finally {
      if (!running) ended();
    }
  };
}
