import { createEventBridgeClient, createSqsClient } from '../../lib/adapters/clients.ts';
import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createEventBus } from '../../lib/adapters/eventbridge.ts';
import { publishHandler } from '../../lib/adapters/handlers.ts';
import { lazily } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createDeadLetters } from '../../lib/adapters/sqs.ts';
import { readEnvironment } from '../../lib/contract/environment.ts';

/** The events in the outboxes of written items, from the table's stream to the bus. */
export const handler = lazily(() => {
  const environment = readEnvironment('publish', process.env);
  const telemetry = createTelemetry('publish');
  const clock = createSystemClock();
  const bus = createEventBus(telemetry.traced(createEventBridgeClient()), environment.EVENT_BUS_NAME);
  const sqs = telemetry.traced(createSqsClient());
  const deadLetters = createDeadLetters(sqs, environment.DEAD_LETTER_QUEUE_URL);
  return telemetry.observed(publishHandler({ bus, deadLetters, clock, telemetry }));
});
