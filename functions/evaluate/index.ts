import * as clients from '../../lib/adapters/clients.ts';
import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createMetrics } from '../../lib/adapters/cloudwatch.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createServices } from '../../lib/adapters/ecs.ts';
import { evaluateHandler } from '../../lib/adapters/handlers.ts';
import { lazily } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createDeadLetters, createQueues } from '../../lib/adapters/sqs.ts';
import { createTableClient } from '../../lib/adapters/table-client.ts';
import { readEnvironment } from '../../lib/contract/environment.ts';

/** The services of a tick message: measured, understood, scaled. */
export const handler = lazily(() => {
  const environment = readEnvironment('evaluate', process.env);
  const telemetry = createTelemetry('evaluate');
  const clock = createSystemClock();
  const client = telemetry.traced(createTableClient());
  const store = createStore({ client, tableName: environment.TABLE_NAME, clock, telemetry });
  const reads = telemetry.traced(clients.createEcsClient());
  const writes = telemetry.traced(clients.createEcsClientWithoutRetries());
  const services = createServices({ reads, writes });
  const metrics = createMetrics(telemetry.traced(clients.createCloudWatchClient()), clock);
  const sqs = telemetry.traced(clients.createSqsClient());
  const deadLetters = createDeadLetters(sqs, environment.DEAD_LETTER_QUEUE_URL);
  const queues = createQueues(sqs);
  return telemetry.observed(
    evaluateHandler({ clock, store, services, metrics, queues, deadLetters, telemetry }),
  );
});
