import type { Contention } from './effective-tasks.ts';
import type { RateByTasks } from './loop-state.ts';

/** So many counts, over such a span, for so many minutes, show how a task's rate goes with the count. */
const leastCounts = 3;
const leastSpan = 2;
const leastMinutes = 15;
/** Fewer at a count may be one that was not what it seemed. */
const leastMinutesEach = 3;
/** What makes less than this at the largest count is noise. */
const leastFactor = 1.2;
/** Beyond this share of the counts that were seen no peak is believed. */
const seenSpan = 1.5;
const keptCounts = 24;
/** Later minutes go on counting for so much. */
const longestMemory = 20;

/** What was seen of a count, with one minute more of it. Bounded: the count that was seen least goes first. */
export function withRate(
  known: readonly RateByTasks[],
  tasks: number,
  perTaskPerSecond: number,
): readonly RateByTasks[] {
  const before = known.find((it) => it.tasks === tasks);
  const minutes = Math.min(longestMemory, (before?.minutes ?? 0) + 1);
  const mean = before?.perTaskPerSecond ?? perTaskPerSecond;
  const next = {
    tasks,
    perTaskPerSecond: Number((mean + (perTaskPerSecond - mean) / minutes).toPrecision(4)),
    minutes,
  };
  const others = known.filter((it) => it.tasks !== tasks);
  if (others.length < keptCounts) return [...others, next];
  const least = others.reduce((a, b) => (b.minutes < a.minutes ? b : a));
  return [...others.filter((it) => it !== least), next];
}

/**
 * σ and κ of 1/r(n) = (1/μ)·(1 + σ(n−1) + κ·n(n−1)), with r(n) a task's rate among n, by least squares over the counts
 * that were seen, each as heavy as its minutes. Gunther, "Guerrilla Capacity Planning", 2007. A κ that would put the
 * peak far beyond every count that was seen is left out; `undefined` where nothing shows.
 * E.g. tasks that do 500, 455 and 357 records/s each where 1, 6 and 21 run: σ = 0.02, κ = 0.
 */
export function fitContention(seen: readonly RateByTasks[]): Contention | undefined {
  const rates = seen.filter(
    (it) => it.tasks > 0 && it.perTaskPerSecond > 0 && it.minutes >= leastMinutesEach,
  );
  const counts = rates.map((it) => it.tasks);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const minutes = rates.reduce((sum, it) => sum + it.minutes, 0);
  if (rates.length < leastCounts || most < leastSpan * fewest || minutes < leastMinutes) return undefined;
  const fitted = leastSquares(rates, true);
  const peak = fitted && fitted.kappa > 0 ? Math.sqrt(Math.max(0, 1 - fitted.sigma) / fitted.kappa) : 0;
  const whole = fitted !== undefined && fitted.sigma >= 0 && fitted.kappa > 0 && peak <= seenSpan * most;
  const chosen = whole ? fitted : leastSquares(rates, false);
  if (chosen === undefined || chosen.sigma < 0) return undefined;
  const factor = 1 + chosen.sigma * (most - 1) + chosen.kappa * most * (most - 1);
  return factor < leastFactor ? undefined : chosen;
}

/** Weighted least squares of 1/r on 1, n−1 and, where asked for, n(n−1); by the normal equations. */
function leastSquares(rates: readonly RateByTasks[], withKappa: boolean): Contention | undefined {
  const columns = (tasks: number) => (withKappa ? [1, tasks - 1, tasks * (tasks - 1)] : [1, tasks - 1]);
  const size = withKappa ? 3 : 2;
  const matrix = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
  for (const { tasks, perTaskPerSecond, minutes } of rates) {
    const x = columns(tasks);
    // An error of a tenth counts alike at each count.
    const weight = minutes * perTaskPerSecond ** 2;
    for (const [i, row] of matrix.entries()) {
      for (let j = 0; j < size; j++) row[j] = (row[j] ?? 0) + weight * (x[i] ?? 0) * (x[j] ?? 0);
      row[size] = (row[size] ?? 0) + (weight * (x[i] ?? 0)) / perTaskPerSecond;
    }
  }
  const [constant, sigma, kappa = 0] = solve(matrix) ?? [];
  if (constant === undefined || sigma === undefined || constant <= 0) return undefined;
  return { sigma: sigma / constant, kappa: kappa / constant };
}

/** Gauss's elimination, each column divided by its largest pivot; `undefined` where the counts do not determine it. */
function solve(matrix: number[][]): number[] | undefined {
  const size = matrix.length;
  for (let column = 0; column < size; column++) {
    const rows = matrix.slice(column);
    const pivot = rows.reduce((a, b) => (Math.abs(b[column] ?? 0) > Math.abs(a[column] ?? 0) ? b : a));
    const scale = pivot[column] ?? 0;
    if (Math.abs(scale) < 1e-12) return undefined;
    matrix[matrix.indexOf(pivot)] = matrix[column] ?? [];
    matrix[column] = pivot.map((it) => it / scale);
    for (const [index, row] of matrix.entries()) {
      if (index === column) continue;
      const factor = row[column] ?? 0;
      matrix[index] = row.map((it, j) => it - factor * (matrix[column]?.[j] ?? 0));
    }
  }
  return matrix.map((row) => row[size] ?? 0);
}
