import type { Clock } from '../control/ports.ts';

export function createSystemClock(): Clock {
  return { nowSeconds: () => Date.now() / 1000 };
}
