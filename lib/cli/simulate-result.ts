import { basename } from 'node:path';
import type { Score } from '../simulator/score.ts';
import type { Contender } from '../simulator/simulate.ts';
import { formatTable, rounded } from './figures.ts';
import type { SimulateOptions } from './simulate-options.ts';

/** In the order in which they are told. */
const figures = [
  'lateRecordsShare',
  'violationMinutesShare',
  'p99LagSeconds',
  'worstLagSeconds',
  'taskHours',
  'fluidTaskHours',
  'costRatio',
  'scaleOuts',
  'scaleIns',
  'changesPerHour',
  'thetaU',
  'thetaO',
  'tauU',
  'tauO',
] as const satisfies readonly (keyof Score)[];

/** What `weir simulate --json` prints of each scaler. */
export type SimulateResult = {
  readonly scaler: string;
  readonly scenario: string;
  /** The name of the file. */
  readonly trace: string;
} & Readonly<Record<(typeof figures)[number], number>>;

export function simulateResults(
  { scaler, scenario, trace }: Pick<SimulateOptions, 'scaler' | 'scenario' | 'trace'>,
  contenders: readonly Contender[],
): readonly SimulateResult[] {
  return contenders.map(({ world }, index) => {
    const score = world.score();
    const told = Object.fromEntries(figures.map((name) => [name, rounded(score[name])]));
    return {
      scaler: scaler[index] ?? '',
      scenario,
      trace: basename(trace),
      ...(told as Record<(typeof figures)[number], number>),
    };
  });
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

const columns: readonly (readonly [title: string, cell: (it: SimulateResult) => string])[] = [
  ['late records', (it) => percent(it.lateRecordsShare)],
  ['in violation', (it) => percent(it.violationMinutesShare)],
  ['p99 lag', (it) => `${it.p99LagSeconds.toFixed(0)} s`],
  ['worst lag', (it) => `${it.worstLagSeconds.toFixed(0)} s`],
  ['task-hours', (it) => it.taskHours.toFixed(1)],
  ['cost ratio', (it) => it.costRatio.toFixed(2)],
  ['out', (it) => String(it.scaleOuts)],
  ['in', (it) => String(it.scaleIns)],
  ['per hour', (it) => it.changesPerHour.toFixed(1)],
  ['θU', (it) => it.thetaU.toFixed(1)],
  ['θO', (it) => it.thetaO.toFixed(1)],
  ['τU', (it) => it.tauU.toFixed(1)],
  ['τO', (it) => it.tauO.toFixed(1)],
];

/** The same for people. */
export function formatResults(results: readonly SimulateResult[]): string {
  const lines = formatTable([
    ['', ...columns.map(([title]) => title)],
    ...results.map((result) => [result.scaler, ...columns.map(([, cell]) => cell(result))]),
  ]);
  return [...lines, ''].join('\n');
}
