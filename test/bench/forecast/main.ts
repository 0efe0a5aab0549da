import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../../../lib/contract/weir-error.ts';
import { readTrace } from '../../../lib/simulator/trace.ts';
import { columns } from '../text.ts';
import { head, rowsOf } from './table.ts';

const usage = `Usage: npm run bench:forecast -- --traces DIR

How well the short horizon and a season foresee each trace (.csv with timestamp_s,rate), three and six minutes ahead.
`;
const horizonsSeconds = [180, 360];

function readDirectory(args: readonly string[]): string {
  try {
    const { traces } = parseArgs({ args: [...args], options: { traces: { type: 'string' } } }).values;
    if (traces !== undefined) return traces;
  } catch (cause) {
    throw new InputError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, { cause });
  }
  throw new InputError(`--traces is missing: give a directory with .csv files\n\n${usage}`);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((it) => it.endsWith('.csv'))
      .sort();
  } catch (cause) {
    throw new InputError(`--traces ${directory} cannot be read: give a directory with .csv files`, { cause });
  }
}

try {
  const directory = readDirectory(process.argv.slice(2));
  const names = namesIn(directory);
  if (names.length === 0)
    throw new InputError(`--traces ${directory} has no .csv file: give one with traces`);
  const rows = names.flatMap((name) => {
    process.stderr.write(`${name}\n`);
    return rowsOf(readTrace(readFileSync(join(directory, name), 'utf8'), name), horizonsSeconds);
  });
  process.stdout.write(`${columns([head, ...rows])}\n`);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
