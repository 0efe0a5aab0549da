import { describe, expect, it } from 'vitest';
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
