import { parseArgs } from 'node:util';
import { columns, whole } from '../text.ts';
import { measureMemory } from './memory.ts';
import { playRegion, type RegionResult } from './play.ts';

/** How urgent, in words: core/need.ts. */
const needNames = [
  'records 8 times too old',
  'records 4 times too old',
  'records twice too old',
  'records too old',
  'twice the tasks, soon',
  'half as many tasks more, soon',
  'some tasks more, soon',
  'fewer tasks',
];

const usage = 'Usage: npm run bench:fleet -- [--services 100,1000,10000] [--json]\n';

function readOptions(): { readonly fleets: readonly number[]; readonly json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        services: { type: 'string', default: '100,1000,10000' },
        json: { type: 'boolean', default: false },
      },
    });
    const fleets = values.services.split(',').map(Number);
    if (fleets.every((it) => Number.isInteger(it) && it > 0 && it <= 20_000))
      return { fleets, json: values.json };
    process.stderr.write(
      `--services is ${values.services}: whole numbers from 1 to 20000, with commas between\n${usage}`,
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
  return undefined;
}

function print(results: readonly RegionResult[], megabytes: number): void {
  const out = (text: string) => process.stdout.write(`${text}\n`);
  const share = (part: number, all: number) => `${((100 * part) / all).toFixed(2)} %`;
  const calls = (it: RegionResult, name: string) =>
    `${whole(it.calls[name]?.taken ?? 0)}, ${whole(it.calls[name]?.refused ?? 0)} refused`;
  out(
    'Ticks each minute, and a surge of one and a half to six times the load that a fifth of the services meet at once:\n',
  );
  out(
    columns([
      ['services', ...results.map((it) => whole(it.services))],
      ['ticks', ...results.map((it) => whole(it.ticks))],
      ['evaluated in time', ...results.map((it) => share(it.evaluated, it.ticks))],
      ['failed', ...results.map((it) => whole(it.failed))],
      ...['DescribeServices', 'GetMetricData', 'UpdateService'].map((name) => [
        name,
        ...results.map((it) => calls(it, name)),
      ]),
      ['met by the surge', ...results.map((it) => whole(it.surged))],
      ['all changed after, s', ...results.map((it) => it.drainedSeconds.toFixed(0))],
      ['changes', ...results.map((it) => whole(it.changes))],
      [
        'waited for one that needed it less, first minute',
        ...results.map((it) => whole(it.inversions.first)),
      ],
      ['and after it', ...results.map((it) => whole(it.inversions.later))],
      ['dollars a month and service', ...results.map((it) => it.dollarsPerServiceMonth.toFixed(2))],
    ]),
  );
  for (const { services, waits } of results) {
    out(`\nHow long the first change of each waited, ${whole(services)} services:\n`);
    out(
      columns([
        ['', 'services', 'median s', 'p95 s'],
        ...waits.map((it) => [
          needNames[it.need] ?? String(it.need),
          whole(it.count),
          it.p50.toFixed(0),
          it.p95.toFixed(0),
        ]),
      ]),
    );
  }
  out(
    `\nMemory of one evaluate with a message of 100 services, this program and the Region around it included, at most: ${megabytes.toFixed(0)} MB.`,
  );
}

const readout = readOptions();
if (readout === undefined) process.exitCode = 2;
else {
  const results: RegionResult[] = [];
  for (const services of readout.fleets) {
    process.stderr.write(`${whole(services)} services …\n`);
    results.push(await playRegion(services));
  }
  const megabytes = await measureMemory();
  if (readout.json) process.stdout.write(`${JSON.stringify({ results, megabytes }, undefined, 2)}\n`);
  else print(results, megabytes);
}
