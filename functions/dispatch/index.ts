import { createSqsClient } from '../../lib/adapters/clients.ts';
import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { dispatchHandler } from '../../lib/adapters/handlers.ts';
import { lazily } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createTickQueue } from '../../lib/adapters/sqs.ts';
import { createTableClient } from '../../lib/adapters/table-client.ts';
import { readEnvironment } from '../../lib/contract/environment.ts';

/** Each minute: the services that are due, as messages to evaluate. */
export const handler = lazily(() => {
  const environment = readEnvironment('dispatch', process.env);
  const telemetry = createTelemetry('dispatch');
  const clock = createSystemClock();
  const client = telemetry.traced(createTableClient());
  const store = createStore({ client, tableName: environment.TABLE_NAME, clock, telemetry });
  const tickQueue = createTickQueue(telemetry.traced(createSqsClient()), environment.TICK_QUEUE_URL);
  return telemetry.observed(dispatchHandler({ clock, store, tickQueue, telemetry }));
});
