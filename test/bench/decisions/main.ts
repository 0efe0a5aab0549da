import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../../lib/contract/weir-error.ts';
import { betweenMarks } from '../../support/markdown.ts';
import { columns } from '../text.ts';
import { type Case, casesOf } from './cases.ts';
import { isWhole, jobsFor, type Options, readOptions } from './options.ts';
import { renderPicture } from './picture.ts';
import type { Result } from './play.ts';
import { playAll } from './pool.ts';
import { casesText, priceText, renderReport, rowCells, rowHead, targetCells, targetHead } from './report.ts';
import { type Row, summarize } from './summary.ts';

const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
const command = 'npm run bench:decisions';

const out = (text: string) => process.stdout.write(`${text}\n`);

async function run(options: Options): Promise<void> {
  const jobs = jobsFor(options);
  const began = performance.now();
  let done = 0;
  const results = await playAll(jobs, options.threads, (result) => {
    done++;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    process.stderr.write(`${done}/${jobs.length}, ${seconds} s: ${describe(result)}\n`);
  });
  const cases = casesOf(results);
  const scenarios = new Map(
    options.scenarios.map((name) => [name, summarize(cases.filter(({ scenario }) => scenario === name))]),
  );
  print(cases, scenarios);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
  const directory = options.out ?? (isWhole(options) ? docs : undefined);
  if (directory !== undefined) write(directory, options, cases, scenarios);
}

function describe({ scenario, trace, scaler, lateRecordsShare, costRatio }: Result): string {
  return `${scenario} ${trace} ${scaler}: ${(100 * lateRecordsShare).toFixed(2)} % late, ${costRatio.toFixed(2)} × fluid`;
}

function print(cases: readonly Case[], scenarios: ReadonlyMap<string, readonly Row[]>): void {
  for (const [scenario, rows] of scenarios) {
    out(`${scenario}\n${columns([rowHead, ...rows.map(rowCells)])}\n`);
  }
  out(`${casesText(cases)}\n`);
  out(`${columns([targetHead, ...targetCells(cases)])}\n\n${priceText}`);
}

/** The newest results, in the directory's benchmarks.md between the marks, and a picture for each scenario. */
function write(
  directory: string,
  { days, seed }: Options,
  cases: readonly Case[],
  scenarios: ReadonlyMap<string, readonly Row[]>,
): void {
  mkdirSync(join(directory, 'benchmarks'), { recursive: true });
  const shown = `${command} -- --traces DIR --days ${days} --seed ${seed}`;
  const text = readFileSync(join(docs, 'benchmarks.md'), 'utf8');
  const report = renderReport(shown, cases, scenarios);
  writeFileSync(join(directory, 'benchmarks.md'), betweenMarks(text, 'results', report, command));
  for (const [scenario, rows] of scenarios) {
    writeFileSync(join(directory, 'benchmarks', `${scenario}.svg`), renderPicture(scenario, rows));
  }
}

try {
  await run(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
