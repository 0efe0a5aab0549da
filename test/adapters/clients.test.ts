import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createEcsClient, createEcsClientWithoutRetries } from '../../lib/adapters/clients.ts';
import { createServices } from '../../lib/adapters/ecs.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** ECS on loopback: every request is counted, and answered with this status, or never. */
async function createWorld(status?: number) {
  const operations: string[] = [];
  const server = createServer((request, response) => {
    operations.push(String(request.headers['x-amz-target']).split('.')[1] ?? '');
    if (status !== undefined)
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const options = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const services = createServices({
    reads: createEcsClient(options),
    writes: createEcsClientWithoutRetries(options),
  });
  return { services, operations };
}

describe('over the wire', () => {
  it('a description is tried three times', async () => {
    const { services, operations } = await createWorld(500);

    await expect(services.describe('main/orders')).rejects.toThrow('DescribeServices of cluster main failed');

    expect(operations).toEqual(['DescribeServices', 'DescribeServices', 'DescribeServices']);
  });

  it('an update is sent once, whatever comes of it', async () => {
    const { services, operations } = await createWorld(500);

    expect(await services.updateDesiredTasks('main/orders', 9, 5)).toMatchObject({ kind: 'unknown' });

    expect(operations).toEqual(['UpdateService']);
  });

  it('an update that is not answered in its time may have happened', async () => {
    const { services, operations } = await createWorld();

    // Given up by Weir itself, long before the client would have done so.
    expect(await services.updateDesiredTasks('main/orders', 9, 0.5)).toEqual({
      kind: 'unknown',
      message: expect.stringContaining('AbortError'),
    });

    expect(operations).toEqual(['UpdateService']);
  });

  it('an update to where nobody listens is not known to have failed', async () => {
    const { services } = await createWorld();
    for (const stop of stops.splice(0)) stop();

    expect(await services.updateDesiredTasks('main/orders', 9, 5)).toMatchObject({ kind: 'unknown' });
  });
});
