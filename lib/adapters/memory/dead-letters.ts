import type { DeadLetters } from '../../control/ports.ts';

export type DeadLetter = Parameters<DeadLetters['put']>[0];

export type MemoryDeadLetters = DeadLetters & {
  /** Oldest first. */
  readonly letters: readonly DeadLetter[];
};

export function createMemoryDeadLetters(): MemoryDeadLetters {
  const letters: DeadLetter[] = [];
  return {
    put: async (letter) => {
      letters.push(letter);
    },
    letters,
  };
}
