import type { Scaler } from './scaler.ts';
import type { SimulatedWorld, WorldFrame } from './world.ts';

/** A scaler and the world that is its own. */
export type Contender = { readonly world: SimulatedWorld; readonly scaler: Scaler };

/**
 * Steps all contenders side by side until their time is over. The arrivals are the same for all whose worlds have the
 * same workload and seed. `onFrames` hears of each step, in the order of the contenders, and is awaited.
 */
export async function simulate(
  contenders: readonly Contender[],
  onFrames?: (frames: readonly WorldFrame[]) => void | Promise<void>,
): Promise<void> {
  while (contenders.some(({ world }) => !world.done)) {
    for (const { world, scaler } of contenders) {
      if (world.done) continue;
      world.step();
      await scaler.step(world);
    }
    await onFrames?.(contenders.map(({ world }) => world.frame()));
  }
}
