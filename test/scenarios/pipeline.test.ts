import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { upstreamTag } from '../../lib/contract/tags.ts';
import type { Scaler } from '../../lib/simulator/scaler.ts';
import { pipeline } from '../../lib/simulator/scenarios/pipeline.ts';
import { beginWith } from '../../lib/simulator/scenarios/traits.ts';
import { simulate } from '../../lib/simulator/simulate.ts';
import { createWeir } from '../../lib/simulator/weir.ts';
import { chainOf, createSimulatedWorld, type SimulatedWorld } from '../../lib/simulator/world.ts';
import { constantLoad } from '../simulator/constant-load.ts';

/** An hour of calm, in which what a task can do is learned, then four times the load. */
const crowdSeconds = 3600;
const workload = constantLoad(1500, {
  forSeconds: 7200,
  later: { afterSeconds: crowdSeconds, ratePerSecond: 6000 },
});

/** When the last of three services was first asked for more tasks after the crowd came, and what arrived there by then. */
async function flashCrowd(told: boolean) {
  const world = createSimulatedWorld(beginWith(pipeline(12, 60), workload), workload, 1);
  const store = createMemoryStore();
  const stages = chainOf(world);
  const scalers = stages.map(() => createWeir(undefined, store));
  const last = stages[2]!;
  let before = 0;
  let ordered: { readonly atSeconds: number; readonly arrivalsPerSecond: number } | undefined;
  const scaler: Scaler = {
    name: 'weir',
    step: async () => {
      for (const [index, stage] of stages.entries()) await scalers[index]!.step(told ? stage : untold(stage));
      const { desiredTasks, arrivalsPerSecond } = last.frame();
      const atSeconds = world.clock.nowSeconds() - workload.fromSeconds - crowdSeconds;
      if (atSeconds > 0 && desiredTasks > before) ordered ??= { atSeconds, arrivalsPerSecond };
      before = desiredTasks;
    },
  };
  await simulate([{ world, scaler }]);
  return { ordered: ordered!, score: last.ownScore() };
}

/** Weir is not told who feeds whom. */
function untold({ tags, ...world }: SimulatedWorld): SimulatedWorld {
  const { [upstreamTag]: upstream, ...others } = tags;
  return { ...world, tags: others, done: false };
}

describe('a flash crowd runs through three services', () => {
  it('the last is scaled out with the first, before what arrives there has risen as far, and is less late for it', async () => {
    const [told, alone] = [await flashCrowd(true), await flashCrowd(false)];
    expect(told.ordered.atSeconds).toBeLessThanOrEqual(alone.ordered.atSeconds);
    expect(told.ordered.arrivalsPerSecond).toBeLessThan(3000);
    expect(told.score.lateRecordsShare).toBeLessThan(alone.score.lateRecordsShare);
  });
});
