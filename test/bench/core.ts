import { Bench } from 'tinybench';
import { policySchema } from '../../lib/config/policy.ts';
import { analyze } from '../../lib/core/analyze.ts';
import { decide } from '../../lib/core/decide.ts';
import { initialLoopState, type LoopState } from '../../lib/core/loop-state.ts';
import type { ServiceContext } from '../../lib/core/plan.ts';
import type { Sample } from '../../lib/core/sample.ts';
import { assembleWindow } from '../../lib/core/window.ts';

export type CoreTimes = {
  readonly samples: number;
  readonly runs: number;
  readonly medianMicroseconds: number;
  readonly p99Microseconds: number;
};

const context: ServiceContext = {
  policy: policySchema.parse({ maxTasks: 40 }),
  sources: [{ kind: 'kinesis', stream: 'orders', partitions: 16 }],
};
const beginSeconds = 1_795_780_800;
const samplesKept = 60;

/** An hour of a busy service, rate and lag each minute, CPU and memory every ten. */
function sampleOf(minute: number): Sample {
  const atSeconds = beginSeconds + 60 * minute;
  const wave = Math.sin(minute / 9);
  const points = (value: (minutesAgo: number) => number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      atSeconds: atSeconds - 60 * (count - index),
      value: value(count - index),
    }));
  return {
    atSeconds,
    observation: {
      desiredTasks: 7,
      runningTasks: 7,
      pendingTasks: 0,
      revision: 'orders:12',
      deploying: false,
    },
    series: {
      arrivalsPerSecond: points(() => 600 + 120 * wave, 1),
      lagSeconds: points(() => 20 + 18 * wave, 1),
      meanLagSeconds: points(() => 12 + 10 * wave, 1),
      ...(minute % 10 === 0 && {
        cpuPercent: points((ago) => 80 + 8 * wave - ago / 10, 10),
        memoryPercent: points(() => 41, 10),
      }),
    },
    unread: [],
  };
}

/** How long the pure part of a tick takes: window, analysis and decision, over an hour of samples. */
export async function timeCore(): Promise<CoreTimes> {
  const samples: Sample[] = [];
  let loop: LoopState = initialLoopState;
  const tick = (nowSeconds: number) => {
    const window = assembleWindow(samples, context, nowSeconds);
    return decide(analyze(window, loop, context), loop, context);
  };
  for (let minute = 0; minute < samplesKept; minute++) {
    const sample = sampleOf(minute);
    samples.push(sample);
    loop = { ...tick(sample.atSeconds).next, slotSeconds: sample.atSeconds };
  }
  const nowSeconds = samples.at(-1)?.atSeconds ?? beginSeconds;
  const bench = new Bench({ time: 2000, warmupTime: 500 });
  bench.add('tick', () => {
    tick(nowSeconds);
  });
  const [task] = await bench.run();
  if (task?.result.state !== 'completed') throw new Error(`the core was not timed: ${task?.result.state}`);
  const { latency } = task.result;
  return {
    samples: samples.length,
    runs: latency.samplesCount,
    medianMicroseconds: latency.p50 * 1000,
    p99Microseconds: latency.p99 * 1000,
  };
}
