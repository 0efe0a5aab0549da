import { describe, expect, it } from 'vitest';
import { evidenceSchema } from '../../lib/contract/decision.ts';
import { evidenceOf } from '../../lib/core/evidence.ts';
import { cpuContext, kinesisContext, windowOf } from '../support/windows.ts';

describe('evidenceOf', () => {
  it('of nothing measured: what ECS and the policy say, and no more', () => {
    expect(evidenceOf(windowOf({ tasks: [3] }), kinesisContext({ lagObjectiveSeconds: 90 }), {})).toEqual({
      desiredTasks: 3,
      consumingTasks: 3,
      lagObjectiveSeconds: 90,
      partitions: 8,
    });
  });

  it('a service without a source has no objective and no partitions', () => {
    const context = cpuContext();
    expect(evidenceOf(windowOf({ context }), context, {})).toEqual({ desiredTasks: 4, consumingTasks: 4 });
  });

  it('the newest of what is fresh, with the age of the oldest needed signal; zeros are numbers too', () => {
    const values = { arrivalsPerSecond: [100, 0], lagSeconds: [0, undefined], cpuPercent: [40] };
    expect(evidenceOf(windowOf({ values }), kinesisContext(), {})).toMatchObject({
      arrivalsPerSecond: 0,
      lagSeconds: 0,
      cpuPercent: 40,
      stalestSignalAgeSeconds: 135,
    });
  });

  it('nothing of what is stale, but how old it is', () => {
    const values = { arrivalsPerSecond: [100] };
    const evidence = evidenceOf(windowOf({ ageSeconds: 300, values }), kinesisContext(), {});
    expect(evidence.arrivalsPerSecond).toBeUndefined();
    expect(evidence.stalestSignalAgeSeconds).toBe(300);
  });

  it('with what the strategy adds: six digits, unknown ones left out, words as they are', () => {
    const evidence = evidenceOf(windowOf(), kinesisContext(), {
      forecastPerSecond: 1234.56789,
      backlogRecords: 0.000123456789,
      utilizationTarget: undefined,
      taskRateSource: 'busy',
    });
    expect(evidence).toMatchObject({
      forecastPerSecond: 1234.57,
      backlogRecords: 0.000123457,
      taskRateSource: 'busy',
    });
    expect(evidence).not.toHaveProperty('utilizationTarget');
    expect(evidenceSchema.parse(evidence)).toEqual(evidence);
  });
});
