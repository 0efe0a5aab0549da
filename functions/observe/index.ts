import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { observeHandler } from '../../lib/adapters/handlers.ts';
import { lazily } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createTableClient } from '../../lib/adapters/table-client.ts';
import { readEnvironment } from '../../lib/contract/environment.ts';

/** What ECS tells of tasks and deployments, kept for the next tick of their service. */
export const handler = lazily(() => {
  const environment = readEnvironment('observe', process.env);
  const telemetry = createTelemetry('observe');
  const clock = createSystemClock();
  const client = telemetry.traced(createTableClient());
  const store = createStore({ client, tableName: environment.TABLE_NAME, clock, telemetry });
  return telemetry.observed(observeHandler({ clock, store, telemetry }));
});
