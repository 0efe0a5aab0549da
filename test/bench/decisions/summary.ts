import { maximum, median } from '../../../lib/core/statistics.ts';
import { type Case, dominates } from './cases.ts';

/** How one scaler has done in one scenario, over the traces. */
export type Row = {
  readonly scaler: string;
  readonly cases: number;
  readonly medianLate: number;
  readonly worstLate: number;
  readonly medianCost: number;
  readonly worstCost: number;
  readonly medianChangesPerHour: number;
  /** In how many cases Weir, on CloudWatch, dominates it, and is dominated by it. Unknown where Weir did not play. */
  readonly dominatedByWeir: number | undefined;
  readonly dominatesWeir: number | undefined;
};

/** A row for each scaler that has played in these cases, in the order in which they did. */
export function summarize(cases: readonly Case[]): Row[] {
  const scalers = new Set(cases.flatMap(({ results }) => [...results.keys()]));
  return [...scalers].map((scaler) => rowOf(cases, scaler));
}

function rowOf(cases: readonly Case[], scaler: string): Row {
  const pairs = cases.flatMap(({ results }) => {
    const own = results.get(scaler);
    return own === undefined ? [] : [{ own, weir: results.get('weir') }];
  });
  const runs = pairs.map(({ own }) => own);
  const late = runs.map((it) => it.lateRecordsShare);
  const cost = runs.map((it) => it.costRatio);
  const beside = scaler === 'weir' ? [] : pairs.flatMap(({ own, weir }) => (weir ? [{ own, weir }] : []));
  const counted = (count: number) => (beside.length > 0 ? count : undefined);
  return {
    scaler,
    cases: runs.length,
    medianLate: median(late) ?? 0,
    worstLate: maximum(late) ?? 0,
    medianCost: median(cost) ?? 0,
    worstCost: maximum(cost) ?? 0,
    medianChangesPerHour: median(runs.map((it) => it.changesPerHour)) ?? 0,
    dominatedByWeir: counted(beside.filter(({ own, weir }) => dominates(weir, own)).length),
    dominatesWeir: counted(beside.filter(({ own, weir }) => dominates(own, weir)).length),
  };
}
