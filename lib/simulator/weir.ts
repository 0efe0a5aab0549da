import { createMemoryStore } from '../adapters/memory/store.ts';
import { createMemoryTelemetry } from '../adapters/memory/telemetry.ts';
import type { RegisteredSource, Registration } from '../config/registration.ts';
import { resolve } from '../config/resolve.ts';
import { InputError } from '../contract/weir-error.ts';
import type { TickPorts } from '../control/ports.ts';
import { runOnce } from '../control/run-once.ts';
import type { TickReport } from '../control/tick-report.ts';
import type { Scaler } from './scaler.ts';
import type { SimulatedWorld } from './world.ts';

/**
 * Weir itself in a simulated world: `runOnce`, as Lambda calls it, at each slot of the service's cadence; the table in
 * memory, and no queue between. `onReport` hears what each tick has come to. @throws InputError for a scenario that Weir
 * does not manage, and when a tick fails: in a world without failures that is a fault of Weir's.
 */
export function createWeir(onReport: (report: TickReport) => void = () => {}): Scaler {
  const store = createMemoryStore();
  const telemetry = createMemoryTelemetry();
  let registration: Registration | undefined;

  return {
    name: 'weir',
    step: async (world) => {
      const { clock, services, metrics, queues } = world;
      const ports: TickPorts = { clock, store, telemetry, services, metrics, queues };
      registration ??= await register(world, ports);
      const nowSeconds = clock.nowSeconds();
      if (nowSeconds % registration.policy.evaluationSeconds !== 0) return;
      onReport(await runOnce({ service: world.service, slotSeconds: nowSeconds }, ports));
    },
  };
}

async function register(world: SimulatedWorld, { store }: TickPorts): Promise<Registration> {
  const resolution = resolve(world.tags, { policies: {} });
  if (resolution.kind !== 'managed') {
    const problems = resolution.kind === 'rejected' ? resolution.problems : [];
    const causes = problems.map((it) => `${it.subject} is ${it.received}, expected ${it.expected}`);
    throw new InputError(`Weir does not manage such a service: ${causes.join('; ') || resolution.kind}`);
  }
  const looked = await Promise.all(resolution.sources.map((source) => world.sources.resolve(source)));
  const sources = looked.flatMap((it): RegisteredSource[] => ('source' in it ? [it.source] : []));
  const { mode, policy } = resolution;
  const registration = { service: world.service, mode, policy, sources };
  await store.commitRegistration({
    service: world.service,
    version: 1,
    outbox: [],
    status: 'managed',
    registration,
  });
  return registration;
}
