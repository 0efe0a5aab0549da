import { clamp, maximum, mean } from '../../core/statistics.ts';
import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { createScraper } from '../scraped.ts';
import { type SeedReading, type SeedSettings, seedDecision } from './seed-rules.ts';

const callTimeoutSeconds = 5;
/** Each reading by itself. */
const asWritten = { name: 'seed', windowSeconds: 0 };

/**
 * Of its settings, the latency: a quarter of the lag objective. With more or less of it, it is hardly any less late or
 * dearer; with a lower target for the CPU it goes to its maximum sooner.
 */
export function seedSettings({ lagObjectiveSeconds }: Pick<Scenario, 'lagObjectiveSeconds'>): SeedSettings {
  return {
    targetCpuPercent: 70,
    targetLatencySeconds: lagObjectiveSeconds / 4,
    cooldownSeconds: 300,
    confidenceThreshold: 0.7,
  };
}

/**
 * The autoscaler of the document that Weir began with, as it is written there: at each reading of its own process it
 * looks at the CPU and the p95 latency, and carries a decision out if its confidence is at least 0.7. Scale-in has a
 * confidence of at most 0.5, so it never happens; nor does scale-out for the CPU alone, of which 100 % make 0.63.
 * "Stream Performance: Optimization and Scaling Strategies", AutoScaler, in
 * https://github.com/JayrajSinh16/CS-Fundamentals-Interview/blob/main/System_Design/stream-performance.md
 *
 * Assumed: a record's latency counts from its arrival, or it would never scale at all, and its p95 is the oldest one's
 * age; CPU and latency are the service's, read each 5 s (scraped.ts); its count of instances is ECS's.
 */
export function createSeed(
  scenario: Scenario,
  settings: SeedSettings = seedSettings(scenario),
  { name, windowSeconds }: { readonly name: string; readonly windowSeconds: number } = asWritten,
): Scaler {
  const scrape = createScraper();
  let readings: (SeedReading & { readonly atSeconds: number })[] = [];
  let scaledAtSeconds = Number.NEGATIVE_INFINITY;

  return {
    name,
    step: async (world) => {
      const { atSeconds, cpuPercent = 0, lagSeconds: latencySeconds } = await scrape(world);
      readings = readings.filter((it) => it.atSeconds > atSeconds - windowSeconds);
      readings.push({ atSeconds, cpuPercent, latencySeconds });
      if (atSeconds - scaledAtSeconds < settings.cooldownSeconds) return;
      const { desiredTasks } = world.frame();
      const reading: SeedReading = {
        cpuPercent: mean(readings.map((it) => it.cpuPercent)) ?? cpuPercent,
        latencySeconds: maximum(readings.map((it) => it.latencySeconds)) ?? latencySeconds,
      };
      const decision = seedDecision(desiredTasks, reading, settings);
      if (decision === undefined || decision.confidence < settings.confidenceThreshold) return;
      const next = clamp(decision.tasks, Math.max(1, scenario.minTasks), scenario.maxTasks);
      if (next === desiredTasks) return;
      scaledAtSeconds = atSeconds;
      await world.services.updateDesiredTasks(world.service, next, callTimeoutSeconds);
    },
  };
}
