/** What the seed's autoscaler is configured with. */
export type SeedSettings = {
  readonly targetCpuPercent: number;
  readonly targetLatencySeconds: number;
  readonly cooldownSeconds: number;
  /** Decisions with less confidence than this are not carried out. */
  readonly confidenceThreshold: number;
};

export type SeedReading = { readonly cpuPercent: number; readonly latencySeconds: number };

export type SeedDecision = { readonly tasks: number; readonly confidence: number };

const scaleUpThreshold = 0.8;
const scaleDownThreshold = 0.5;

/**
 * By half above eight tenths of the nearest target, and by three tenths fewer below half of it, always by one at least;
 * the confidence is how far beyond the threshold that is.
 * E.g. 4 tasks at a CPU of 63 % with a target of 70 %: 6, with a confidence of 0.1. 10 tasks at 14 %: 7, with 0.3.
 */
export function seedDecision(
  tasks: number,
  { cpuPercent, latencySeconds }: SeedReading,
  { targetCpuPercent, targetLatencySeconds }: SeedSettings,
): SeedDecision | undefined {
  const factor = Math.max(cpuPercent / targetCpuPercent, latencySeconds / targetLatencySeconds);
  if (factor > scaleUpThreshold) {
    return {
      tasks: tasks + Math.max(1, Math.floor(0.5 * tasks)),
      confidence: Math.min(1, factor - scaleUpThreshold),
    };
  }
  if (factor < scaleDownThreshold) {
    return {
      tasks: tasks - Math.max(1, Math.floor(0.3 * tasks + 1e-9)),
      confidence: scaleDownThreshold - factor,
    };
  }
  return undefined;
}
