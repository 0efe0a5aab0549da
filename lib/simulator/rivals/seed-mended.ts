import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { createSeed } from './seed.ts';
import type { SeedSettings } from './seed-rules.ts';

/** Of the CPU that full tasks show: out above 0.8 · 1.22, which is just below full, and in below 0.5 · 1.22. */
const targetCpuShare = 110 / 90;
const windowSeconds = 30;

/**
 * The seed's rules without its faults: any decision is carried out, whatever its confidence, and it reads the mean of
 * half a minute instead of a single moment.
 *
 * Its settings: a CPU target at which it goes out just before the tasks are full, a quarter of the objective as the
 * latency, and the shortest cooldown, a minute, or three where a change stops consumption. Tried: targets of 100 to
 * 125 % of full, a quarter to the whole of the objective, cooldowns of one to five minutes, windows of 30 and 60 s.
 */
export function seedMendedSettings(scenario: Scenario): SeedSettings {
  return {
    targetCpuPercent: targetCpuShare * scenario.cpuAtSaturationPercent,
    targetLatencySeconds: scenario.lagObjectiveSeconds / 4,
    cooldownSeconds: scenario.rebalanceSeconds > 0 ? 180 : 60,
    confidenceThreshold: 0,
  };
}

export function createSeedMended(scenario: Scenario): Scaler {
  return createSeed(scenario, seedMendedSettings(scenario), { name: 'seed-mended', windowSeconds });
}
