import { isDeepStrictEqual } from 'node:util';
import { encodeLoop } from '../../lib/adapters/loop-encoding.ts';
import { encodeSample } from '../../lib/adapters/sample-encoding.ts';
import type { Registration } from '../../lib/config/registration.ts';
import { eventSchemas, type WeirEvent } from '../../lib/contract/events.ts';
import type { InFlight, StoredState } from '../../lib/control/ports.ts';
import { type Counts, count } from './ports.ts';

/** A state beyond this would cost a third write unit a minute. */
const mostStateBytes = 3000;

/** An invariant that does not hold, with what a person needs to see it again. */
export class Broken extends Error {}

/** One service's ledger: what was written of it, sent for it and told of it. */
type Ledger = {
  version: number;
  inFlight: InFlight | undefined;
  leaseUntilSeconds: number;
  /** Decisions for which UpdateService was called. */
  readonly sent: Set<string>;
  /** What became of them, as it was told. */
  readonly ended: Map<string, string>;
  readonly steps: string[];
};

const keptSteps = 25;

/** What must hold after each step, whatever has gone wrong. `check` counts what was looked at. */
export function createInvariants(
  registrations: readonly Registration[],
  counts: Counts,
  nowSeconds: () => number,
) {
  const byService = new Map(registrations.map((it) => [it.service, it]));
  const ledgers = new Map<string, Ledger>(
    registrations.map((it) => [
      it.service,
      { version: 0, inFlight: undefined, leaseUntilSeconds: 0, sent: new Set(), ended: new Map(), steps: [] },
    ]),
  );
  const told = new Map<string, WeirEvent>();
  const ledgerOf = (service: string): Ledger => {
    const ledger = ledgers.get(service);
    if (ledger === undefined) throw new Broken(`${service} was never registered`);
    return ledger;
  };
  const note = (service: string, step: string) => {
    const { steps } = ledgerOf(service);
    steps.push(`${nowSeconds()} ${step}`);
    if (steps.length > keptSteps) steps.shift();
  };
  const must = (service: string, holds: boolean, what: string) => {
    count(counts, 'invariants checked');
    if (!holds) throw new Broken(`${service}: ${what}\n  ${ledgerOf(service).steps.join('\n  ')}`);
  };

  return {
    note,
    must,
    committed: (state: StoredState) => {
      const { service, version, inFlight, leaseUntilSeconds = 0, outbox, loop } = state;
      const ledger = ledgerOf(service);
      const { desiredTasks, heldFor = '' } = loop;
      const flying = inFlight === undefined ? '' : ` in flight ${inFlight.from}→${inFlight.to}`;
      const events = outbox.map((it) => it.detailType).join(', ');
      note(service, `v${version} ${desiredTasks} tasks ${heldFor}${flying} ${events}`.trimEnd());
      must(service, version === ledger.version + 1, `version ${version} came after ${ledger.version}`);
      Object.assign(ledger, { version, inFlight, leaseUntilSeconds });
      // It throws for whatever is no number.
      const bytes = encodeLoop(loop).length;
      must(service, bytes <= mostStateBytes, `the state has ${bytes} bytes`);
      must(service, outbox.length <= 50, `${outbox.length} events wait in one outbox`);
      for (const event of outbox) {
        const { id } = event.detail;
        const before = told.get(id);
        must(service, before === undefined, `event ${id} is told twice by other writes`);
        told.set(id, event);
        const parsed = eventSchemas[event.detailType].safeParse(event.detail);
        must(service, parsed.success, `event ${id} is not what its schema says`);
        if (event.detailType === 'Scaling Applied' || event.detailType === 'Scaling Failed') {
          const { decisionId } = event.detail;
          must(
            service,
            !ledger.ended.has(decisionId),
            `${decisionId} ends twice, as ${ledger.ended.get(decisionId)} and ${event.detailType}`,
          );
          ledger.ended.set(decisionId, event.detailType);
        }
      }
    },
    sampled: (service: string, sample: Parameters<typeof encodeSample>[0]) => {
      must(service, encodeSample(sample).length < 20_000, 'a sample is out of bounds');
    },
    /** Just before ECS takes a count. */
    sends: (service: string, desiredTasks: number, skewed: boolean) => {
      const registration = byService.get(service);
      const ledger = ledgerOf(service);
      const { inFlight } = ledger;
      note(service, `UpdateService ${desiredTasks}`);
      must(service, registration?.mode === 'auto', 'Weir only advises, and called UpdateService');
      const { minTasks = 0, maxTasks = 0 } = registration?.policy ?? {};
      must(
        service,
        desiredTasks >= minTasks && desiredTasks <= maxTasks,
        `${desiredTasks} tasks are outside of ${minTasks} to ${maxTasks}`,
      );
      must(service, inFlight !== undefined, 'UpdateService was called with nothing in flight');
      if (inFlight === undefined) return;
      must(service, inFlight.to === desiredTasks, `${inFlight.to} was decided and ${desiredTasks} sent`);
      must(service, !ledger.sent.has(inFlight.decisionId), `${inFlight.decisionId} was sent twice`);
      ledger.sent.add(inFlight.decisionId);
      // A clock that is wrong by minutes knows of no lease.
      if (!skewed)
        must(service, ledger.leaseUntilSeconds > nowSeconds(), 'UpdateService was called after its lease');
    },
    /** What the bus has heard, at least once and always the same. */
    heard: (event: WeirEvent) => {
      const { service, id } = event.detail;
      must(
        service,
        isDeepStrictEqual(event, told.get(id)),
        `event ${id} was heard otherwise than it was told`,
      );
    },
    /** At the end: every decision that was sent has an end, and everything told was heard. */
    finish: (heard: ReadonlySet<string>) => {
      for (const [service, { sent, ended, inFlight }] of ledgers) {
        for (const id of sent) {
          must(
            service,
            ended.has(id) || inFlight?.decisionId === id,
            `${id} was sent, and nobody was told what became of it`,
          );
        }
      }
      for (const [id, event] of told)
        must(event.detail.service, heard.has(id), `event ${id} was never heard`);
    },
  };
}
