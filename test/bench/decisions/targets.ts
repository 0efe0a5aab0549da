import { maximum, quantile } from '../../../lib/core/statistics.ts';
import { type Case, dominates, excessLateness, isFeasible, rivalsIn, weightedTotal } from './cases.ts';
import { type Result, weirWithAgents } from './play.ts';

/** One thing that Weir must reach, and what it comes to in some cases; unknown where none of them tells. */
export type Target = {
  readonly what: string;
  readonly limit: number;
  readonly atMost: boolean;
  readonly unit: 'percent' | 'points' | 'ratio' | 'cases' | 'per hour';
  measure(cases: readonly Case[]): number | undefined;
};

export function isMet({ limit, atMost }: Target, value: number): boolean {
  return atMost ? value <= limit : value >= limit;
}

/**
 * The price of a late record at which an objective of 0.1 % late makes sense, in records that could be processed for it:
 * 0.1 % late then weighs as much as 1 % of what the fluid limit costs, which is less than any whole task of a service of
 * this size does, so that nobody would buy one to be less late. Around it lie two decades.
 */
export const objectivePrice = 10;
export const prices = [-1, -0.5, 0, 0.5, 1].map((decades) => objectivePrice * 10 ** decades);

const share = (values: readonly number[], holds: (value: number) => boolean) =>
  values.length === 0 ? undefined : values.filter(holds).length / values.length;

const values = (cases: readonly Case[], scaler: string, of: (result: Result) => number) =>
  cases.flatMap(({ results }) => {
    const result = results.get(scaler);
    return result === undefined ? [] : [of(result)];
  });

const late = (it: Result) => it.lateRecordsShare;
const cost = (it: Result) => it.costRatio;
const feasible = (cases: readonly Case[]) => cases.filter((it) => isFeasible(it) === true);
const excesses = (cases: readonly Case[], scaler: string) =>
  cases.flatMap((it) => excessLateness(it, scaler) ?? []);

const cloudWatchTargets: readonly Target[] = [
  {
    what: 'CloudWatch, feasible cases: late, median',
    limit: 0.001,
    atMost: true,
    unit: 'percent',
    measure: (cases) => quantile(values(feasible(cases), 'weir', late), 0.5),
  },
  {
    what: 'CloudWatch, feasible cases: share with ≤ 1 % late',
    limit: 0.9,
    atMost: false,
    unit: 'percent',
    measure: (cases) => share(values(feasible(cases), 'weir', late), (it) => it <= 0.01),
  },
  ...costTargets('CloudWatch', 'weir', { median: 1.2, p90: 1.9 }),
];

const agentTargets: readonly Target[] = [
  ...[
    [0.001, 0.85],
    [0.01, 0.95],
  ].map(
    ([allowed = 0, limit = 0]): Target => ({
      what: `Agents, feasible cases: share with ≤ ${100 * allowed} % late`,
      limit,
      atMost: false,
      unit: 'percent',
      measure: (cases) => share(values(feasible(cases), weirWithAgents, late), (it) => it <= allowed),
    }),
  ),
  ...costTargets('Agents', weirWithAgents, { median: 1.17, p90: 1.7, worst: 2.3 }),
];

/** The issue says what the median, the ninth decile and the worst may cost, each as a multiple of the fluid limit. */
function costTargets(
  name: string,
  scaler: string,
  limits: { readonly median: number; readonly p90: number; readonly worst?: number },
): Target[] {
  const quantiles = { median: 0.5, p90: 0.9, worst: 1 };
  return Object.entries(limits).map(([which, limit]) => ({
    what: `${name}, feasible cases: cost, ${which}`,
    limit,
    atMost: true,
    unit: 'ratio',
    measure: (cases) =>
      quantile(values(feasible(cases), scaler, cost), quantiles[which as keyof typeof quantiles]),
  }));
}

function comparedTargets(name: string, scaler: string): readonly Target[] {
  const limited = (cases: readonly Case[]) =>
    cases.filter(({ scenario }) => scenario === 'skewed' || scenario === 'downstream-limited');
  const points = (what: string, limit: number, measure: Target['measure']): Target => ({
    what: `${name}, ${what}: late more than the clairvoyant`,
    limit,
    atMost: true,
    unit: 'points',
    measure,
  });
  return [
    points('all cases, p90', 0.01, (cases) => quantile(excesses(cases, scaler), 0.9)),
    points('all cases, worst', 0.08, (cases) => maximum(excesses(cases, scaler))),
    points('skewed and downstream-limited, worst', 0.01, (cases) =>
      maximum(excesses(limited(cases), scaler)),
    ),
    {
      what: `${name}, skewed and downstream-limited: cost, worst`,
      limit: 1.35,
      atMost: true,
      unit: 'ratio',
      measure: (cases) => maximum(values(limited(cases), scaler, cost)),
    },
    {
      what: `${name}, skewed and downstream-limited: limits named within a quarter of an hour`,
      limit: 1,
      atMost: false,
      unit: 'percent',
      measure: (cases) => namedShare(limited(cases), scaler),
    },
    {
      what: `${name}: dominated by a deployable rival`,
      limit: 0,
      atMost: true,
      unit: 'cases',
      measure: (cases) => dominatedCases(cases, scaler),
    },
    {
      what: `${name}: lowest total of all that can be deployed, cases and prices`,
      limit: 0.9,
      atMost: false,
      unit: 'percent',
      measure: (cases) => lowestShare(cases, scaler, prices),
    },
    {
      what: `${name}: changes of the desired count, median`,
      limit: 4,
      atMost: true,
      unit: 'per hour',
      measure: (cases) =>
        quantile(
          values(cases, scaler, (it) => it.changesPerHour),
          0.5,
        ),
    },
  ];
}

/** Of the limits that were to be named, the share that was. */
export function namedShare(cases: readonly Case[], scaler: string): number | undefined {
  const sum = (of: (result: Result) => number | undefined) =>
    values(cases, scaler, (it) => of(it) ?? 0).reduce((total, it) => total + it, 0);
  const toName = sum((it) => it.limitsToName);
  return toName === 0 ? undefined : sum((it) => it.limitsNamed) / toName;
}

export function dominatedCases(cases: readonly Case[], scaler: string): number | undefined {
  const beside = cases.filter((it) => it.results.has(scaler) && rivalsIn(it).length > 0);
  if (beside.length === 0) return undefined;
  return beside.filter((it) => {
    const own = it.results.get(scaler);
    return own !== undefined && rivalsIn(it).some((rival) => dominates(rival, own));
  }).length;
}

/** In how many of the cases, each at each price, no rival's total is lower. */
export function lowestShare(
  cases: readonly Case[],
  scaler: string,
  atPrices: readonly number[],
): number | undefined {
  const lowest = cases.flatMap((it) => {
    const own = it.results.get(scaler);
    const rivals = rivalsIn(it);
    if (own === undefined || rivals.length === 0) return [];
    return atPrices.map((price) =>
      rivals.every((rival) => weightedTotal(own, price) <= weightedTotal(rival, price)) ? 1 : 0,
    );
  });
  return share(lowest, (it) => it === 1);
}

/** All that can be told from the scores of runs. */
export const targets: readonly Target[] = [
  ...cloudWatchTargets,
  ...agentTargets,
  ...comparedTargets('CloudWatch', 'weir'),
  ...comparedTargets('Agents', weirWithAgents),
];
