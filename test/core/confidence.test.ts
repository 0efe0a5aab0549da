import { describe, expect, it } from 'vitest';
import { agreementOf, confidenceOf, measuredHow } from '../../lib/core/confidence.ts';
import { cpuContext, kinesisContext, repeated, sqsContext, windowOf } from '../support/windows.ts';

describe('confidenceOf', () => {
  it.each([
    ['the worked number: measured whole, and μ guessed', [1, 0.85, 1, 0.3], 0.79],
    ['the worked number: a quarter lost, and one of three against it', [0.75, 0.85, 2 / 3, 0.3], 0.64],
    ['nothing at all', [0, 0, 0, 0], 0],
    ['everything', [1, 1, 1, 1], 1],
  ] as const)('%s', (_, [completeness, freshness, agreement, certainty], expected) => {
    expect(confidenceOf({ completeness, freshness, agreement, certainty })).toBeCloseTo(expected, 2);
  });
});

describe('measuredHow', () => {
  const stream = (values: (number | undefined)[]) => ({
    arrivalsPerSecond: values,
    lagSeconds: values,
    meanLagSeconds: values,
  });

  it('a stream as CloudWatch has it at best: whole, and as fresh as can be', () => {
    const window = windowOf({ ageSeconds: 60, values: stream(repeated(1, 10)) });
    expect(measuredHow(window)).toEqual({ completeness: 1, freshness: 1 });
  });

  it('each second beyond the minute itself is freshness lost', () => {
    const window = windowOf({ ageSeconds: 150, values: stream(repeated(1, 10)) });
    expect(measuredHow(window).freshness).toBeCloseTo(0.5, 10);
  });

  it('a field that is not there counts as nothing', () => {
    const { arrivalsPerSecond, lagSeconds } = stream(repeated(1, 10));
    const window = windowOf({ ageSeconds: 60, values: { arrivalsPerSecond, lagSeconds } });
    expect(measuredHow(window)).toEqual({
      completeness: expect.closeTo(2 / 3),
      freshness: expect.closeTo(2 / 3),
    });
  });

  it('what is not needed does not count', () => {
    const values = { ...stream(repeated(1, 10)), cpuPercent: [50, ...repeated(undefined, 8)] };
    expect(measuredHow(windowOf({ ageSeconds: 60, values }))).toEqual({ completeness: 1, freshness: 1 });
  });

  it.each([
    ['Kinesis', kinesisContext()],
    ['SQS', sqsContext()],
    ['no source', cpuContext()],
  ])('of nothing measured: 0 and not NaN (%s)', (_, context) => {
    expect(measuredHow(windowOf({ context }))).toEqual({ completeness: 0, freshness: 0 });
  });
});

describe('agreementOf', () => {
  it.each<[string, (boolean | undefined)[], number]>([
    ['all for it', [true, true], 1],
    ['one of three against it', [true, true, false], 2 / 3],
    ['who knows nothing does not vote', [true, undefined, undefined], 1],
    ['nobody votes', [undefined], 0],
    ['nobody is there', [], 0],
  ])('%s', (_, votes, expected) => expect(agreementOf(votes)).toBeCloseTo(expected, 10));
});
