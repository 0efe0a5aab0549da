import { describe, expect, it } from 'vitest';
import { initialLoopState, type LoopState } from '../../lib/core/loop-state.ts';
import { noon } from '../control/world.ts';
import { contextOf, createFluid, repeat } from '../support/fluid.ts';

/** Tasks that do so much of what they have done until now, whatever the reason; their CPU is full meanwhile. */
function slowed(share: number) {
  const fluid = createFluid(contextOf({ maxTasks: 60 }), 8);
  repeat(30, () => fluid.minute(1500));
  const from = fluid.story.told.length;
  for (let minute = 0; minute < 60; minute++) {
    fluid.minute(1500, { working: share * fluid.story.observation().runningTasks });
  }
  return { fluid, from };
}

describe('each task does two thirds of what it did, and nobody says so', () => {
  it('the service gets the tasks that it then needs, within the hour, and holds its objective again', () => {
    const { fluid, from } = slowed(0.66);
    const counts = fluid.story.told.slice(from).map(({ window }) => window.observation.desiredTasks);
    expect(counts.at(-1)).toBeGreaterThanOrEqual(Math.ceil(1500 / (0.66 * 200)));
    expect(fluid.backlog() / 1500).toBeLessThan(60);
  });

  it('never stands still for a quarter of an hour while the lag above the objective grows', () => {
    const { fluid, from } = slowed(0.66);
    const told = fluid.story.told.slice(from);
    for (const [index, { window, minute }] of told.entries()) {
      const later = told[index + 15];
      if (later === undefined) break;
      const lagOf = (at: typeof later) => at.window.series.lagSeconds?.at(-1)?.value ?? 0;
      const grew = lagOf({ ...later, window }) > 60 && lagOf(later) > lagOf({ ...later, window });
      const stood = told.slice(index, index + 16).every((it) => {
        const { desiredTasks } = it.window.observation;
        return desiredTasks === window.observation.desiredTasks;
      });
      expect(grew && stood, `minute ${minute}`).toBe(false);
    }
  });
});

describe('the breaker was opened by mistake: ECS was a minute behind, and what 8 tasks did was put down to 5', () => {
  const mistaken: LoopState = {
    ...initialLoopState,
    desiredTasks: 5,
    breaker: {
      sinceSeconds: noon - 600,
      tasks: 5,
      ratePerSecond: 1600,
      limit: 'downstream',
      waitSeconds: 14_400,
      retryAtSeconds: noon + 14_400,
    },
  };

  it('what 5 tasks do shows it within minutes: more are tried, help, and the lag goes', () => {
    const fluid = createFluid(contextOf({ maxTasks: 60 }), 5, 1, mistaken);
    repeat(30, () => fluid.minute(1300));
    const closed = fluid.story.told.find(({ plan }) => plan.breaker?.kind === 'closed');
    expect(closed?.minute).toBeLessThanOrEqual(15);
    expect(fluid.story.lines()).toContainEqual(expect.stringMatching(/^out 5→8/));
    repeat(15, () => fluid.minute(1300));
    expect(fluid.backlog() / 1300).toBeLessThan(60);
  });

  it('a limit that is real stays: 5 tasks do as much as ever, and none is added', () => {
    const fluid = createFluid(contextOf({ maxTasks: 60 }), 5, 1, {
      ...mistaken,
      breaker: { ...mistaken.breaker!, ratePerSecond: 1000 },
    });
    repeat(60, () => fluid.minute(1300, { ceilingPerSecond: 1000 }));
    expect(fluid.story.observation().desiredTasks).toBe(5);
    expect(fluid.story.lines()).not.toContainEqual(expect.stringMatching(/^out/));
  });
});
