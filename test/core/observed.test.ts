import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hadFailure, type News, nothingObserved, withNews } from '../../lib/core/observed.ts';

const started = (task: string, atSeconds: number, revision = 'orders:12'): News => ({
  kind: 'task-started',
  task,
  revision,
  atSeconds,
  startupSeconds: 40,
});
const failed = (task: string, atSeconds: number, revision = 'orders:12'): News => ({
  kind: 'task-failed',
  task,
  revision,
  atSeconds,
  ranSeconds: 30,
  cause: `exit code ${atSeconds}`,
});
const many = (count: number, of: (task: string, at: number) => News) =>
  Array.from({ length: count }, (_, index) => of(`${index}`, 100 + index));

describe('withNews', () => {
  it('keeps what tasks and their service have gone through, oldest first', () => {
    expect(
      withNews(nothingObserved, [
        failed('b', 170),
        started('b', 140),
        started('a', 120),
        { kind: 'steady', atSeconds: 125 },
        { kind: 'deployment-failed', atSeconds: 190, deployment: 'ecs-svc/2', cause: 'tasks failed' },
      ]),
    ).toEqual({
      starts: [
        { task: 'a', revision: 'orders:12', atSeconds: 120, startupSeconds: 40 },
        { task: 'b', revision: 'orders:12', atSeconds: 140, startupSeconds: 40 },
      ],
      failures: [{ task: 'b', revision: 'orders:12', atSeconds: 170, ranSeconds: 30 }],
      newest: {
        'task-failed': { atSeconds: 170, cause: 'exit code 170' },
        steady: { atSeconds: 125 },
        'deployment-failed': { atSeconds: 190, deployment: 'ecs-svc/2', cause: 'tasks failed' },
      },
    });
  });

  it('keeps sixteen tasks of each of two revisions: those that were started last', () => {
    const observed = withNews(nothingObserved, [
      ...many(3, (task, at) => started(`old-${task}`, at - 90, 'orders:10')),
      ...many(4, (task, at) => started(`former-${task}`, at, 'orders:11')),
      ...many(40, (task, at) => started(task, at + 50)),
    ]);
    const counts = Map.groupBy(observed.starts, (it) => it.revision);
    expect([...counts].map(([revision, it]) => [revision, it.length])).toEqual([
      ['orders:11', 4],
      ['orders:12', 16],
    ]);
    expect(observed.starts.at(-1)?.task).toBe('39');
  });

  it('does not depend on how often events come, nor in which order', () => {
    const moment = fc.integer({ min: 0, max: 200 });
    const revision = fc.constantFrom('orders:11', 'orders:12');
    // A task has one start and one end, each at its moment.
    const task = fc.record({ at: moment, revision, fails: fc.boolean() });
    const tasks = fc
      .array(task, { maxLength: 16 })
      .map((all) =>
        all.flatMap((it, index) => [
          started(`${index}`, it.at, it.revision),
          ...(it.fails ? [failed(`${index}`, it.at + 30, it.revision)] : []),
        ]),
      );
    const told = fc.array(
      fc.record({ kind: fc.constantFrom('steady', 'start-impaired', 'placement-failed'), atSeconds: moment }),
      { maxLength: 6 },
    );
    const delivered = fc
      .tuple(tasks, told)
      .map(([some, others]): News[] => [...some, ...others])
      .chain((news) =>
        fc.record({
          news: fc.constant(news),
          shuffled: fc.shuffledSubarray([...news, ...news], { minLength: 2 * news.length }),
          cut: fc.nat({ max: 2 * news.length }),
        }),
      );
    fc.assert(
      fc.property(delivered, ({ news, shuffled, cut }) => {
        const inParts = withNews(withNews(nothingObserved, shuffled.slice(0, cut)), shuffled.slice(cut));
        expect(inParts).toEqual(withNews(nothingObserved, news));
      }),
    );
  });
});

describe('hadFailure', () => {
  it.each([
    [99, 100, true],
    [100, 200, false],
    [50, 99, false],
  ])('after %d and until %d: %s', (after, until, expected) => {
    expect(hadFailure(withNews(nothingObserved, [failed('a', 100)]), after, until)).toBe(expected);
  });

  it('nothing is known, and nothing failed', () => expect(hadFailure(undefined, 0, 1000)).toBe(false));
});
