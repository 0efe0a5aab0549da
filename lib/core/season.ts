import type { Point } from '../contract/measurement.ts';
import type { Cycle, LearnedModel, Season, Shape } from './learned-model.ts';
import { median } from './statistics.ts';

/**
 * Season: how a load moves through the day, or the week, as ratios to its own mean. It is scaled by the present level:
 * loads drift from week to week, their shape hardly does. A seasonal naive forecast, made robust by medians.
 */

const daySeconds = 86_400;
const cycleSeconds: Record<Cycle, number> = { day: daySeconds, week: 7 * daySeconds };
/** Quarters of an hour of the day, half hours of the week: fine enough for a rush hour, and under 2 KB in the table. */
export const slotsOf: Record<Cycle, number> = { day: 96, week: 336 };

/** A cycle of which less than this share of the slots is known is left out. */
const leastKnownShare = 0.8;
/** Cycles agree from this correlation on, each with the more alike of its neighbours, in the median. */
const leastAgreement = 0.5;
/** No slot counts as emptier than this share of the mean: what is measured in it is not blown up beyond reason. */
const leastRatio = 0.02;

/**
 * The shape of a history with points `periodSeconds` apart; `undefined` unless two cycles or more are known and agree.
 * Each cycle is divided by its own median, so that the level may drift; each slot is then the median of its cycles, so
 * that one event moves nothing where there are three. E.g. mornings of 0.5, 0.6 and, with an outage, 5 times their
 * days' medians are 0.6.
 */
export function fitShape(history: readonly Point[], cycle: Cycle, periodSeconds: number): Shape | undefined {
  const cycles = byCycle(history, cycle, periodSeconds).flatMap((slots) => relativeTo(slots) ?? []);
  const slots = slotsOf[cycle];
  if (cycles.length < 2 || agreementOf(cycles) < leastAgreement) return undefined;
  const typical: number[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const value = median(cycles.flatMap((it) => it[slot] ?? []));
    // A slot that no cycle knows is like the one before it.
    typical.push(value ?? typical.at(-1) ?? 1);
  }
  const total = typical.reduce((sum, it) => sum + it, 0);
  return { cycle, ratios: typical.map((it) => Math.max(leastRatio, (it * slots) / total)) };
}

/** Of one cycle, the mean of each slot that is known. */
type Slots = readonly (number | undefined)[];

function byCycle(history: readonly Point[], cycle: Cycle, periodSeconds: number): Slots[] {
  const slots = slotsOf[cycle];
  const sums = new Map<number, { readonly sum: Float64Array; readonly count: Uint16Array }>();
  for (const { atSeconds, value } of history) {
    const position = (atSeconds - periodSeconds / 2) / cycleSeconds[cycle];
    const number = Math.floor(position);
    let own = sums.get(number);
    if (own === undefined) {
      own = { sum: new Float64Array(slots), count: new Uint16Array(slots) };
      sums.set(number, own);
    }
    const slot = Math.floor((position - number) * slots);
    own.sum[slot] = (own.sum[slot] ?? 0) + value;
    own.count[slot] = (own.count[slot] ?? 0) + 1;
  }
  const inOrder = [...sums].sort(([a], [b]) => a - b);
  return inOrder.map(([, { sum, count }]) =>
    Array.from(count, (points, slot) => (points > 0 ? (sum[slot] ?? 0) / points : undefined)),
  );
}

/** A cycle as multiples of its median; `undefined` where too little of it is known, or nothing came. */
function relativeTo(slots: Slots): [Slots] | undefined {
  const known = slots.filter((it) => it !== undefined);
  const level = median(known) ?? 0;
  if (known.length < leastKnownShare * slots.length || level <= 0) return undefined;
  return [slots.map((it) => it && it / level)];
}

/** Of its neighbours, for an event spoils the cycle that it is in, and not the ones beside it. */
function agreementOf(cycles: readonly Slots[]): number {
  const withNext = cycles.slice(1).map((it, index) => correlation(cycles[index] ?? [], it));
  return median(cycles.map((_, index) => Math.max(withNext[index - 1] ?? -1, withNext[index] ?? -1))) ?? 0;
}

/** Pearson's r over the slots that both know; 0 where one does not move. E.g. of 1, 2, 3 and 10, 20, 30: 1. */
export function correlation(a: Slots, b: Slots): number {
  let [count, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0];
  for (let slot = 0; slot < a.length; slot++) {
    const [x, y] = [a[slot], b[slot]];
    if (x === undefined || y === undefined) continue;
    count++;
    sumA += x;
    sumB += y;
    sumAA += x * x;
    sumBB += y * y;
    sumAB += x * y;
  }
  const varied = (count * sumAA - sumA ** 2) * (count * sumBB - sumB ** 2);
  return varied > 0 ? (count * sumAB - sumA * sumB) / Math.sqrt(varied) : 0;
}

/**
 * The ratio at a moment, linear between the middles of two slots. E.g. at noon exactly, between a quarter of an hour of
 * 1.2 and one of 1.4: 1.3.
 */
export function ratioAt({ cycle, ratios }: Shape, atSeconds: number): number {
  const slots = ratios.length;
  const position = (atSeconds / cycleSeconds[cycle]) * slots - 0.5;
  const before = Math.floor(position);
  const low = ratios[modulo(before, slots)] ?? 1;
  const high = ratios[modulo(before + 1, slots)] ?? low;
  return low + (high - low) * (position - before);
}

const modulo = (value: number, by: number) => ((value % by) + by) % by;

/** Points of agents come each ten seconds; their period is short beside a slot, and this does for them, too. */
const minuteSeconds = 60;

/**
 * λ̂ = Σλ ÷ Σr · r(t): the load of the last `levelSeconds`, freed of its season, and given that of the moment t. Sums
 * rather than a mean of quotients: a count's noise is least against the whole.
 * E.g. 100 and 120 records/s in slots of ratios 0.5 and 0.6 are a level of 200; where the ratio is 0.8, 160. `undefined`
 * without a point that is as new.
 */
export function seasonalExpectation(
  shape: Shape,
  levelSeconds: number,
  arrivals: readonly Point[],
  atSeconds: number,
  periodSeconds: number = minuteSeconds,
): number | undefined {
  const newest = arrivals.at(-1);
  if (newest === undefined || atSeconds - newest.atSeconds > staleSeconds) return undefined;
  let [load, ratios] = [0, 0];
  for (let index = arrivals.length - 1; index >= 0; index--) {
    const point = arrivals[index];
    if (point === undefined || point.atSeconds <= newest.atSeconds - levelSeconds) break;
    load += point.value;
    ratios += ratioAt(shape, point.atSeconds - periodSeconds / 2);
  }
  return (load / ratios) * ratioAt(shape, atSeconds);
}

/** A forecast over more than this was not what the backtest has measured. */
const staleSeconds = 1800;

export type SeasonalForecast = { readonly expectedPerSecond: number; readonly boundPerSecond: number };

/**
 * λ̂ at a moment of the next minutes, and its upper bound. E.g. 160 records/s expected in an hour of the day whose bound
 * lies at 1.25 times that: 200. `undefined` when the season has nothing to say.
 */
export function seasonalForecast(
  season: Season,
  recentArrivals: readonly Point[],
  atSeconds: number,
): SeasonalForecast | undefined {
  const expected = seasonalExpectation(season, season.levelSeconds, recentArrivals, atSeconds);
  if (expected === undefined) return undefined;
  const ratio = season.boundRatios[hourOf(atSeconds)] ?? 1;
  return { expectedPerSecond: expected, boundPerSecond: expected * ratio };
}

/** Hour of the day in UTC, 0 to 23. */
export const hourOf = (atSeconds: number): number => Math.floor(modulo(atSeconds, daySeconds) / 3600);

/** What the season, where one was learned, says of a moment. It may raise a count; it never alone justifies fewer tasks. */
export function seasonalLoad(
  model: LearnedModel | undefined,
  recentArrivals: readonly Point[],
  atSeconds: number,
): SeasonalForecast | undefined {
  return model?.season && seasonalForecast(model.season, recentArrivals, atSeconds);
}
