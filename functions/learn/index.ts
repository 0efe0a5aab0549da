import { createCloudWatchClient } from '../../lib/adapters/clients.ts';
import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { learnHandler } from '../../lib/adapters/handlers.ts';
import { lazily } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createTableClient } from '../../lib/adapters/table-client.ts';
import { readEnvironment } from '../../lib/contract/environment.ts';

/** Each hour: what the services' histories teach of the hours to come. */
export const handler = lazily(() => {
  const environment = readEnvironment('learn', process.env);
  const telemetry = createTelemetry('learn');
  const clock = createSystemClock();
  const client = telemetry.traced(createTableClient());
  const store = createStore({ client, tableName: environment.TABLE_NAME, clock, telemetry });
  const metrics = createMetrics(telemetry.traced(createCloudWatchClient()), clock);
  return telemetry.observed(learnHandler({ clock, store, metrics, telemetry }));
});
