import { describe, expect, it } from 'vitest';
import { createTasks } from '../../lib/simulator/tasks.ts';

const startupSeconds = { shortest: 45, longest: 75 };

/** How many tasks run after so many seconds, of 1,000 that were requested at 0. */
const runningAfter = (seconds: number, seed = 1) => {
  const tasks = createTasks({ initialTasks: 0, startupSeconds }, seed);
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
    const tasks = createTasks({ initialTasks: 3, startupSeconds }, 1);
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
