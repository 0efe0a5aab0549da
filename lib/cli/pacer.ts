import { setTimeout as sleep } from 'node:timers/promises';
import type { Pace } from './feed.ts';

/** Pauses shorter than this are not worth a timer. */
const shortestMilliseconds = 4;
/** How soon a new pace, a pause's end and Ctrl-C are noticed. */
const longestMilliseconds = 50;

export type Pacer = {
  readonly pace: Pace;
  change(pace: Pace): void;
  /** Resolves when simulated time may go on by so much; at once, if it is late already. */
  pass(simulatedSeconds: number): Promise<void>;
};

/** Holds simulated time to a pace that may change at any moment; 0 is a pause. */
export function createPacer(pace: Pace, interrupted: AbortSignal): Pacer {
  let current = pace;
  let creditSeconds = 0;
  let last = performance.now();

  const earn = () => {
    const now = performance.now();
    creditSeconds += ((now - last) / 1000) * current.secondsPerSecond;
    last = now;
  };

  return {
    get pace() {
      return current;
    },
    change: (next) => {
      earn();
      current = next;
      // What was saved up at the old pace must not be spent at once at the new one.
      creditSeconds = Math.min(creditSeconds, 0);
    },
    pass: async (simulatedSeconds) => {
      earn();
      creditSeconds -= simulatedSeconds;
      while (creditSeconds < 0 && !interrupted.aborted) {
        const { secondsPerSecond } = current;
        const due = secondsPerSecond > 0 ? (-creditSeconds / secondsPerSecond) * 1000 : longestMilliseconds;
        if (due < shortestMilliseconds) return;
        await sleep(Math.min(due, longestMilliseconds));
        earn();
      }
      // A machine that cannot keep up owes nothing for it.
      creditSeconds = Math.min(creditSeconds, current.secondsPerSecond / 10);
    },
  };
}
