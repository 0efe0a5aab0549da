import { describe, expect, it } from 'vitest';
import type { BottleneckKind } from '../../../lib/contract/bottleneck.ts';
import { scenarios } from '../../../lib/simulator/scenarios/named.ts';
import { beginWith } from '../../../lib/simulator/scenarios/traits.ts';
import { constantLoad } from '../../simulator/constant-load.ts';
import { createLimitJudge, limitOf } from './limits.ts';

const scenarioOf = (name: 'skewed' | 'downstream-limited' | 'cpu-kinesis') =>
  beginWith(scenarios[name](20, 60), constantLoad(2000));

type Saying = (minute: number) => readonly BottleneckKind[];

/** A service with 20 tasks, late from minute 10 until minute `until`. */
function judged(name: 'skewed' | 'downstream-limited', until: number, saying: Saying, loadPerSecond: number) {
  const scenario = scenarioOf(name);
  const judge = createLimitJudge(scenario, limitOf(scenario)!);
  for (let minute = 0; minute < 70; minute++) {
    const late = minute >= 10 && minute < until;
    judge.record({
      loadPerSecond,
      lagSeconds: late ? 90 : 5,
      consumingTasks: 20,
      bottlenecks: saying(minute),
    });
  }
  return judge.counts();
}

const from =
  (minute: number, ...kinds: BottleneckKind[]): Saying =>
  (now) =>
    now >= minute ? kinds : [];

describe('createLimitJudge', () => {
  it.each<[string, number, Saying, number, number]>([
    ['the worked number: said in minute 21', 60, from(21, 'hot_partition'), 1, 1],
    ['said too late', 60, from(40, 'hot_partition'), 1, 0],
    ['never said', 60, from(999), 1, 0],
    ['over before it had to be said', 20, from(999), 0, 0],
    ['another one is said', 20, from(15, 'downstream'), 1, 0],
    ['both are said', 60, from(15, 'downstream', 'hot_partition'), 1, 0],
    ['what is no limit may be said beside it', 60, from(15, 'cpu', 'hot_partition'), 1, 1],
    ['late for two minutes', 12, from(0, 'downstream'), 0, 0],
  ])('a hot partition: %s', (_, until, saying, toName, named) => {
    expect(judged('skewed', until, saying, 4000)).toEqual({ limitsToName: toName, limitsNamed: named });
  });

  it('lag of too few tasks is no limit of the partitions', () => {
    expect(judged('skewed', 60, from(0, 'downstream'), 20_000)).toEqual({ limitsToName: 0, limitsNamed: 0 });
  });

  it('downstream: while the load is above what it takes', () => {
    const saying = from(15, 'downstream');
    expect(judged('downstream-limited', 60, saying, 8000)).toEqual({ limitsToName: 1, limitsNamed: 1 });
    expect(judged('downstream-limited', 60, saying, 7000)).toEqual({ limitsToName: 0, limitsNamed: 0 });
  });
});

describe('limitOf', () => {
  it.each([
    ['skewed', 'hot_partition'],
    ['downstream-limited', 'downstream'],
    ['cpu-kinesis', undefined],
  ] as const)('%s: %s', (name, limit) => expect(limitOf(scenarioOf(name))).toBe(limit));
});
