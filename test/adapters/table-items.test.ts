import { describe, expect, it } from 'vitest';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import {
  readCursor,
  readRegistration,
  readSample,
  readState,
  registrationItem,
  sampleItem,
  sampleSortKey,
  stateItem,
} from '../../lib/adapters/table-items.ts';
import { initialLoopState, type LoopState } from '../../lib/core/loop-state.ts';
import { managed, noon, observation, registration, retired, sample, state } from '../contracts/fixtures.ts';

const service = 'main/orders';

/** Everything that a loop state can hold. */
const fullLoop: LoopState = {
  format: 1,
  slotSeconds: noon,
  desiredTasks: 9,
  capacity: {
    revision: 'orders:12',
    saturated: [{ atSeconds: noon - 3600.25, tasks: 4, perTaskPerSecond: 341.667 }],
    saturatedCpuPercent: 91.5,
  },
  changes: [{ atSeconds: noon - 60.123, from: 4, to: 9, by: 'weir' }],
  wanted: [{ atSeconds: noon - 120, tasks: 9 }],
  heldFor: 'cooldown',
  heldTold: 'on-target',
  advisedTasks: 11,
  missing: { sinceSeconds: noon - 600, fields: ['lagSeconds'], told: true },
  bottlenecks: [],
  breaker: {
    sinceSeconds: noon - 2400,
    tasks: 12,
    ratePerSecond: 2000,
    limit: 'downstream',
    waitSeconds: 3600,
    retryAtSeconds: noon + 1200,
  },
  pastBottlenecks: [{ kind: 'cpu', sinceSeconds: noon - 1200, untilSeconds: noon - 600 }],
  advised: ['thrash'],
  polledAtSeconds: { lagSeconds: noon, cpuPercent: noon - 540 },
};

describe('sampleSortKey', () => {
  it('1764000060.5 → S#01764000060.500', () => {
    expect(sampleSortKey(1_764_000_060.5)).toBe('S#01764000060.500');
  });

  it('sorts as time does', () => {
    const moments = [0, 9.999, 10, 999_999_999.5, 1_764_000_060, 1_764_000_060.001, 20_000_000_000];
    const keys = moments.map(sampleSortKey);
    expect(keys.toSorted()).toEqual(keys);
  });
});

describe('a state', () => {
  const read = (item: unknown) => {
    const telemetry = createMemoryTelemetry();
    return { state: readState(item, telemetry.warn), lines: telemetry.lines };
  };

  it('is read back as it was written, whatever its loop holds', () => {
    const written = state(service, 7, { loop: fullLoop, outbox: [retired(service)] });

    expect(read(stateItem(written))).toEqual({ state: written, lines: [] });
  });

  it('is read as it was written before moments were kept as seconds after the slot', () => {
    const { bottlenecks, changes, wanted, polledAtSeconds, capacity, ...rest } = fullLoop;
    const before = { ...rest, bottlenecks: [], changes: [], wanted: [], polledAtSeconds: {} };
    const item = { ...stateItem(state(service, 7)), loop: JSON.stringify(before) };

    expect(read(item)).toMatchObject({ state: { loop: before }, lines: [] });
  });

  it.each([
    ['of another format', JSON.stringify({ ...fullLoop, format: 2 })],
    ['cut off', '{"format":1,'],
    ['not there', undefined],
  ])('whose loop is %s begins afresh, and forgets no change under way', (_, loop) => {
    const written = state(service, 7, {
      leaseUntilSeconds: noon + 30,
      inFlight: { decisionId: `${service}#7`, from: 4, to: 9, atSeconds: noon },
    });

    const { state: found, lines } = read({ ...stateItem(written), loop });

    expect(found).toEqual({ ...written, loop: initialLoopState });
    expect(lines).toMatchObject([{ level: 'warn', details: { service } }]);
  });

  it.each([
    ['version', '7'],
    ['leaseUntilSeconds', 'soon'],
    ['inFlight', '{"decisionId":"x"}'],
    ['pk', 'orders'],
  ])('whose %s cannot be read is broken, and the error says what to do', (attribute, value) => {
    expect(() => read({ ...stateItem(state(service, 7)), [attribute]: value })).toThrow(
      new RegExp(`The state in the table cannot be read: .*${attribute}.*delete the item`, 's'),
    );
  });

  it('whose outbox cannot be read is a state all the same: the stream has told it', () => {
    const { state: found, lines } = read({ ...stateItem(state(service, 7)), outbox: '[{}]' });

    expect(found).toEqual(state(service, 7));
    expect(lines).toHaveLength(1);
  });

  it('stays within one write unit of a kilobyte, whatever a loop usually holds', () => {
    const bytes = Object.entries(stateItem(state(service, 7, { loop: fullLoop }))).reduce(
      (sum, [name, value]) => sum + Buffer.byteLength(`${name}${value}`),
      0,
    );
    expect(bytes).toBeLessThan(1024);
  });
});

describe('a registration', () => {
  it.each([
    ['{"service":"main/orders","mode":"auto","policy":{"minTasks":"two"},"sources":[]}'],
    ['{"service":"main/orders","mode":"off"}'],
    ['not JSON'],
  ])('that another Weir wrote counts as rejected at its version: %s', (unreadable) => {
    const telemetry = createMemoryTelemetry();

    const found = readRegistration(
      { ...registrationItem(managed(service, 3)), registration: unreadable },
      telemetry.warn,
    );

    expect(found).toMatchObject({
      service,
      version: 3,
      status: 'rejected',
      problems: [{ subject: 'registration' }],
    });
    expect(telemetry.lines).toHaveLength(1);
  });

  it('of a stream and agents is read back', () => {
    const stored = managed(service, 1);
    const sources = [
      { kind: 'sqs', queue: 'orders', queueUrl: 'https://sqs/orders' },
      { kind: 'msk', cluster: 'main', topic: 'orders', group: 'orders-app', partitions: 12 },
      { kind: 'agent' },
    ] as const;
    const written = { ...stored, registration: { ...registration(service), sources } };

    expect(readRegistration(registrationItem(written), () => undefined)).toMatchObject({
      registration: { sources },
    });
  });

  it('is listed until it is retired', () => {
    expect(registrationItem(managed(service, 1))).toMatchObject({ registered: 'REG' });
    expect(registrationItem({ service, version: 2, status: 'retired', outbox: [] })).not.toHaveProperty(
      'registered',
    );
  });
});

describe('a sample', () => {
  it('is read back with every field, unknown ones still unknown', () => {
    const written = {
      atSeconds: noon + 0.25,
      observation: { ...observation, deploying: true },
      series: { lagSeconds: [{ atSeconds: noon - 60, value: 0.5 }], cpuPercent: [] },
      unread: [{ field: 'arrivalsPerSecond', cause: 'throttled' }],
    } as const;

    expect(readSample(sampleItem(service, written), noon, () => undefined)).toEqual(written);
  });

  it('with a number that was never measured is not written', () => {
    expect(() => sampleItem(service, sample(noon, Number.NaN))).toThrow('numbers that were measured only');
  });
});

it('a cursor that was changed by hand is broken, and the error says what to do', () => {
  expect(readCursor({ slotSeconds: noon })).toBe(noon);
  expect(() => readCursor({ slotSeconds: 'noon' })).toThrow(/cursor of dispatch.*delete the item/s);
});
