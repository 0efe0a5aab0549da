import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type BundleRow, measureBundles } from './bundles.ts';
import { type CoreTimes, timeCore } from './core.ts';
import { assumptions, dollarsOf, type Line, monthOf, totalOf } from './cost.ts';
import { countedHour, countHour, type FleetHour } from './hour.ts';
import { hoursPerMonth, type prices } from './prices.ts';
import { measureRest, type Rest } from './rest.ts';
import { readStack } from './stack.ts';
import { columns, dollars, whole } from './text.ts';

/** What one more service on Kinesis may cost a month, all services of AWS included. */
const dollarsAllowed = 1.1;
const fleets = [1, 100, 1000] as const;

type Month = { readonly hour: FleetHour; readonly lines: readonly Line[]; readonly dollars: number };
type Results = {
  readonly core: CoreTimes;
  readonly months: readonly Month[];
  readonly dollarsPerService: number;
  readonly rests: readonly Rest[];
  readonly bundles: readonly BundleRow[];
};

const usage = 'Usage: npm run bench -- [--json]\n';

function readOptions(): { readonly json: boolean } | undefined {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return undefined;
  }
}

async function measure(): Promise<Results> {
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  progress('The core …');
  const core = await timeCore();
  const stack = readStack();
  const months: Month[] = [];
  for (const services of fleets) {
    progress(`An hour of ${whole(services)} service${services === 1 ? '' : 's'} …`);
    const hour = await countHour(services, assumptions.answerMilliseconds);
    const lines = monthOf(hour, stack);
    months.push({ hour, lines, dollars: totalOf(lines) });
  }
  progress('Three days of services that rest …');
  const rests = await measureRest();
  progress('Bundles …');
  const bundles = await measureBundles();
  return { core, months, dollarsPerService: dollarsPerService(months), rests, bundles };
}

/** What each service beyond the first costs, from the smallest fleet to the largest. */
function dollarsPerService(months: readonly Month[]): number {
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no fleet was counted');
  return (last.dollars - first.dollars) / (last.hour.services - first.hour.services);
}

function print({ core, months, dollarsPerService: perService, rests, bundles }: Results): void {
  const out = (text: string) => process.stdout.write(`${text}\n`);
  out(`Node ${process.version}, ${process.arch}, ${cpus()[0]?.model ?? 'unknown processor'}\n`);
  out(`One tick's window, analysis and decision, ${core.samples} samples, ${whole(core.runs)} runs:`);
  out(`  median ${whole(core.medianMicroseconds)} µs, p99 ${whole(core.p99Microseconds)} µs\n`);

  out('Calls to AWS in a month:');
  out(`${columns(callRows(months))}\n`);
  out(
    'Dollars a month (us-east-1; prices and how each is known: test/bench/prices.ts; free tiers not counted):',
  );
  out(`${columns(dollarRows(months, perService))}\n`);
  out(notes(months));
  out(`One more service: $${perService.toFixed(2)} a month; allowed are $${dollarsAllowed.toFixed(2)}.\n`);
  out(
    'Metrics that one service reads, where they are left alone while nothing can happen in time (core/rest.ts):',
  );
  out(`${columns(restRows(rests))}\n`);
  out(
    'Bundles, beside an empty handler with the same SDK clients; init is the import, median of new processes:',
  );
  out(columns(bundleRows(bundles)));
}

const fleetNames = ['', ...fleets.map((it) => `${whole(it)} service${it === 1 ? '' : 's'}`)];

function callRows(months: readonly Month[]): string[][] {
  const names = [...new Set(months.flatMap(({ hour }) => [...hour.usage.calls.keys()]))].sort();
  const rows = names.map((name) => [
    name,
    ...months.map(({ hour }) => whole((hour.usage.calls.get(name) ?? 0) * hoursPerMonth)),
  ]);
  const metrics = [
    'metrics in GetMetricData',
    ...months.map(({ hour }) => monthly(hour, 'metricsRequested')),
  ];
  const writes = ['write units', ...months.map(({ hour }) => monthly(hour, 'writeUnits'))];
  const reads = ['read units', ...months.map(({ hour }) => monthly(hour, 'readUnits'))];
  return [fleetNames, ...rows, metrics, writes, reads];
}

const monthly = (hour: FleetHour, billed: keyof typeof prices) =>
  whole((hour.usage.billed.get(billed) ?? 0) * hoursPerMonth);

function dollarRows(months: readonly Month[], perService: number): string[][] {
  const [first, last] = [months[0], months.at(-1)];
  const more = (last?.hour.services ?? 0) - (first?.hour.services ?? 0);
  const costOf = (month: Month | undefined, index: number) => {
    const line = month?.lines[index];
    return line === undefined ? 0 : dollarsOf(line);
  };
  const rows = (first?.lines ?? []).map(({ what }, index) => [
    what,
    ...months.map((month) => dollars(costOf(month, index))),
    dollars((costOf(last, index) - costOf(first, index)) / more),
  ]);
  const total = ['total', ...months.map((it) => dollars(it.dollars)), dollars(perService)];
  return [[...fleetNames, 'one more'], ...rows, total];
}

function notes(months: readonly Month[]): string {
  const { changes = 0, bytes } = months[0]?.hour ?? {};
  return [
    'Counted: one hour of the real handlers and adapters over the AWS SDK, answered in memory, the seeded day from',
    `${countedHour}:00 on, ${changes} change${changes === 1 ? '' : 's'} of the count for each service; × ${hoursPerMonth}. Items: state ${bytes?.state}, sample ${bytes?.sample}, registration ${bytes?.registration} bytes.`,
    `Assumed: AWS answers in ${assumptions.answerMilliseconds} ms; Lambda logs ${assumptions.platformLogBytes} bytes an invocation and polls each queue with`,
    `${assumptions.queuePollers} connections of 20 s. Lambda's time is the waiting, plus the processor time of this machine × 1,769 MB ÷ the`,
    "function's memory; X-Ray's own work and cold starts are not in it.",
  ].join('\n');
}

function restRows(rests: readonly Rest[]): string[][] {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return [
    ['', 'a day', 'without rest', 'saved a month', 'late', 'without rest'],
    ...rests.map((it) => [
      it.name,
      whole(it.metricsPerDay),
      whole(it.withoutRestPerDay),
      dollars(it.savedDollars),
      percent(it.lateShare),
      percent(it.lateShareWithoutRest),
    ]),
  ];
}

function bundleRows(bundles: readonly BundleRow[]): string[][] {
  return [
    ['', 'KB', 'empty KB', 'init ms', 'empty init ms', 'ratio'],
    ...bundles.map(({ name, weir, empty }) => [
      name,
      whole(weir.bytes / 1000),
      whole(empty.bytes / 1000),
      weir.initMilliseconds.toFixed(0),
      empty.initMilliseconds.toFixed(0),
      (weir.initMilliseconds / empty.initMilliseconds).toFixed(2),
    ]),
  ];
}

/** Maps are lists of pairs to JSON otherwise, which is to say nothing. */
const asJson = (results: Results) =>
  JSON.stringify(results, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value), 2);

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else {
  const results = await measure();
  if (options.json) process.stdout.write(`${asJson(results)}\n`);
  else print(results);
  if (results.dollarsPerService > dollarsAllowed) process.exitCode = 1;
}
