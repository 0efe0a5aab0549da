import { readFile } from 'node:fs/promises';
import { InputError } from '../contract/weir-error.ts';
import { readTrace, sliceTrace, type TraceSlice } from '../simulator/trace.ts';

/** A part of the trace in a file. @throws InputError when the trace is wrong, or the part lies outside of it. */
export async function readTraceFile(
  path: string,
  fromSeconds: number,
  forSeconds: number | undefined,
): Promise<TraceSlice> {
  return sliceTrace(readTrace(await readText(path), path), fromSeconds, forSeconds);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(`--trace ${path} cannot be read (${code ?? message}): give the path of a CSV file`, {
      cause: error,
    });
  }
}
