import type { Clock } from '../../control/ports.ts';

/** A clock that stands still until somebody moves it. */
export type ManualClock = Clock & {
  /** Jumps to a moment, epoch seconds; backwards too, as the clocks of two machines may differ. */
  set(seconds: number): void;
  advance(seconds: number): void;
};

export function createManualClock(startSeconds: number): ManualClock {
  let now = startSeconds;
  return {
    nowSeconds: () => now,
    set: (seconds) => {
      now = seconds;
    },
    advance: (seconds) => {
      now += seconds;
    },
  };
}
