import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../lib/simulator/scenario.ts';
import { createTasks } from '../../lib/simulator/tasks.ts';

const traits = { startupSeconds: { shortest: 45, longest: 75 }, taskRatePerSecond: 500 };

/** How many tasks run after so many seconds, of 1,000 that were requested at 0. */
const runningAfter = (seconds: number, seed = 1) => {
  const tasks = createTasks({ ...traits, initialTasks: 0 }, 0, seed);
  tasks.reconcile(1000, 0);
  tasks.reconcile(1000, seconds);
  return tasks.running;
};

describe('tasks', () => {
  it('take their time to start, each its own within the range', () => {
    expect(runningAfter(44)).toBe(0);
    expect(runningAfter(60)).toBeGreaterThan(400);
    expect(runningAfter(60)).toBeLessThan(600);
    expect(runningAfter(75)).toBe(1000);
    expect(runningAfter(60)).toBe(runningAfter(60));
    expect(runningAfter(60)).not.toBe(runningAfter(60, 2));
  });

  it('stop at once, those that are still starting first', () => {
    const tasks = createTasks({ ...traits, initialTasks: 3 }, 0, 1);
    tasks.reconcile(5, 0);
    expect([tasks.running, tasks.starting]).toEqual([3, 2]);
    tasks.reconcile(4, 5);
    expect([tasks.running, tasks.starting]).toEqual([3, 1]);
    tasks.reconcile(2, 10);
    expect([tasks.running, tasks.starting]).toEqual([2, 0]);
    tasks.reconcile(0, 15);
    expect([tasks.running, tasks.starting]).toEqual([0, 0]);
  });
});

describe('a deployment', () => {
  const began = 1000;
  /** Three tasks that each take 20 s to start, and what ECS is asked for in each step of 5 s. */
  const play = (deployment: Omit<Deployment, 'atSeconds'>, desired: readonly number[]) => {
    const deployments = [{ atSeconds: 10, ...deployment }];
    const startupSeconds = { shortest: 20, longest: 20 };
    const tasks = createTasks({ ...traits, startupSeconds, initialTasks: 3, deployments }, began, 1);
    return desired.map((count, step) => {
      tasks.reconcile(count, began + 5 * step);
      const { running, starting, outgoing, revision, deploying, replaced } = tasks;
      return { running, starting, outgoing, revision, deploying, replaced };
    });
  };
  const steady = (steps: number) => new Array<number>(steps).fill(3);

  it('starts as many new tasks beside the old, which go when the new ones are ready', () => {
    const story = play({ seconds: 30, fails: false }, steady(10));

    expect(story[1]).toMatchObject({ running: 3, starting: 0, revision: 1, deploying: false });
    expect(story[2]).toMatchObject({ running: 3, starting: 3, outgoing: 3, revision: 2, deploying: true });
    expect(story[5]).toMatchObject({ running: 3, starting: 3, outgoing: 3, replaced: false });
    expect(story[6]).toMatchObject({ running: 3, starting: 0, outgoing: 0, replaced: true });
    expect(story[7]).toMatchObject({ running: 3, deploying: true, replaced: false });
    // Half a minute after its beginning.
    expect(story[8]).toMatchObject({ running: 3, starting: 0, revision: 2, deploying: false });
  });

  it('goes on for as long as its tasks take, if that is longer', () => {
    const story = play({ seconds: 5, fails: false }, steady(9));
    expect(story.map(({ deploying }) => deploying).lastIndexOf(true)).toBe(6);
  });

  it('serves a changed count with the new revision, and lets the old tasks go with it', () => {
    const grown = play({ seconds: 30, fails: false }, [3, 3, 3, 5, 5, 5, 5, 5, 5]);
    // Three new ones after 20 s, as old ones are kept until five run; the last two 5 s later.
    expect(grown[6]).toMatchObject({ running: 5, starting: 2, outgoing: 2 });
    expect(grown[7]).toMatchObject({ running: 5, starting: 0, outgoing: 0 });

    const shrunk = play({ seconds: 30, fails: false }, [3, 3, 3, 1, 1]);
    expect(shrunk[3]).toMatchObject({ running: 1, starting: 1, outgoing: 1 });
  });

  it('that fails has tasks that never get ready; the old ones stay, and are all there is in the end', () => {
    const story = play({ seconds: 60, fails: true }, [3, 3, 3, 5, ...new Array<number>(16).fill(5)]);

    for (const it of story.slice(3, 14)) {
      expect(it).toMatchObject({ running: 3, starting: 5, outgoing: 3, revision: 2, deploying: true });
    }
    // Rolled back after a minute: two more of the old revision start, and are there 20 s later.
    expect(story[14]).toMatchObject({ running: 3, starting: 2, outgoing: 0, revision: 1, deploying: false });
    expect(story[18]).toMatchObject({ running: 5, starting: 0, revision: 1 });
  });
});
