import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTelemetry } from '../../lib/adapters/powertools.ts';
import { type Stage, stages } from '../../lib/control/ports.ts';
import { context } from '../functions/events.ts';

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
  const keep = (chunk: unknown) => {
    for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
});

type Embedded = {
  _aws: {
    CloudWatchMetrics: {
      Namespace: string;
      Dimensions: string[][];
      Metrics: { Name: string; Unit: string }[];
    }[];
  };
};
/** The lines in CloudWatch's embedded metric format. */
const metricLines = () => lines.filter((it): it is Embedded & Record<string, unknown> => '_aws' in it);

describe('metrics', () => {
  it('go out as one line with the stages and four counters, for the fleet and not for a service', () => {
    const telemetry = createTelemetry('evaluate');
    for (const [index, stage] of stages.entries()) telemetry.stage(stage, index + 0.5);
    telemetry.count('ticks');
    telemetry.count('ticks', 2);
    telemetry.count('failures');
    telemetry.count('dropped');
    telemetry.count('deadLetters');
    telemetry.count('holds', 2);
    telemetry.count('scaleOuts');

    telemetry.flush();

    expect(metricLines()).toHaveLength(1);
    const [line] = metricLines();
    expect(line?._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'Weir',
        Dimensions: [['service']],
        Metrics: [
          ...stages.map((Name) => ({ Name, Unit: 'Milliseconds' })),
          ...['ticks', 'failures', 'dropped', 'deadLetters'].map((Name) => ({ Name, Unit: 'Count' })),
        ],
      },
    ]);
    expect(line).toMatchObject({
      service: 'weir',
      collect: 0.5,
      publish: 5.5,
      ticks: 3,
      failures: 1,
      dropped: 1,
      deadLetters: 1,
      // Properties of the line, which cost nothing.
      holds: '2',
      scaleOuts: '1',
    });
  });

  it('lose no value of a stage when a message has more services than a line has room for', () => {
    const telemetry = createTelemetry('evaluate');
    for (let tick = 0; tick < 150; tick++) telemetry.stage('collect', tick);

    telemetry.flush();

    const values = metricLines().flatMap((line) => line['collect' satisfies Stage] as number[]);
    expect(values).toEqual(Array.from({ length: 150 }, (_, tick) => tick));
  });

  it('are not written when there are none', () => {
    createTelemetry('evaluate').flush();

    expect(lines).toEqual([]);
  });

  it('are counted from nothing after a flush', () => {
    const telemetry = createTelemetry('evaluate');
    telemetry.count('ticks', 5);
    telemetry.flush();
    telemetry.count('ticks');

    telemetry.flush();

    expect(metricLines().map((line) => line['ticks'])).toEqual([5, 1]);
  });
});

describe('logs', () => {
  it('are lines of JSON with the function, the message and its details', () => {
    createTelemetry('dispatch').info('Dispatched', { messages: 3 });

    expect(lines).toMatchObject([
      {
        level: 'INFO',
        service: 'weir',
        function: 'dispatch',
        message: 'Dispatched',
        details: { messages: 3 },
      },
    ]);
  });

  it('tell an error with what caused it', () => {
    const cause = new Error('DescribeServices failed', { cause: new TypeError('socket hang up') });

    createTelemetry('evaluate').error('A tick failed.', cause, { service: 'main/orders' });

    expect(lines).toMatchObject([
      {
        level: 'ERROR',
        message: 'A tick failed.',
        details: { service: 'main/orders' },
        error: {
          name: 'Error',
          message: 'DescribeServices failed',
          stack: expect.stringContaining('DescribeServices failed'),
          cause: { name: 'TypeError', message: 'socket hang up' },
        },
      },
    ]);
  });

  it('keep every detail, also one that has the name of a key of the logger itself', () => {
    const details = {
      service: 'main/orders',
      message: 'Rate exceeded',
      level: 3,
      timestamp: 'noon',
      sampling_rate: 'fast',
      function: 'x → y',
    };

    createTelemetry('evaluate').warn('A metric could not be read.', details);

    expect(lines).toMatchObject([
      {
        level: 'WARN',
        service: 'weir',
        function: 'evaluate',
        message: 'A metric could not be read.',
        details,
      },
    ]);
  });

  it('tell what was thrown and is no error', () => {
    createTelemetry('evaluate').error('A tick failed.', 'out of luck');

    expect(lines).toMatchObject([{ error: { message: 'out of luck' } }]);
  });
});

describe('an observed handler', () => {
  it('answers as it did, its lines carry the id of the request, and its metrics are out', async () => {
    const telemetry = createTelemetry('evaluate');
    const handler = telemetry.observed(async (event) => {
      telemetry.count('ticks');
      telemetry.warn('A metric could not be read.');
      return event;
    });

    expect(await handler('event', context)).toBe('event');

    expect(lines).toMatchObject([
      { level: 'WARN', function_request_id: context.awsRequestId },
      { ticks: 1, _aws: expect.anything() },
    ]);
  });

  it('fails as it did, and its metrics are out all the same', async () => {
    const telemetry = createTelemetry('evaluate');
    const broken = new Error('The table is gone.');
    const handler = telemetry.observed(async () => {
      telemetry.count('failures');
      throw broken;
    });

    await expect(handler({}, context)).rejects.toBe(broken);

    expect(metricLines()).toMatchObject([{ failures: 1 }]);
  });
});
