import * as z from 'zod';

/** What Weir measures of a service, with its unit. A field that nobody measured is absent, never 0 or NaN. */
export const measurements = {
  arrivalsPerSecond: 'records that arrived, per second (λ)',
  processedPerSecond: 'records that were processed, per second (X)',
  backlogRecords: 'records that wait, in flight included (L)',
  lagSeconds: 'age of the oldest unprocessed record, worst of the period',
  meanLagSeconds: 'age of the oldest unprocessed record, mean of the period',
  cpuPercent: 'CPU used, % of what the tasks reserve',
  memoryPercent: 'memory used, % of what the tasks reserve',
  p95Ms: '95th percentile of the time that one request takes, ms',
  p99Ms: '99th percentile of the time that one request takes, ms',
  errorPercent: 'requests that failed, %',
  queueRecords: "records in the tasks' own buffers",
  backpressure: 'how full the buffers are, 0 to 1',
  agentArrivalsPerSecond: 'records that arrived in ten seconds, per second, as agents report',
  agentProcessedPerSecond: 'records that were processed in ten seconds, per second, as agents report',
  agentBacklogRecords: 'records that wait, as agents report',
  agentLagSeconds: 'age of the oldest unprocessed record of any partition, as agents report',
  busyShare: 'share of their time in which the tasks were not idle, 0 to 1, waiting for others included',
  hottestShare: 'share of the load that the partition with the largest one gets, 0 to 1, as agents report',
  typicalLagSeconds: 'age of the oldest unprocessed record of a partition, median, as agents report',
} as const;

export type Field = keyof typeof measurements;
export const fields = Object.keys(measurements) as Field[];
export const fieldSchema = z.enum(Object.keys(measurements) as [Field, ...Field[]]);

/** Where agents' reports are found as metrics, with the dimensions ClusterName and ServiceName, and how often they come. */
export const agentNamespace = 'Weir/Agent';
export const agentPeriodSeconds = 10;

/** One measured value: the period that ended at `atSeconds` (epoch seconds). */
export type Point = { readonly atSeconds: number; readonly value: number };
