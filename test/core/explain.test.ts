import { describe, expect, it } from 'vitest';
import {
  type Clamp,
  clamps,
  type Evidence,
  type HoldReason,
  holdReasons,
  type ScaleReason,
  scaleReasons,
} from '../../lib/contract/decision.ts';
import { explain } from '../../lib/core/explain.ts';
import { hold, scale } from '../control/world.ts';

const bare: Evidence = { desiredTasks: 4, consumingTasks: 3 };
const full: Evidence = {
  desiredTasks: 4,
  consumingTasks: 3,
  wantedTasks: 7,
  arrivalsPerSecond: 1234.5,
  forecastPerSecond: 1300,
  taskRatePerSecond: 118.25,
  backlogAtHorizonRecords: 14_612,
  lagSeconds: 71.23,
  lagObjectiveSeconds: 60,
  partitions: 8,
  factor: 0.9,
  stalestSignalAgeSeconds: 300,
};
const zero: Evidence = {
  ...full,
  desiredTasks: 0,
  consumingTasks: 0,
  wantedTasks: 0,
  arrivalsPerSecond: 0,
  forecastPerSecond: 0,
  taskRatePerSecond: 0.0000123,
  backlogAtHorizonRecords: 0,
  lagSeconds: 0,
  partitions: 1,
  factor: 0,
};
const evidences = { bare, full, zero };

const all = [
  ...(Object.keys(scaleReasons) as ScaleReason[]).map((reason) => ({ ...scale(4, 6), reason })),
  ...(Object.keys(holdReasons) as HoldReason[]).map((reason) => hold(reason)),
].flatMap((decision) =>
  Object.entries(evidences).map(
    ([known, evidence]) => [decision.reason, known, { ...decision, evidence }] as const,
  ),
);

describe('explain', () => {
  it.each(all)('%s, with %s evidence: one complete sentence', (_, __, decision) => {
    const sentence = explain(decision);
    expect(sentence).toMatch(/^(Out|In|Hold) [^.]*[^.\s](\.\d[^.]*)*\.$/);
    expect(sentence).not.toMatch(/undefined|NaN|null|Infinity|\s{2}|\s[.,:;]/);
    expect(sentence.split(': ')).toHaveLength(2);
  });

  it.each<[string, string]>([
    [
      explain({ ...scale(4, 7), evidence: full }),
      'Out from 4 to 7 tasks: 1,300 records/s expected and 14,600 waiting, 118 records/s a task.',
    ],
    [
      explain({ ...scale(4, 7), reason: 'lag-objective-breached', evidence: { ...bare, lagSeconds: 71.23 } }),
      'Out from 4 to 7 tasks: records are 71.2 s old, the objective is an unknown number of s; an unknown number of records/s expected.',
    ],
    [
      explain({ ...scale(7, 1), evidence: zero }),
      'In from 7 to 1 task: 0 records/s expected, 0.0000123 records/s a task.',
    ],
    [
      explain({ ...hold('metrics-missing'), missing: ['lagSeconds', 'arrivalsPerSecond'] }),
      'Hold at 4 tasks: a needed signal is missing (lagSeconds, arrivalsPerSecond).',
    ],
    [
      explain({ ...hold('tasks-starting'), evidence: full }),
      'Hold at 4 tasks: 3 of 4 run, and what they bring does not show yet.',
    ],
    [
      explain({ ...hold('partitions-exhausted'), evidence: { ...full, partitions: 1 } }),
      'Hold at 4 tasks: the load needs more, but there is only 1 partition to read.',
    ],
    [
      explain({ ...hold('not-reading'), evidence: full }),
      'Hold at 4 tasks: 1,230 records/s arrive and nobody reads them.',
    ],
    [
      explain({ ...hold('not-reading'), evidence: { ...bare, arrivalsPerSecond: 0.0123 } }),
      'Hold at 4 tasks: 0.0123 records/s arrive and nobody reads them.',
    ],
    [
      explain({ ...hold('at-minimum'), evidence: { ...bare, desiredTasks: 1 } }),
      'Hold at 1 task: nothing waits and nothing arrives, and the policy allows no fewer.',
    ],
    [
      explain({ ...hold('on-target'), evidence: { ...bare, factor: 0.625 } }),
      'Hold at 4 tasks: the fullest signal is at 62.5 % of its target.',
    ],
  ])('%s', (actual, expected) => expect(actual).toBe(expected));

  it.each(Object.keys(clamps) as Clamp[])('what cut the count short is named: %s', (limitedBy) => {
    const sentence = explain({ ...scale(4, 6), limitedBy, evidence: full });
    expect(sentence).toMatch(/ 7 tasks wanted, limited by [a-z ]+\.$/);
    expect(explain({ ...scale(4, 7), limitedBy, evidence: full })).not.toMatch(/limited/);
    expect(explain({ ...scale(4, 6), limitedBy, evidence: bare })).not.toMatch(/limited/);
  });
});
