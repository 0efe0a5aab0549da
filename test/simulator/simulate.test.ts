import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/contract/weir-error.ts';
import { demoScenario } from '../../lib/simulator/demo-scenario.ts';
import type { Scaler } from '../../lib/simulator/scaler.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { createWeir } from '../../lib/simulator/weir.ts';
import { burstWorkload } from '../../lib/simulator/workload.ts';
import { createSimulatedWorld, type WorldFrame } from '../../lib/simulator/world.ts';
import { constantLoad } from './constant-load.ts';

const still: Scaler = { name: 'still', step: () => {} };
const goTo = (tasks: number): Scaler => ({
  name: `always ${tasks}`,
  step: async ({ services, service }) => {
    await services.updateDesiredTasks(service, tasks, 5);
  },
});

describe('simulate', () => {
  it('gives each contender the same arrivals, whatever it does with its tasks', async () => {
    const workload = burstWorkload(10_000, 1);
    const scenario = demoScenario(workload, 20, 60);
    const worlds = [still, goTo(30), goTo(1)].map((scaler) => ({
      scaler,
      world: createSimulatedWorld(scenario, workload, 7),
    }));
    const frames: (readonly WorldFrame[])[] = [];

    await simulate(worlds, (now) => {
      frames.push(now);
    });

    expect(frames).toHaveLength(3 * 720);
    for (const now of frames) {
      expect(new Set(now.map((frame) => frame.arrivalsPerSecond)).size).toBe(1);
      expect(new Set(now.map((frame) => frame.atSeconds)).size).toBe(1);
    }
    expect(frames.at(-1)?.map((frame) => frame.consumingTasks)).toEqual([3, 30, 1]);
    expect(new Set(worlds.map(({ world }) => world.score().fluidTaskHours)).size).toBe(1);
  });

  it('waits for whoever listens', async () => {
    const workload = constantLoad(100, { forSeconds: 60 });
    const world = createSimulatedWorld(demoScenario(workload, 1, 60), workload, 1);
    const told: string[] = [];

    await simulate([{ world, scaler: still }], async () => {
      told.push('begin');
      await Promise.resolve();
      told.push('end');
    });

    expect(told).toEqual(Array.from({ length: 12 }, () => ['begin', 'end']).flat());
  });
});

describe('Weir in a simulated world', () => {
  it('is evaluated at each of its slots, rides a burst out and back, and does so the same way again', async () => {
    const play = async () => {
      const workload = burstWorkload(10_000, 1);
      const world = createSimulatedWorld(demoScenario(workload, 20, 60), workload, 1);
      const kinds: string[] = [];
      const counts: number[] = [];
      const weir = createWeir((report) => kinds.push(report.kind));
      await simulate([{ world, scaler: weir }], ([frame]) => {
        counts.push(frame?.desiredTasks ?? Number.NaN);
      });
      return { kinds, counts, score: world.score() };
    };

    const { kinds, counts, score } = await play();

    expect(kinds).toHaveLength(180);
    expect(new Set(kinds)).toEqual(new Set(['held', 'scaled']));
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(20);
    expect(counts.at(-1)).toBeLessThanOrEqual(6);
    expect(score.worstLagSeconds).toBeLessThan(300);
    expect(await play()).toEqual({ kinds, counts, score });
  });

  it('says what is wrong with a service that it does not manage', async () => {
    const workload = constantLoad(100, { forSeconds: 60 });
    const scenario = { ...demoScenario(workload, 1, 60), minTasks: 9, maxTasks: 3 };
    const contender = { world: createSimulatedWorld(scenario, workload, 1), scaler: createWeir() };

    await expect(simulate([contender])).rejects.toThrow(InputError);
    await expect(simulate([contender])).rejects.toThrow(/^Weir does not manage such a service: weir:m/);
  });
});
