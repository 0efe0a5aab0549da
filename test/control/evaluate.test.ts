import { describe, expect, it } from 'vitest';
import { evaluateMessage } from '../../lib/control/evaluate.ts';
import { coreThat, createWorld, hold, noon, observation, registrationOf, scale } from './world.ts';

const steady = coreThat(() => hold());

async function fleetOf(...names: string[]) {
  const world = createWorld();
  for (const name of names) {
    world.services.put(name, { observation });
    await world.register(registrationOf({ service: name }));
  }
  return { world, ports: { ...world.ports, deadLetters: world.deadLetters } };
}

const messageOf = (services: readonly string[], slotSeconds = noon) =>
  JSON.stringify({ slotSeconds, services });

describe('evaluateMessage', () => {
  it('evaluates each service of the message once, side by side', async () => {
    const { world, ports } = await fleetOf('main/a', 'main/b');

    const reports = await evaluateMessage(messageOf(['main/a', 'main/b', 'main/a']), ports, steady);

    expect(reports).toMatchObject([
      { kind: 'held', service: 'main/a', slotSeconds: noon },
      { kind: 'held', service: 'main/b', slotSeconds: noon },
    ]);
    expect(world.telemetry.counts).toMatchObject({ ticks: 2, holds: 2, failures: 0, dropped: 0 });
  });

  it('reports a service that broke, with its name, and goes on with the others', async () => {
    const { world, ports } = await fleetOf('main/a', 'main/broken', 'main/c');
    const broken = new Error('DescribeServices failed');
    const describeService = world.services.describe;
    ports.services.describe = async (service, options) => {
      if (service === 'main/broken') throw broken;
      return describeService(service, options);
    };

    const reports = await evaluateMessage(messageOf(['main/a', 'main/broken', 'main/c']), ports, steady);

    expect(reports.map((it) => it.kind)).toEqual(['held', 'failed', 'held']);
    expect(reports[1]).toEqual({
      kind: 'failed',
      service: 'main/broken',
      slotSeconds: noon,
      message: 'DescribeServices failed',
    });
    expect(world.telemetry.counts).toMatchObject({ ticks: 2, failures: 1 });
    expect(world.telemetry.lines).toContainEqual({
      level: 'error',
      message: 'A tick failed.',
      cause: broken,
      details: { service: 'main/broken', slotSeconds: noon },
    });
    expect(world.deadLetters.letters).toEqual([]);
  });

  it('gives each service of a message its own outcome', async () => {
    const { world, ports } = await fleetOf(
      'main/a',
      'main/gone',
      'main/daemon',
      'main/again',
      'main/out',
      'main/in',
      'main/refused',
    );
    world.services.remove('main/gone', 'cluster-missing');
    world.services.put('main/daemon', { observation, scheduling: 'DAEMON' });
    await evaluateMessage(messageOf(['main/again']), ports, steady);
    const services = ['main/a', 'main/gone', 'main/daemon', 'main/again', 'main/unknown'];

    const reports = await evaluateMessage(messageOf(services), ports, steady);
    await evaluateMessage(
      messageOf(['main/out']),
      ports,
      coreThat(() => scale(4, 6)),
    );
    await evaluateMessage(
      messageOf(['main/in']),
      ports,
      coreThat(() => scale(4, 3)),
    );
    world.services.failNextUpdate({ kind: 'refused', cause: 'throttled', message: 'Rate exceeded' });
    await evaluateMessage(
      messageOf(['main/refused']),
      ports,
      coreThat(() => scale(4, 3)),
    );

    expect(reports.map((it) => it.kind)).toEqual(['held', 'gone', 'daemon', 'duplicate', 'not-managed']);
    expect(world.telemetry.counts).toEqual({
      ticks: 5,
      holds: 2,
      scaleOuts: 1,
      scaleIns: 1,
      failures: 1,
      dropped: 1,
      deadLetters: 0,
    });
  });

  it.each([
    ['not JSON', 'hello', 'not JSON'],
    ['no message of ours', '{"Records":[]}', 'slotSeconds'],
    ['a wrong service id', messageOf(['main/a', 'no-cluster']), 'expected cluster/service'],
    ['no service', messageOf([]), 'services'],
    [
      'more services than a message has',
      messageOf(Array.from({ length: 101 }, (_, i) => `main/s${i}`)),
      'services',
    ],
    ['a slot that is no moment', messageOf(['main/a'], -60), 'slotSeconds'],
    ['an unknown property', JSON.stringify({ slotSeconds: noon, services: ['main/a'], also: 1 }), 'also'],
    ['a slot far in the future', messageOf(['main/a'], noon + 121), 'lies 121 s ahead'],
  ])('keeps a message that cannot be used among the dead letters, whole: %s', async (_, body, cause) => {
    const { world, ports } = await fleetOf('main/a');

    const reports = await evaluateMessage(body, ports, steady);

    expect(reports).toEqual([]);
    expect(world.deadLetters.letters).toEqual([
      { body, from: 'evaluate', cause: expect.stringContaining(cause) },
    ]);
    expect(world.telemetry.counts.deadLetters).toBe(1);
    expect(world.commits).toEqual([]);
  });

  it('takes a tick that is a little early: the clocks of two machines differ', async () => {
    const { ports } = await fleetOf('main/a');

    const reports = await evaluateMessage(messageOf(['main/a'], noon + 2), ports, steady);

    expect(reports.map((it) => it.kind)).toEqual(['held']);
  });

  it('fails, so that the message comes again, only when even the dead letter cannot be kept', async () => {
    const { ports } = await fleetOf('main/a');
    const deadLetters = {
      put: async () => {
        throw new Error('SQS is away');
      },
    };

    await expect(evaluateMessage('hello', { ...ports, deadLetters }, steady)).rejects.toThrow('SQS is away');
  });
});
