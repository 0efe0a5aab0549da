import { createMemoryStore } from '../adapters/memory/store.ts';
import { createMemoryTelemetry } from '../adapters/memory/telemetry.ts';
import { completeSources, type Registration } from '../config/registration.ts';
import { resolve } from '../config/resolve.ts';
import type { BottleneckKind } from '../contract/bottleneck.ts';
import { agentPeriodSeconds } from '../contract/measurement.ts';
import { InputError } from '../contract/weir-error.ts';
import { learnOne } from '../control/learn.ts';
import type { Store, TickPorts } from '../control/ports.ts';
import { runOnce } from '../control/run-once.ts';
import type { TickReport } from '../control/tick-report.ts';
import { wakes } from '../core/wake.ts';
import { lastReports } from './agent-reports.ts';
import type { Scaler } from './scaler.ts';
import type { SimulatedWorld } from './world.ts';

/**
 * Weir itself in a simulated world: `runOnce`, as Lambda calls it, at each slot of the service's cadence, and between them
 * where what agents report says so; the table in memory, and no queue between. `onReport` hears what each tick has come to, and what limits the service by then;
 * services that feed each other share a `store`. @throws InputError for a scenario that Weir
 * does not manage, and when a tick fails: in a world without failures that is a fault of Weir's.
 */
export function createWeir(
  onReport?: (report: TickReport, bottlenecks: readonly BottleneckKind[]) => void,
  store: Store = createMemoryStore(),
): Scaler {
  const telemetry = createMemoryTelemetry();
  let registration: Registration | undefined;

  return {
    name: 'weir',
    step: async (world) => {
      const { clock, services, metrics, queues } = world;
      const ports: TickPorts = { clock, store, telemetry, services, metrics, queues };
      const isFirst = registration === undefined;
      registration ??= await register(world, ports);
      const nowSeconds = clock.nowSeconds();
      if (isFirst || nowSeconds % learnEverySeconds === 0) await learnOne(registration, ports);
      const isSlot = nowSeconds % registration.policy.evaluationSeconds === 0;
      if (!isSlot && !(await isWoken(world, registration, ports))) return;
      const report = await runOnce({ service: world.service, slotSeconds: nowSeconds }, ports);
      if (onReport === undefined) return;
      const { state } = await store.load(world.service);
      onReport(report, state?.loop.bottlenecks.map((it) => it.kind) ?? []);
    },
  };
}

/** Learn runs each hour in AWS. A day changes little of what two weeks have taught, and a run stays as fast. */
const learnEverySeconds = 24 * 3600;

/** A report is there a second after its end; the next step of the world sees it. */
const reportedSeconds = 5;

/** Whether the newest reports say that the service must not wait for its slot. As many tasks run as report. */
async function isWoken(
  world: SimulatedWorld,
  { policy }: Registration,
  { store }: TickPorts,
): Promise<boolean> {
  const nowSeconds = world.clock.nowSeconds();
  if (world.scenario.agents !== true || nowSeconds % agentPeriodSeconds !== reportedSeconds) return false;
  const { state } = await store.load(world.service);
  if (state?.loop.desiredTasks === undefined) return false;
  const reports = await lastReports(world);
  if (reports === undefined) return false;
  const { slotSeconds, desiredTasks, heldFor } = state.loop;
  const { consumingTasks: runningTasks } = world.frame();
  const standing = { slotSeconds, desiredTasks, runningTasks, ...(heldFor && { heldFor }) };
  return wakes(reports, standing, policy, nowSeconds);
}

async function register(world: SimulatedWorld, { store }: TickPorts): Promise<Registration> {
  const resolution = resolve(world.tags, { policies: {} });
  if (resolution.kind !== 'managed') {
    const problems = resolution.kind === 'rejected' ? resolution.problems : [];
    const causes = problems.map((it) => `${it.subject} is ${it.received}, expected ${it.expected}`);
    throw new InputError(`Weir does not manage such a service: ${causes.join('; ') || resolution.kind}`);
  }
  const looked = await Promise.all(resolution.sources.map((source) => world.sources.resolve(source)));
  const { mode, policy, upstream } = resolution;
  const found = looked.flatMap((it) => ('source' in it ? [it.source] : []));
  const sources = completeSources(found, policy);
  const registration = { service: world.service, mode, policy, sources, ...(upstream && { upstream }) };
  await store.commitRegistration({
    service: world.service,
    version: 1,
    outbox: [],
    status: 'managed',
    registration,
  });
  return registration;
}
