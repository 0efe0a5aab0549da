import { isCpuFull } from './cpu-full.ts';
import type { CapacityMemory } from './loop-state.ts';
import { maximum, median } from './statistics.ts';
import type { SeenRate } from './unsaturated.ts';
import type { Window } from './window.ts';

/** So many saturated minutes, of so long, prove it. */
const provingMinutes = 3;
const recentSeconds = 900;
/** Less than this much less is noise. */
const clearlySlower = 0.97;

/**
 * What was learned, without what tasks did before they became slower. They have, where they do less at saturation than
 * they did while they kept up, and their CPU is full, so that they wait for nothing: then what they could do an hour ago
 * is no floor any more. A stop with an idle CPU says nothing of the tasks.
 * E.g. 200 records/s each while they kept up, and 186, 184 and 183 in the last minutes at saturation and full CPU: only
 * what is seen from the first of these on counts.
 */
export function withoutFormer(
  window: Window,
  memory: CapacityMemory,
  seen: readonly SeenRate[],
): { readonly memory: CapacityMemory; readonly seen: readonly SeenRate[] } {
  const current = seen.filter((it) => it.atSeconds >= (memory.slowerSinceSeconds ?? 0));
  const recent = memory.saturated
    .filter((it) => it.atSeconds > window.nowSeconds - recentSeconds)
    .slice(-provingMinutes);
  const [first] = recent;
  const rate = median(recent.map((it) => it.perTaskPerSecond));
  const floor = maximum(current.map((it) => it.atLeastPerSecond));
  const slower =
    first !== undefined &&
    rate !== undefined &&
    floor !== undefined &&
    recent.length === provingMinutes &&
    rate < clearlySlower * floor &&
    isCpuFull(window, first.atSeconds) === true;
  if (!slower) return { memory, seen: current };
  return {
    memory: {
      ...memory,
      slowerSinceSeconds: first.atSeconds,
      saturated: memory.saturated.filter((it) => it.atSeconds >= first.atSeconds),
    },
    seen: current.filter((it) => it.atSeconds >= first.atSeconds),
  };
}
