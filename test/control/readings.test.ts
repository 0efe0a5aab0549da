import { describe, expect, it } from 'vitest';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import type { RegisteredSource } from '../../lib/config/registration.ts';
import type { Field, Point } from '../../lib/contract/measurement.ts';
import type { MetricQuery, MetricReading, QueueDepth } from '../../lib/control/ports.ts';
import { readFields } from '../../lib/control/readings.ts';
import { planMeasurements } from '../../lib/core/measure.ts';
import type { Sample } from '../../lib/core/sample.ts';
import { kinesis, noon, observation, registrationOf, service, sqs } from './world.ts';

const read = (points: readonly Point[], partial = false): MetricReading => ({
  kind: 'read',
  points,
  partial,
});

function sampleWith(field: Field, points: readonly Point[], atSeconds = noon - 60): Sample {
  return { atSeconds, observation, series: { [field]: points }, unread: [] };
}

async function readOne(
  field: Field,
  options: {
    readonly source?: RegisteredSource;
    readonly known?: readonly Sample[];
    readonly answer?: MetricReading;
    readonly depth?: QueueDepth;
  },
) {
  const { source = kinesis, known = [], answer = read([]), depth } = options;
  const queries: MetricQuery[] = [];
  const telemetry = createMemoryTelemetry();
  const due = planMeasurements(registrationOf().policy, [source]).filter((it) => it.field === field);
  const readings = await readFields(
    due,
    known,
    { service, sources: [source], nowSeconds: noon },
    {
      telemetry,
      metrics: {
        read: async (query) => {
          queries.push(query);
          return answer;
        },
      },
      queues: { depth: async () => depth ?? { kind: 'failed', cause: 'error', message: 'no such queue' } },
    },
  );
  return { readings, queries, telemetry };
}

describe('readFields asks', () => {
  it('a quarter of an hour back for a field that was never read', async () => {
    const { queries } = await readOne('arrivalsPerSecond', {});

    expect(queries).toEqual([
      {
        namespace: 'AWS/Kinesis',
        metricName: 'IncomingRecords',
        dimensions: { StreamName: 'orders' },
        statistic: 'Sum',
        periodSeconds: 60,
        sinceSeconds: noon - 900,
      },
    ]);
  });

  it('for the last five minutes again, which CloudWatch may have revised', async () => {
    const known = [sampleWith('arrivalsPerSecond', [{ atSeconds: noon - 60, value: 5 }])];

    const { queries } = await readOne('arrivalsPerSecond', { known });

    expect(queries[0]?.sinceSeconds).toBe(noon - 300);
  });

  it('from the last known point on where that is longer ago', async () => {
    const known = [
      sampleWith('arrivalsPerSecond', [{ atSeconds: noon - 2400, value: 5 }]),
      sampleWith('lagSeconds', [{ atSeconds: noon - 60, value: 5 }]),
    ];

    const { queries } = await readOne('arrivalsPerSecond', { known });

    expect(queries[0]?.sinceSeconds).toBe(noon - 2400);
  });
});

describe('readFields keeps', () => {
  it('values in the unit of the field', async () => {
    const { readings } = await readOne('lagSeconds', {
      answer: read([{ atSeconds: noon - 60, value: 45_500 }]),
    });

    expect(readings).toEqual({
      series: { lagSeconds: [{ atSeconds: noon - 60, value: 45.5 }] },
      unread: [],
      polled: ['lagSeconds'],
    });
  });

  it('only points that are new or revised, against the newest word on each', async () => {
    const known = [
      sampleWith('arrivalsPerSecond', [
        { atSeconds: noon - 240, value: 1 },
        { atSeconds: noon - 180, value: 2 },
        { atSeconds: noon - 120, value: 3 },
      ]),
      sampleWith('arrivalsPerSecond', [{ atSeconds: noon - 180, value: 20 }]),
    ];
    const answer = read([
      { atSeconds: noon - 240, value: 60 },
      { atSeconds: noon - 180, value: 1200 },
      { atSeconds: noon - 120, value: 240 },
      { atSeconds: noon - 60, value: 300 },
    ]);

    const { readings } = await readOne('arrivalsPerSecond', { known, answer });

    expect(readings.series.arrivalsPerSecond).toEqual([
      { atSeconds: noon - 120, value: 4 },
      { atSeconds: noon - 60, value: 5 },
    ]);
  });

  it('no point again whose value only the table has rounded', async () => {
    const known = [sampleWith('arrivalsPerSecond', [{ atSeconds: noon - 60, value: 341.667 }])];
    const answer = read([{ atSeconds: noon - 60, value: 20_500.02 }]);

    const { readings } = await readOne('arrivalsPerSecond', { known, answer });

    expect(readings).toEqual({
      series: {},
      unread: [{ field: 'arrivalsPerSecond', cause: 'absent' }],
      polled: ['arrivalsPerSecond'],
    });
  });

  it('a zero as a value, not as an absence', async () => {
    const { readings } = await readOne('lagSeconds', { answer: read([{ atSeconds: noon - 60, value: 0 }]) });

    expect(readings.series.lagSeconds).toEqual([{ atSeconds: noon - 60, value: 0 }]);
    expect(readings.unread).toEqual([]);
  });
});

describe('readFields says why a field is unread', () => {
  it('absent, when there is nothing, which still counts as asked', async () => {
    const { readings } = await readOne('lagSeconds', {});

    expect(readings).toEqual({
      series: {},
      unread: [{ field: 'lagSeconds', cause: 'absent' }],
      polled: ['lagSeconds'],
    });
  });

  it('partial, with the points that came, and asks again at the next tick', async () => {
    const { readings } = await readOne('arrivalsPerSecond', {
      answer: read([{ atSeconds: noon - 60, value: 60 }], true),
    });

    expect(readings).toEqual({
      series: { arrivalsPerSecond: [{ atSeconds: noon - 60, value: 1 }] },
      unread: [{ field: 'arrivalsPerSecond', cause: 'partial' }],
      polled: [],
    });
  });

  it.each(['throttled', 'forbidden', 'error'] as const)(
    '%s, and asks again at the next tick',
    async (cause) => {
      const { readings, telemetry } = await readOne('lagSeconds', {
        answer: { kind: 'failed', cause, message: 'why' },
      });

      expect(readings).toEqual({ series: {}, unread: [{ field: 'lagSeconds', cause }], polled: [] });
      expect(telemetry.lines).toEqual([
        {
          level: 'warn',
          message: 'A metric could not be read.',
          details: { service, field: 'lagSeconds', cause, message: 'why' },
        },
      ]);
    },
  );
});

describe('readFields and the depth of a queue', () => {
  it('counts what waits and what is held, and not what nobody can receive yet', async () => {
    const { readings, queries } = await readOne('backlogRecords', {
      source: sqs,
      depth: { kind: 'read', visible: 120, inFlight: 30, delayed: 500 },
    });

    expect(readings).toEqual({
      series: { backlogRecords: [{ atSeconds: noon, value: 150 }] },
      unread: [],
      polled: ['backlogRecords'],
    });
    expect(queries).toEqual([]);
  });

  it('keeps an empty queue as a backlog of 0', async () => {
    const { readings } = await readOne('backlogRecords', {
      source: sqs,
      depth: { kind: 'read', visible: 0, inFlight: 0, delayed: 0 },
    });

    expect(readings.series.backlogRecords).toEqual([{ atSeconds: noon, value: 0 }]);
  });

  it.each(['throttled', 'forbidden', 'error'] as const)(
    'has no backlog when the queue answers %s',
    async (cause) => {
      const { readings } = await readOne('backlogRecords', {
        source: sqs,
        depth: { kind: 'failed', cause, message: 'why' },
      });

      expect(readings).toEqual({ series: {}, unread: [{ field: 'backlogRecords', cause }], polled: [] });
    },
  );

  it('does not call without a queue URL', async () => {
    const { readings } = await readOne('backlogRecords', {
      source: { kind: 'sqs', queue: 'orders' },
      depth: { kind: 'read', visible: 1, inFlight: 1, delayed: 1 },
    });

    expect(readings.unread).toEqual([{ field: 'backlogRecords', cause: 'error' }]);
  });
});
