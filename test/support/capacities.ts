import { estimateCapacity, learnCapacity } from '../../lib/core/capacity.ts';
import type { CapacityMemory } from '../../lib/core/loop-state.ts';
import { flowOf } from '../../lib/core/rates.ts';
import { unsaturatedRates } from '../../lib/core/unsaturated.ts';
import { noon } from '../control/world.ts';
import { deepFreeze, kinesisContext, repeated, type WindowOptions, windowOf } from './windows.ts';

/** 1,000 records/s arrive, four tasks of 200 process 800: the lag grows by 12 s a minute. */
export const saturated = {
  arrivalsPerSecond: repeated(1000, 60),
  meanLagSeconds: [20, 32, 44, 56],
  lagSeconds: [26, 38, 50, 62],
};
/** 800 records/s arrive, and four tasks keep up. */
export const keepingUp = {
  arrivalsPerSecond: repeated(800, 10),
  meanLagSeconds: repeated(0, 10),
  lagSeconds: repeated(0, 10),
};

export function memoryOf(rates: readonly number[], more: Partial<CapacityMemory> = {}): CapacityMemory {
  return deepFreeze({
    revision: 'orders:12',
    saturated: rates.map((perTaskPerSecond, index) => ({
      atSeconds: noon - 7200 + 60 * index,
      tasks: 4,
      perTaskPerSecond,
    })),
    ...more,
  });
}

export function learn(options: WindowOptions, before?: CapacityMemory): CapacityMemory {
  const { context = kinesisContext() } = options;
  const window = windowOf({ ...options, context });
  return learnCapacity(window, deepFreeze(flowOf(window, context)!), before, context);
}

export const ratesOf = (memory: CapacityMemory) => memory.saturated.map((it) => it.perTaskPerSecond);

export function estimate(options: WindowOptions, memory: CapacityMemory = memoryOf([])) {
  const { context = kinesisContext() } = options;
  const window = windowOf({ ...options, context });
  const flow = deepFreeze(flowOf(window, context)!);
  const seen = unsaturatedRates(window, flow, memory.revision, context.sources[0]?.partitions);
  return estimateCapacity(window, flow, memory, context, seen);
}
