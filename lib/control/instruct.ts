import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import {
  type Instruction,
  instructionDetailType,
  instructionSchema,
  instructionSource,
  serviceOf,
} from '../contract/instruction.ts';
import { WeirError } from '../contract/weir-error.ts';
import { isPaused, noControl, withInstruction } from '../core/control.ts';
import type { Control } from '../core/loop-state.ts';
import type { Clock, DeadLetters, Store, Telemetry } from './ports.ts';
import { controlEventId, type EventDraft, toOutbox } from './render-events.ts';

export type InstructPorts = {
  readonly clock: Clock;
  readonly store: Pick<Store, 'load' | 'control' | 'commitControl'>;
  readonly deadLetters: DeadLetters;
  readonly telemetry: Telemetry;
};

/** What has become of an instruction. `known`: it holds already. */
export type Instructed = 'taken' | 'known' | 'unmanaged' | 'unreadable';

/** Two people may speak at once; whoever loses is heard after the other. */
const attempts = 5;

const eventSchema = z.object({
  source: z.literal(instructionSource),
  'detail-type': z.literal(instructionDetailType),
  detail: instructionSchema,
});

/**
 * Takes what a person tells Weir of one service; the next tick of it goes by that. What cannot be read, and what is for a
 * service that Weir does not manage, is kept among the dead letters, with the reason: somebody thinks that it holds.
 * @throws when the table cannot be written; EventBridge delivers the event again.
 */
export async function instruct(event: unknown, ports: InstructPorts): Promise<Instructed> {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) {
    await refuse(event, `The instruction cannot be read: ${z.prettifyError(parsed.error)}`, ports);
    return 'unreadable';
  }
  const instruction = parsed.data.detail;
  const service = serviceOf(instruction);
  const { registration } = await ports.store.load(service);
  if (registration?.status !== 'managed') {
    await refuse(event, `Weir does not manage ${service}.`, ports);
    return 'unmanaged';
  }
  return keep(service, instruction, ports);
}

async function refuse(
  event: unknown,
  cause: string,
  { deadLetters, telemetry }: InstructPorts,
): Promise<void> {
  await deadLetters.put({ body: JSON.stringify(event) ?? 'nothing', cause, from: 'instruct' });
  telemetry.count('deadLetters');
  telemetry.warn('An instruction is not followed: it is among the dead letters.', { cause });
}

async function keep(
  service: string,
  instruction: Instruction,
  { clock, store }: InstructPorts,
): Promise<Instructed> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const stored = await store.control(service);
    const before = stored?.control ?? noControl;
    const control = withInstruction(before, instruction);
    if (isDeepStrictEqual(control, before)) return 'known';
    const version = (stored?.version ?? 0) + 1;
    const nowSeconds = clock.nowSeconds();
    const outbox = toOutbox(render(instruction, control, nowSeconds), service, nowSeconds, () =>
      controlEventId(service, version),
    );
    if ((await store.commitControl({ service, version, control, outbox })) === 'committed') return 'taken';
  }
  throw new WeirError(
    `What people say of ${service} was written by others ${attempts} times while this was. EventBridge delivers it again.`,
  );
}

/** An answer is told by what becomes of its decision. */
function render({ kind }: Instruction, control: Control, nowSeconds: number): EventDraft[] {
  if (kind === 'approve' || kind === 'reject') return [];
  const paused = (['out', 'in'] as const).filter((way) => isPaused(control, way, nowSeconds));
  const { override } = control;
  const limits = override !== undefined && override.untilSeconds > nowSeconds ? override : {};
  return [{ detailType: 'Control Changed', detail: { paused, ...limits } }];
}
