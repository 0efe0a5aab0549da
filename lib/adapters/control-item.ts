import * as z from 'zod';
import { outboxSchema } from '../contract/events.ts';
import type { ServiceId } from '../contract/service-id.ts';
import { WeirError } from '../contract/weir-error.ts';
import type { StoredControl } from '../control/ports.ts';
import { jsonText } from './compact-json.ts';
import { type Item, partition, partitionOf, summaryOf, version } from './table-items.ts';

export const controlKey = (service: ServiceId) => ({ pk: partitionOf(service), sk: 'CONTROL' });

export function controlItem({ service, version, control, outbox }: StoredControl): Item {
  return {
    ...controlKey(service),
    version,
    control: JSON.stringify(control),
    ...(outbox.length > 0 && { outbox: JSON.stringify(outbox) }),
  };
}

const pause = z.object({ untilSeconds: z.number().exactOptional() });
const controlSchema = z.object({
  paused: z.object({ out: pause.exactOptional(), in: pause.exactOptional() }),
  override: z
    .object({
      minTasks: z.number().int().min(0).exactOptional(),
      maxTasks: z.number().int().min(0).exactOptional(),
      untilSeconds: z.number(),
    })
    .exactOptional(),
  answers: z.array(z.object({ decisionId: z.string().max(1000), approved: z.boolean() })).max(100),
});
const controlItemSchema = z.object({
  pk: partition,
  version,
  control: jsonText(controlSchema),
  outbox: jsonText(outboxSchema).exactOptional(),
});

/**
 * What people have said, read back. @throws WeirError where it cannot be read: a pause that is not known of must not be
 * taken for none, and a tick that fails leaves the count alone.
 */
export function readControl(item: unknown): StoredControl {
  const parsed = controlItemSchema.safeParse(item);
  if (parsed.success) {
    const { pk: service, version: stored, control, outbox = [] } = parsed.data;
    return { service, version: stored, control, outbox };
  }
  throw new WeirError(
    `What people have told Weir to do cannot be read: ${z.prettifyError(parsed.error)}. Received ${summaryOf(item)}. ` +
      'Delete the item, and say again what is to hold.',
    { cause: parsed.error },
  );
}
