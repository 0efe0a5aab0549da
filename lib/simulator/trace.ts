import { CsvError, parse } from 'csv-parse/sync';
import { InputError } from '../contract/weir-error.ts';

/** A recorded load: on average `rates[i]` records/s from `timesSeconds[i]` until the next bin begins. */
export type Trace = {
  readonly fileName: string;
  /** Beginnings of the bins since the first one's, rising; the first is 0. */
  readonly timesSeconds: readonly number[];
  readonly rates: readonly number[];
  /** Until the last bin ends; it is as long as the one before it. */
  readonly lengthSeconds: number;
};

/** A part of a trace. `fromSeconds` counts from the trace's first bin. */
export type TraceSlice = {
  readonly trace: Trace;
  readonly fromSeconds: number;
  readonly forSeconds: number;
};

/** About a million bins: two years of minutes. */
const maximumCharacters = 32 * 1024 * 1024;
const maximumDays = 400;
const daySeconds = 86_400;

const columns = ['timestamp_s', 'rate'] as const;

type Row = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

/**
 * Reads a CSV trace with the columns `timestamp_s` and `rate`; others are ignored. @throws InputError with one line,
 * `FILE:LINE: what is wrong; what would be right`.
 */
export function readTrace(text: string, fileName: string): Trace {
  const wrong = (line: number, what: string, cause?: unknown) =>
    new InputError(`${fileName}:${line}: ${what}`, { cause });
  if (text.length > maximumCharacters) {
    throw wrong(
      1,
      `the file has ${text.length} characters; at most ${maximumCharacters} are read, cut it shorter`,
    );
  }

  const [header, ...rows] = parseRows(text, wrong);
  if (header === undefined)
    throw wrong(1, `the file is empty; expected a header with ${columns.join(' and ')}`);
  const [timeColumn, rateColumn] = columns.map((name) => {
    const index = header.record.indexOf(name);
    if (index !== -1) return index;
    throw wrong(header.info.lines, `no column ${name} in the header; expected ${columns.join(',')}`);
  }) as [number, number];

  const times: number[] = [];
  const rates: number[] = [];
  for (const { record, info } of rows) {
    const read = (index: number, name: string): number => {
      const field = record[index] ?? '';
      const value = readNumber(field);
      if (value === undefined)
        throw wrong(info.lines, `${name} is ${JSON.stringify(field)}; expected a number`);
      if (value < 0) throw wrong(info.lines, `${name} is ${field}; expected a number from 0`);
      return value;
    };
    const at = read(timeColumn, columns[0]);
    const before = times.at(-1);
    if (before !== undefined && at <= before) {
      throw wrong(
        info.lines,
        `timestamp_s is ${at} after ${before}; expected time to rise from line to line`,
      );
    }
    if (at - (times[0] ?? at) > maximumDays * daySeconds) {
      throw wrong(
        info.lines,
        `timestamp_s is ${at}, over ${maximumDays} days after the first; cut the file shorter`,
      );
    }
    times.push(at);
    rates.push(read(rateColumn, columns[1]));
  }

  const [first, last, beforeLast] = [times[0], times.at(-1), times.at(-2)];
  if (first === undefined || last === undefined || beforeLast === undefined) {
    const line = rows.at(-1)?.info.lines ?? header.info.lines;
    throw wrong(line, `${times.length} bins in the file; expected at least two lines after the header`);
  }
  return {
    fileName,
    timesSeconds: times.map((at) => at - first),
    rates,
    lengthSeconds: last - first + (last - beforeLast),
  };
}

function parseRows(text: string, wrong: (line: number, what: string, cause?: unknown) => InputError): Row[] {
  try {
    return parse(text, {
      bom: true,
      info: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as Row[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw wrong(Number(cause['lines'] ?? 1), `not CSV (${cause.code}); expected ${columns.join(',')}`, cause);
  }
}

/** A decimal number, with or without an exponent. What else JavaScript takes for one, in a file, is a mistake. */
function readNumber(text: string): number | undefined {
  const value = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The part of a trace that begins `fromSeconds` after its first bin; without `forSeconds`, all the rest.
 * @throws InputError that says how long the trace is.
 */
export function sliceTrace(trace: Trace, fromSeconds: number, forSeconds?: number): TraceSlice {
  const length = forSeconds ?? trace.lengthSeconds - fromSeconds;
  if (fromSeconds < 0 || length <= 0 || fromSeconds + length > trace.lengthSeconds) {
    throw new InputError(
      `${trace.fileName} is ${inDays(trace.lengthSeconds)} long; expected a part within it, not ` +
        `from ${inDays(fromSeconds)}${forSeconds === undefined ? '' : ` for ${inDays(forSeconds)}`}`,
    );
  }
  return { trace, fromSeconds, forSeconds: length };
}

const inDays = (seconds: number) => `${seconds} s (${Number((seconds / daySeconds).toFixed(2))} d)`;
