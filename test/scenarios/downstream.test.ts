import { describe, expect, it } from 'vitest';
import { contextOf, createFluid, repeat } from '../support/fluid.ts';

const database = { ceilingPerSecond: 1000 };

/** Five tasks in calm, then a load that the database behind them cannot take, however many tasks there are. */
function overload() {
  const fluid = createFluid(contextOf({ maxTasks: 60 }), 5);
  repeat(15, () => fluid.minute(800, database));
  const from = fluid.story.told.length;
  repeat(40, () => fluid.minute(1400, database));
  return { fluid, from };
}

const changes = (fluid: ReturnType<typeof createFluid>) =>
  fluid.story.told.flatMap(({ plan, minute }) => (plan.breaker ? [{ minute, ...plan.breaker }] : []));

describe('a limit downstream', () => {
  it('is found out within a quarter of an hour, named, and the tasks that brought nothing are taken back', () => {
    const { fluid, from } = overload();
    const [opened] = changes(fluid);
    expect(opened).toMatchObject({ kind: 'opened', breaker: { limit: 'downstream' } });
    expect(opened!.minute - from).toBeLessThanOrEqual(15);
    expect(fluid.story.told.flatMap(({ plan }) => plan.detected.map((it) => it.kind))).toContain(
      'downstream',
    );
    const undone = fluid.story.told
      .map(({ plan }) => plan.decision)
      .find((it) => it.kind === 'scale' && it.reason === 'ineffective-undone');
    expect(undone).toMatchObject({ direction: 'in' });
    expect(fluid.story.lines()).toContain('hold breaker-open');
  });

  it('never becomes a runaway: the count stays near the one that did as much', () => {
    const { fluid, from } = overload();
    const counts = fluid.story.told.slice(from).map(({ window }) => window.observation.desiredTasks);
    // What a load that climbs so fast would need is ordered once; nothing more when that brings nothing.
    const orders = fluid.story.told
      .slice(0, from + 30)
      .filter(({ plan: { decision } }) => decision.kind === 'scale' && decision.direction === 'out');
    expect(orders).toHaveLength(1);
    expect(Math.max(...counts.slice(15))).toBeLessThanOrEqual(10);
  });

  it('does not make the tasks look slow: what one can do is still known when the limit is gone', () => {
    const { fluid } = overload();
    const slow = fluid.story.loop().capacity!.saturated.filter((it) => it.perTaskPerSecond < 150);
    expect(slow).toEqual([]);
  });

  it('is forgotten with the task definition that ran into it', () => {
    const { fluid } = overload();
    expect(fluid.story.loop().breaker).toBeDefined();
    fluid.minute(1400, { ...database, observation: { revision: 'orders:13' } });
    expect(changes(fluid).map((it) => it.kind)).toEqual(['opened', 'closed']);
    expect(fluid.story.loop().breaker).toBeUndefined();
  });

  it('is tried again with one step more, waits twice as long when that was in vain, and is over when nothing waits', () => {
    const { fluid } = overload();
    const first = fluid.story.loop().breaker!;
    repeat(35, () => fluid.minute(1400, database));
    const second = fluid.story.loop().breaker!;
    expect(second.waitSeconds).toBeGreaterThan(first.waitSeconds);
    expect(second.sinceSeconds).toBe(first.sinceSeconds);
    // The database was given room, and the backlog is worked off.
    repeat(120, () => fluid.minute(700));
    expect(changes(fluid).map((it) => it.kind)).toEqual(['opened', 'closed']);
    expect(fluid.story.loop().breaker).toBeUndefined();
    expect(fluid.backlog()).toBe(0);
  });
});
