import type { SimulatedWorld } from './world.ts';

/** Something that moves the desired count of a simulated service. */
export type Scaler = {
  readonly name: string;
  /** Called after each step of its world. It sees what CloudWatch and ECS show, and calls UpdateService. */
  step(world: SimulatedWorld): void | Promise<void>;
};
