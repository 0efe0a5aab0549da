import { type Counter, counters, type Stage, type Telemetry } from '../../control/ports.ts';

/** Lines kept; older ones go, so that a long simulation stays bounded. */
const keptLines = 1000;

export type LogLine = {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
};

export type MemoryTelemetry = Telemetry & {
  readonly counts: Readonly<Record<Counter, number>>;
  readonly stages: ReadonlyMap<Stage, { readonly times: number; readonly milliseconds: number }>;
  /** The newest lines, oldest first. */
  readonly lines: readonly LogLine[];
};

export function createMemoryTelemetry(): MemoryTelemetry {
  const counts = Object.fromEntries(counters.map((counter) => [counter, 0])) as Record<Counter, number>;
  const stages = new Map<Stage, { times: number; milliseconds: number }>();
  const lines: LogLine[] = [];
  const log = (line: LogLine) => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
  };
  return {
    stage: (stage, milliseconds) => {
      const total = stages.get(stage) ?? { times: 0, milliseconds: 0 };
      total.times += 1;
      total.milliseconds += milliseconds;
      stages.set(stage, total);
    },
    count: (counter, by = 1) => {
      counts[counter] += by;
    },
    info: (message, details) => log({ level: 'info', message, ...(details && { details }) }),
    warn: (message, details) => log({ level: 'warn', message, ...(details && { details }) }),
    error: (message, cause, details) => log({ level: 'error', message, cause, ...(details && { details }) }),
    counts,
    stages,
    lines,
  };
}
