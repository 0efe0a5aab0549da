/** 70 · 0.1 is 7.000000000000001 to a computer: that must not buy an eighth task. */
const roundingError = 1e-6;

/** A step outward, where the right count is not known. E.g. 4 tasks and a step of 50 %: 6. One task: 2. None: 1. */
export function stepOut(tasks: number, step: number): number {
  return tasks + Math.max(1, Math.ceil(tasks * step - roundingError));
}

/** The fewest that one step inward leaves. E.g. 10 tasks and a step of 30 %: 7. 2 tasks: 2, half a task cannot go. */
export function leastAfterStep(tasks: number, step: number): number {
  return Math.ceil(tasks * (1 - step) - roundingError);
}

/** The fewest tasks over which a share of the work may be spread. E.g. 10 tasks at 0.3, to stand at 0.8 at most: 4. */
export function leastToBear(tasks: number, factor: number, highestFactor: number): number {
  return Math.ceil((tasks * factor) / highestFactor - roundingError);
}
