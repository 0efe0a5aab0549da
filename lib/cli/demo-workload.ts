import { InputError } from '../contract/weir-error.ts';
import { demoTaskRatePerSecond } from '../simulator/demo-scenario.ts';
import { burstWorkload, dayWorkload, traceWorkload, type Workload } from '../simulator/workload.ts';
import type { DemoOptions } from './demo-options.ts';
import { readTraceFile } from './trace-file.ts';

type LoadOptions = Pick<DemoOptions, 'trace' | 'from' | 'for' | 'peakTasks' | 'workload' | 'seed'>;

/** The load that the options ask for. @throws InputError when the trace is wrong, or the part lies outside of it. */
export async function readWorkload(options: LoadOptions): Promise<Workload> {
  const peakPerSecond = options.peakTasks * demoTaskRatePerSecond;
  if (options.trace !== undefined) {
    return traceWorkload(await readTraceFile(options.trace, options.from, options.for), peakPerSecond);
  }
  const create = options.workload === 'burst' ? burstWorkload : dayWorkload;
  return part(create(peakPerSecond, options.seed), options.from, options.for);
}

/** A part of a load, whole minutes, from so long after its beginning on. */
function part(workload: Workload, fromSeconds: number, forSeconds: number | undefined): Workload {
  const lengthSeconds = workload.untilSeconds - workload.fromSeconds;
  const begin = Math.floor(fromSeconds / 60) * 60;
  const length = Math.floor((forSeconds ?? lengthSeconds - begin) / 60) * 60;
  if (length < 60 || begin + length > lengthSeconds) {
    throw new InputError(
      `--from and --for ask for a part that ends ${begin + length} s in; ${workload.name} is ${lengthSeconds} s long`,
    );
  }
  const from = workload.fromSeconds + begin;
  return { ...workload, fromSeconds: from, untilSeconds: from + length };
}
