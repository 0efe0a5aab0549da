import * as clients from '../../lib/adapters/clients.ts';
import { createSystemClock } from '../../lib/adapters/clock.ts';
import { createStore } from '../../lib/adapters/dynamodb.ts';
import { createServices } from '../../lib/adapters/ecs.ts';
import { discoverHandler } from '../../lib/adapters/handlers.ts';
import { lazily } from '../../lib/adapters/lambda.ts';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { createScalableTargets } from '../../lib/adapters/scalable-targets.ts';
import { createSources } from '../../lib/adapters/sources.ts';
import { createTableClient } from '../../lib/adapters/table-client.ts';
import { createTaggedServices } from '../../lib/adapters/tagging.ts';
import { parseFleet } from '../../lib/config/fleet.ts';
import { readEnvironment } from '../../lib/contract/environment.ts';

/** Tagged services, registered, rejected or retired. */
export const handler = lazily(() => {
  const { TABLE_NAME: tableName, FLEET } = readEnvironment('discover', process.env);
  const fleet = parseFleet(JSON.parse(FLEET));
  const telemetry = createTelemetry('discover');
  const clock = createSystemClock();
  const store = createStore({ client: telemetry.traced(createTableClient()), tableName, clock, telemetry });
  const ecs = telemetry.traced(clients.createEcsClient());
  const services = createServices({ reads: ecs, writes: ecs });
  const tagged = createTaggedServices(telemetry.traced(clients.createTaggingClient()), telemetry);
  const kinesis = telemetry.traced(clients.createKinesisClient());
  const sources = createSources({ kinesis, sqs: telemetry.traced(clients.createSqsClient()) });
  const targets = createScalableTargets(telemetry.traced(clients.createApplicationAutoScalingClient()));
  const ports = { clock, store, services, tagged, sources, targets, telemetry };
  return telemetry.observed(discoverHandler({ ...ports, fleet }));
});
