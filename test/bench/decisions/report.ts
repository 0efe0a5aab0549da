import { table } from '../../support/markdown.ts';
import type { Case } from './cases.ts';
import { isFeasible } from './cases.ts';
import { type Half, splitTraces } from './split.ts';
import type { Row } from './summary.ts';
import { isMet, prices, type Target, targets } from './targets.ts';

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

const formats: Readonly<Record<Target['unit'], (value: number) => string>> = {
  percent,
  points: (value) => (100 * value).toFixed(2),
  ratio: (value) => `${value.toFixed(2)} ×`,
  cases: (value) => String(value),
  'per hour': (value) => value.toFixed(2),
};

const unknown = '–';
const counted = (value: number | undefined) => (value === undefined ? unknown : String(value));

export const rowHead = [
  'scaler',
  'late, median',
  'late, worst',
  'cost, median',
  'cost, worst',
  'changes/h',
  'Weir dominates',
  'dominates Weir',
] as const;

/** The lines of a scenario's table. */
export function rowCells(row: Row): string[] {
  return [
    row.scaler,
    percent(row.medianLate),
    percent(row.worstLate),
    formats.ratio(row.medianCost),
    formats.ratio(row.worstCost),
    row.medianChangesPerHour.toFixed(2),
    counted(row.dominatedByWeir),
    counted(row.dominatesWeir),
  ];
}

/** What Weir must reach, measured on the half that is reported and, beside it, on the one that was fitted on. */
export const targetHead = ['must', 'limit', 'reported half', 'fitted half', ''] as const;

export function targetCells(cases: readonly Case[]): string[][] {
  const halves = splitTraces([...new Set(cases.map(({ trace }) => trace))]);
  const on = (half: Half) => cases.filter(({ trace }) => halves.get(trace) === half);
  return targets.map((target) => {
    const format = (value: number | undefined) =>
      value === undefined ? unknown : formats[target.unit](value);
    const value = target.measure(on('reported'));
    const verdict = value === undefined ? 'not measured' : isMet(target, value) ? 'met' : '**not met**';
    const limit = `${target.atMost ? '≤' : '≥'} ${formats[target.unit](target.limit)}`;
    return [target.what, limit, format(value), format(target.measure(on('fitted'))), verdict];
  });
}

/** Which traces were fitted on, which are reported, and which test planning alone; and how much is feasible. */
export function casesText(cases: readonly Case[]): string {
  const traces = new Map(cases.map(({ trace, coarse }) => [trace, coarse]));
  const halves = splitTraces([...traces.keys()]);
  const listed = (half: Half) =>
    [...traces]
      .filter(([trace]) => halves.get(trace) === half)
      .map(([trace, coarse]) => (coarse ? `${trace}*` : trace))
      .join(', ') || 'none';
  const feasible = cases.filter((it) => isFeasible(it) === true).length;
  return [
    `Fitted on: ${listed('fitted')}. Reported: ${listed('reported')}.`,
    '* Bins of ten minutes or more: they test planning, not fast reaction.',
    `Feasible, as the clairvoyant is at most 0.1 % late: ${feasible} of ${cases.length} cases.`,
  ].join('\n');
}

export const priceText = `The total is task-hours + w · late records. w is counted in records that could be processed for it: at 10, the price \
at which an objective of 0.1 % late makes sense, what may be late weighs 1 % of the fluid limit, less than any whole task \
does. It is told for w = ${prices.map((it) => Number(it.toPrecision(2))).join(', ')}, all cases at each.`;

/** What stands between the marks of docs/benchmarks.md. */
export function renderReport(
  command: string,
  cases: readonly Case[],
  scenarios: ReadonlyMap<string, readonly Row[]>,
): string {
  const parts = [...scenarios].map(
    ([scenario, rows]) =>
      `### ${scenario}\n\n![${scenario}](benchmarks/${scenario}.svg)\n\n${table(rowHead, rows.map(rowCells))}`,
  );
  return [
    `\`${command}\``,
    casesText(cases),
    `## What Weir must reach\n\n${table(targetHead, targetCells(cases))}\n\n${priceText}`,
    '## Scenarios',
    ...parts,
  ].join('\n\n');
}
