import { sampleLifeSeconds } from '../../lib/adapters/table-items.ts';
import type { FunctionName } from '../../lib/contract/environment.ts';
import { type FleetHour, functionNames } from './hour.ts';
import { type Billed, hoursPerMonth, prices } from './prices.ts';
import type { StackFacts } from './stack.ts';

/** What is not measured here and has to be assumed; the bench prints it. */
export const assumptions = {
  /** How long AWS takes to answer a request. */
  answerMilliseconds: 50,
  /** START, END and REPORT of an invocation, which Lambda logs by itself. */
  platformLogBytes: 400,
  /** Lambda polls a queue with so many connections, each for 20 s at a time, whether there are messages or not. */
  queuePollers: 5,
} as const;

/** That of ticks, and that of ECS's events. */
const queues = 2;

/** Megabytes of memory that come with one whole processor. */
const megabytesPerProcessor = 1769;

/** One line of the bill: how much of what a month, and where it comes from. */
export type Line = { readonly billed: Billed; readonly what: string; readonly amount: number };

/** Everything that is billed for a fleet in a month. */
export function monthOf(hour: FleetHour, stack: StackFacts): Line[] {
  const used = (billed: Billed) => (hour.usage.billed.get(billed) ?? 0) * hoursPerMonth;
  const invocations = sum([...hour.invocations.values()]) * hoursPerMonth;
  const logBytes = hour.logBytes * hoursPerMonth + invocations * assumptions.platformLogBytes;
  const polls = (queues * hoursPerMonth * 3600 * assumptions.queuePollers) / 20;
  const samples = (hour.services * sampleLifeSeconds) / 60;
  const storedBytes = samples * (hour.bytes.sample + 100);
  return [
    { billed: 'metricsRequested', what: 'CloudWatch: metrics read', amount: used('metricsRequested') },
    { billed: 'writeUnits', what: 'DynamoDB: writes', amount: used('writeUnits') },
    { billed: 'readUnits', what: 'DynamoDB: reads', amount: used('readUnits') },
    { billed: 'storedGigabytes', what: 'DynamoDB: storage', amount: storedBytes / 1e9 },
    ...functionNames.map((name): Line => {
      const amount = gigabyteSeconds(hour, name, stack.memoryMegabytes[name]) * hoursPerMonth;
      return { billed: 'lambdaGigabyteSeconds', what: `Lambda: ${name}`, amount };
    }),
    { billed: 'lambdaRequests', what: 'Lambda: requests', amount: invocations },
    { billed: 'events', what: 'EventBridge: events', amount: used('events') },
    { billed: 'sqsRequests', what: 'SQS: ticks', amount: used('sqsRequests') },
    { billed: 'logGigabytes', what: 'CloudWatch: logs', amount: logBytes / 1e9 },
    { billed: 'traces', what: 'X-Ray: traces', amount: stack.traced ? invocations : 0 },
    { billed: 'sqsRequests', what: 'SQS: polls of idle queues', amount: polls },
    { billed: 'schedules', what: 'Scheduler', amount: (60 + 6 + 1) * hoursPerMonth },
    { billed: 'customMetrics', what: 'CloudWatch: metrics of Weir itself', amount: hour.customMetrics },
    { billed: 'alarms', what: 'CloudWatch: alarms', amount: stack.alarmedMetrics },
    { billed: 'dashboards', what: 'CloudWatch: dashboards', amount: stack.dashboards },
  ];
}

export const dollarsOf = ({ billed, amount }: Line) => amount * prices[billed].dollars;
export const totalOf = (lines: readonly Line[]) => sum(lines.map(dollarsOf));

/** GB-seconds of one function in the hour: as long as the timed invocations took, on a processor as large as its memory. */
function gigabyteSeconds(hour: FleetHour, name: FunctionName, megabytes: number): number {
  const [count, runs] = [hour.invocations.get(name) ?? 0, hour.timed.get(name) ?? []];
  if (count === 0) return 0;
  if (runs.length === 0)
    throw new Error(`${name} was never timed: see timedFromMinute of test/bench/hour.ts`);
  const milliseconds = sum(
    runs.map((it) => billedMilliseconds(it.wallMilliseconds, it.cpuMilliseconds, megabytes)),
  );
  return (count * (milliseconds / runs.length) * megabytes) / 1024 / 1000;
}

/**
 * What waits takes as long as here; what computes takes longer on a part of a processor.
 * E.g. 300 ms, of which 20 ms computing, with 512 MB: 280 + 20·1769/512 = 349.1 ms.
 */
export function billedMilliseconds(wall: number, cpu: number, megabytes: number): number {
  const slowdown = Math.max(1, megabytesPerProcessor / megabytes);
  return Math.max(0, wall - cpu) + cpu * slowdown;
}

const sum = (values: readonly number[]) => values.reduce((total, it) => total + it, 0);
