import type { Field, Point } from '../contract/measurement.ts';

/** So long the reports of agents are kept as they came, six a minute; before that, as about a minute each. */
const fineSeconds = 600;

/** How reports become one. A backlog is that of the last of them, a lag the worst. */
type Joining = 'mean' | 'worst' | 'last';
const joinings: Partial<Record<Field, Joining>> = {
  agentArrivalsPerSecond: 'mean',
  agentProcessedPerSecond: 'mean',
  agentBacklogRecords: 'last',
  agentLagSeconds: 'worst',
  busyShare: 'mean',
};

/** Reports up to here are thinned. E.g. at 12:11:15 those up to 12:01:00. */
export function thinnedUntil(nowSeconds: number): number {
  return Math.floor((nowSeconds - fineSeconds) / 60) * 60;
}

/** How old points of this field are joined; `undefined` where they are not. */
export function joiningOf(field: Field): Joining | undefined {
  return joinings[field];
}

/** Reports that are one by now: what ticks of the same minute have read. */
export type Joined = { readonly minute: number; atSeconds: number; value: number; count: number };

/**
 * Adds reports that one tick has read, oldest first, to what stands for its minute; the moment is that of the last one.
 * E.g. reports of 100 and 130 records/s become one of 115; lags of 4 and 9 s, 9.
 */
export function join(
  joined: Joined[],
  reports: readonly Point[],
  readAtSeconds: number,
  joining: Joining,
): void {
  const last = reports.at(-1);
  if (last === undefined) return;
  let value = joining === 'last' ? last.value : 0;
  if (joining === 'mean') {
    for (const report of reports) value += report.value;
    value /= reports.length;
  } else if (joining === 'worst') {
    for (const report of reports) if (report.value > value) value = report.value;
  }
  const minute = Math.floor(readAtSeconds / 60);
  const before = joined.at(-1);
  if (before?.minute !== minute) {
    joined.push({ minute, atSeconds: last.atSeconds, value, count: reports.length });
    return;
  }
  before.count += reports.length;
  before.atSeconds = last.atSeconds;
  if (joining === 'mean') before.value += ((value - before.value) * reports.length) / before.count;
  else if (joining === 'last' || value > before.value) before.value = value;
}
