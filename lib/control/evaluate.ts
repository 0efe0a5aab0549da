import * as z from 'zod';
import {
  dispatchHorizonSeconds,
  type Tick,
  type TickMessage,
  tickMessageSchema,
} from '../contract/messages.ts';
import { createAdmission } from './admission.ts';
import type { DeadLetters, Telemetry, TickPorts } from './ports.ts';
import { type Core, runOnce } from './run-once.ts';
import type { TickReport } from './tick-report.ts';

export type EvaluatePorts = TickPorts & { readonly deadLetters: DeadLetters };

/**
 * Evaluates the services of one message, side by side; one that others feed, after them. Never makes the message run again for a service: one that fails
 * is reported, and its next tick is the retry. A message that cannot be read is kept whole among the dead letters and
 * counts as done. Rejected only when even that fails, so that the queue delivers it again.
 */
export async function evaluateMessage(
  body: string,
  ports: EvaluatePorts,
  core?: Core,
): Promise<readonly TickReport[]> {
  const { telemetry } = ports;
  const read = readMessage(body, ports.clock.nowSeconds());
  if ('unreadable' in read) {
    await ports.deadLetters.put({ body, cause: read.unreadable, from: 'evaluate' });
    telemetry.count('deadLetters');
    telemetry.warn('A message cannot be read: it is among the dead letters.', { cause: read.unreadable });
    return [];
  }
  const { slotSeconds, after = {} } = read.message;
  const admissions = createAdmission(ports);
  const running = new Map<string, Promise<TickReport>>();
  for (const service of new Set(read.message.services)) {
    // Only those that were begun before can be waited for, whatever the message says: nobody waits for each other.
    const first = (after[service] ?? []).flatMap((it) => running.get(it) ?? []);
    running.set(
      service,
      Promise.all(first).then(() => {
        const { admission, leave } = admissions.enter();
        return evaluate({ service, slotSeconds }, { ...ports, admission }, core).finally(leave);
      }),
    );
  }
  const reports = await Promise.all(running.values());
  await noteWaiting(admissions, read.message, telemetry);
  for (const report of reports) record(report, telemetry);
  telemetry.info('Ticks', { slotSeconds, ...tally(reports) });
  return reports;
}

function readMessage(body: string, nowSeconds: number): { message: TickMessage } | { unreadable: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return { unreadable: `The message is not JSON: ${String(error)}` };
  }
  const parsed = tickMessageSchema.safeParse(json);
  if (!parsed.success) return { unreadable: `The message is not a tick: ${z.prettifyError(parsed.error)}` };
  const { slotSeconds } = parsed.data;
  // Each slot ends the ones before it. A slot far in the future would silence its services until then.
  if (slotSeconds > nowSeconds + dispatchHorizonSeconds) {
    return {
      unreadable: `Slot ${slotSeconds} lies ${slotSeconds - nowSeconds} s ahead; dispatch plans no further than ${dispatchHorizonSeconds} s.`,
    };
  }
  return { message: parsed.data };
}

/** Without the note others only try what ECS will refuse them. */
async function noteWaiting(
  admissions: ReturnType<typeof createAdmission>,
  { slotSeconds, services }: TickMessage,
  telemetry: Telemetry,
): Promise<void> {
  try {
    await admissions.close(`${slotSeconds} ${services[0]}`);
  } catch (error) {
    telemetry.warn('What has to wait could not be noted.', { slotSeconds, error: String(error) });
  }
}

async function evaluate(tick: Tick, ports: TickPorts, core: Core | undefined): Promise<TickReport> {
  try {
    return await runOnce(tick, ports, core);
  } catch (error) {
    ports.telemetry.error('A tick failed.', error, { ...tick });
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error), ...tick };
  }
}

/** Counts what came of a tick; the log has each one that changed something, the events the rest. */
function record(report: TickReport, telemetry: Telemetry): void {
  const { service, slotSeconds } = report;
  switch (report.kind) {
    case 'held':
      telemetry.count('ticks');
      telemetry.count('holds');
      return;
    case 'advised':
    case 'resting':
      telemetry.count('ticks');
      return;
    case 'scaled': {
      const { decisionId, outcome, decision } = report;
      const { from, to, reason } = decision;
      telemetry.count('ticks');
      if (outcome === 'applied') telemetry.count(decision.direction === 'out' ? 'scaleOuts' : 'scaleIns');
      if (outcome === 'failed') telemetry.count('failures');
      telemetry.info('Scaled', { service, slotSeconds, decisionId, outcome, from, to, reason });
      return;
    }
    case 'failed':
      telemetry.count('failures');
      return;
    case 'late':
    case 'duplicate':
    case 'busy':
    case 'overtaken':
      telemetry.count('dropped');
      return;
    case 'gone':
    case 'daemon':
    case 'not-managed':
      telemetry.info('Nothing to scale', { service, slotSeconds, kind: report.kind });
      return;
  }
}

/** How many reports there are of each kind. */
function tally(reports: readonly TickReport[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of reports) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
