import * as clients from '../../lib/adapters/clients.ts';
import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { instructHandler } from '../../lib/adapters/handlers.ts';
import { lazily } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createDeadLetters } from '../../lib/adapters/sqs.ts';
import { createTableClient } from '../../lib/adapters/table-client.ts';
import { readEnvironment } from '../../lib/contract/environment.ts';

/** What people tell Weir of one service, kept for its next tick. */
export const handler = lazily(() => {
  const environment = readEnvironment('instruct', process.env);
  const telemetry = createTelemetry('instruct');
  const clock = createSystemClock();
  const client = telemetry.traced(createTableClient());
  const store = createStore({ client, tableName: environment.TABLE_NAME, clock, telemetry });
  const sqs = telemetry.traced(clients.createSqsClient());
  const deadLetters = createDeadLetters(sqs, environment.DEAD_LETTER_QUEUE_URL);
  return telemetry.observed(instructHandler({ clock, store, deadLetters, telemetry }));
});
