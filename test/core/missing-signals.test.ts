import { describe, expect, it } from 'vitest';
import {
  absenceOf,
  isIdleQueue,
  missingSignals,
  wishWithoutSignals,
} from '../../lib/core/missing-signals.ts';
import {
  analysisOf,
  kinesisContext,
  loopOf,
  mskContext,
  repeated,
  sqsContext,
  type Values,
  type WindowOptions,
  windowOf,
} from '../support/windows.ts';

const queue = sqsContext({ minTasks: 0 });

describe('missingSignals', () => {
  it.each<[string, WindowOptions, string[]]>([
    [
      'a stream that tasks read needs its lag',
      { values: { arrivalsPerSecond: [1] } },
      ['lagSeconds', 'meanLagSeconds'],
    ],
    ['one that no task reads has none', { tasks: 0, values: { arrivalsPerSecond: [1] } }, []],
    ['but needs its arrivals', { tasks: 0 }, ['arrivalsPerSecond']],
    [
      'a topic whose rate was never there does without it',
      { context: mskContext(), values: { backlogRecords: [1] } },
      [],
    ],
    [
      'one whose rate was there, and is no more, does not',
      {
        context: mskContext(),
        values: { backlogRecords: [1], arrivalsPerSecond: [1, ...repeated(undefined, 5)] },
      },
      ['arrivalsPerSecond'],
    ],
    [
      'and a group that rebalances has no backlog, whatever it was',
      {
        context: mskContext(),
        values: { arrivalsPerSecond: [1], backlogRecords: [0, ...repeated(undefined, 3)] },
      },
      ['backlogRecords'],
    ],
    [
      'a queue that is empty and at its minimum needs nothing',
      { context: queue, tasks: 0, values: { backlogRecords: [0] } },
      [],
    ],
    [
      'one with something in it does',
      { context: queue, tasks: 0, values: { backlogRecords: [1] } },
      ['arrivalsPerSecond'],
    ],
    [
      'and so does one with tasks to spare',
      { context: queue, tasks: 1, values: { backlogRecords: [0] } },
      ['arrivalsPerSecond'],
    ],
  ])('%s', (_, options, expected) => {
    const { context = kinesisContext() } = options;
    expect(missingSignals(windowOf({ ...options, context }), context)).toEqual(expected);
  });
});

it('isIdleQueue: a depth that is not known is not an empty queue', () => {
  const window = (values: Values) => windowOf({ context: queue, tasks: 0, values });
  expect(isIdleQueue(window({ backlogRecords: [0] }), queue)).toBe(true);
  expect(isIdleQueue(window({}), queue)).toBe(false);
  expect(isIdleQueue(window({ backlogRecords: [0], arrivalsPerSecond: [0] }), queue)).toBe(false);
});

it('absenceOf: what was never there is missing, what was there is stale', () => {
  const window = windowOf({ ageSeconds: 400, values: { lagSeconds: [1] } });
  expect(absenceOf(window, ['lagSeconds'])).toBe('metrics-stale');
  expect(absenceOf(window, ['lagSeconds', 'arrivalsPerSecond'])).toBe('metrics-missing');
});

describe('wishWithoutSignals', () => {
  const loop = loopOf({
    capacity: {
      revision: 'orders:12',
      saturated: [20, 20].map((perTaskPerSecond, index) => ({
        atSeconds: index,
        tasks: 1,
        perTaskPerSecond,
      })),
    },
  });
  const wish = (backlogRecords: number, known = loop, tasks = 0) => {
    const analysis = analysisOf(
      { context: queue, tasks: [tasks], values: { backlogRecords: [backlogRecords] } },
      known,
    );
    return wishWithoutSignals(['arrivalsPerSecond'], analysis, queue);
  };

  it('the worked number: 9,000 messages, 120 s and 20 a second and task: 4', () => {
    expect(wish(9000)).toMatchObject({ kind: 'count', tasks: 4, breach: false });
  });

  it('one task is a beginning where its rate is not known, and no more than one', () => {
    expect(wish(9000, loopOf())).toMatchObject({ kind: 'count', tasks: 1 });
    expect(wish(9000, loopOf(), 1)).toMatchObject({ kind: 'hold', reason: 'metrics-missing' });
  });

  it('asks for no fewer than there are', () => {
    expect(wish(9000, loop, 6)).toMatchObject({ kind: 'hold', missing: ['arrivalsPerSecond'] });
    expect(wish(0)).toMatchObject({ kind: 'hold' });
  });

  it('adds nothing to a consumer that has stopped reading', () => {
    const analysis = analysisOf({
      values: { arrivalsPerSecond: repeated(200, 5) },
      unread: [{ field: 'lagSeconds', cause: 'absent' }],
    });
    expect(wishWithoutSignals(['lagSeconds'], analysis, kinesisContext())).toMatchObject({
      kind: 'hold',
      reason: 'not-reading',
    });
  });
});
