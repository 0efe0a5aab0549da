import { clairvoyant, type Result, weirWithAgents } from './play.ts';

/** One trace in one scenario: what each scaler has made of it. */
export type Case = {
  readonly scenario: string;
  readonly trace: string;
  readonly coarse: boolean;
  readonly results: ReadonlyMap<string, Result>;
};

/** At most so many late records make a case feasible, if the clairvoyant manages it. */
const feasibleShare = 0.001;

export function casesOf(results: readonly Result[]): Case[] {
  const groups = Map.groupBy(results, ({ scenario, trace }) => `${scenario} ${trace}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { scenario, trace, coarse } = first;
    return [{ scenario, trace, coarse, results: new Map(group.map((it) => [it.scaler, it])) }];
  });
}

/** Unknown where the clairvoyant has not played. */
export function isFeasible({ results }: Case): boolean | undefined {
  const best = results.get(clairvoyant);
  return best && best.lateRecordsShare <= feasibleShare;
}

/** How much more a scaler was late than the clairvoyant, share of the records; below 0 where it was less. */
export function excessLateness({ results }: Case, scaler: string): number | undefined {
  const [own, best] = [results.get(scaler), results.get(clairvoyant)];
  return own && best && own.lateRecordsShare - best.lateRecordsShare;
}

type Outcome = Pick<Result, 'lateRecordsShare' | 'taskHours'>;

/** No more late, no more task-hours, and less of one of them. */
export function dominates(one: Outcome, other: Outcome): boolean {
  const late = one.lateRecordsShare - other.lateRecordsShare;
  const hours = one.taskHours - other.taskHours;
  return late <= 0 && hours <= 0 && (late < 0 || hours < 0);
}

/**
 * What a run comes to when a late record costs as much as processing so many: task-hours + w · late records, both in
 * task-hours.
 * E.g. 110 task-hours, where all records take 100, and 1 % of them late at 10 each: 110 + 10 · 0.01 · 100 = 120.
 */
export function weightedTotal(
  { taskHours, fluidTaskHours, lateRecordsShare }: Outcome & Pick<Result, 'fluidTaskHours'>,
  price: number,
): number {
  return taskHours + price * lateRecordsShare * fluidTaskHours;
}

/** What somebody could deploy beside Weir. */
export function rivalsIn({ results }: Case): readonly Result[] {
  const others = new Set(['weir', weirWithAgents, clairvoyant]);
  return [...results.values()].filter(({ scaler }) => !others.has(scaler));
}
