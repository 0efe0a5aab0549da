import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { compactJson, compactNumber, jsonText } from '../../lib/adapters/compact-json.ts';

it.each([
  [12, 12],
  [1_764_000_060.123456, 1_764_000_060.123],
  [341.66666666666669, 341.667],
  [0.012345678, 0.0123457],
  [-0.5, -0.5],
  [1_234_567_890_123, 1_234_567_890_123],
])('compactNumber: %d → %d', (value, expected) => {
  expect(compactNumber(value)).toBe(expected);
});

describe('compactJson', () => {
  it('writes numbers compactly, however deep they are, and the rest as it is', () => {
    expect(compactJson({ rate: 1 / 3, points: [[2 / 3, 'as is']], unknown: undefined })).toBe(
      '{"rate":0.333333,"points":[[0.666667,"as is"]]}',
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d, and names where it is', (value) => {
    expect(() => compactJson({ lag: { seconds: value } })).toThrow(`seconds is ${value}`);
  });
});

describe('jsonText', () => {
  const schema = jsonText(z.object({ tasks: z.number() }));

  it('reads what the schema describes', () => {
    expect(schema.parse('{"tasks":4}')).toEqual({ tasks: 4 });
  });

  it.each([['{"tasks":'], ['{"tasks":"4"}'], ['null'], [4], [undefined], ['[]'.padEnd(400_001)]])(
    'refuses %j',
    (text) => {
      expect(schema.safeParse(text).success).toBe(false);
    },
  );
});
