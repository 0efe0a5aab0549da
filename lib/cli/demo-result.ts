import type { DetailType } from '../contract/events.ts';
import type { Score } from '../simulator/score.ts';
import type { DemoRun } from './demo-run.ts';
import { formatTable, rounded } from './figures.ts';

type Figures = Pick<
  Score,
  | 'scaleOuts'
  | 'scaleIns'
  | 'lateRecordsShare'
  | 'violationMinutesShare'
  | 'worstLagSeconds'
  | 'taskHours'
  | 'fluidTaskHours'
  | 'costRatio'
>;

/** What `weir demo --headless --json` prints. */
export type DemoResult = Figures & {
  /** Evaluations: those that ended in a change or advice, and those that ended in a hold. */
  readonly ticks: number;
  readonly decisions: number;
  readonly holds: number;
  /** By detail-type, as a subscriber of the bus received them. */
  readonly events: Readonly<Partial<Record<DetailType, number>>>;
  /** The same figures for each rival, on the same arrivals. */
  readonly rivals: Readonly<Record<string, Figures>>;
};

export function demoResult(run: DemoRun, events: DemoResult['events']): DemoResult {
  const [weir, ...rivals] = run.contenders;
  const { ticks, holds } = { ticks: 0, holds: 0, ...run.telemetry()?.counts };
  return {
    ticks,
    decisions: ticks - holds,
    holds,
    ...figuresOf(weir.world.score()),
    events,
    rivals: Object.fromEntries(rivals.map(({ scaler, world }) => [scaler.name, figuresOf(world.score())])),
  };
}

function figuresOf(score: Score): Figures {
  return {
    scaleOuts: score.scaleOuts,
    scaleIns: score.scaleIns,
    lateRecordsShare: rounded(score.lateRecordsShare),
    violationMinutesShare: rounded(score.violationMinutesShare),
    worstLagSeconds: rounded(score.worstLagSeconds),
    taskHours: rounded(score.taskHours),
    fluidTaskHours: rounded(score.fluidTaskHours),
    costRatio: rounded(score.costRatio),
  };
}

const columns: readonly (readonly [title: string, cell: (it: Figures) => string])[] = [
  ['late records', (it) => `${(100 * it.lateRecordsShare).toFixed(2)} %`],
  ['in violation', (it) => `${(100 * it.violationMinutesShare).toFixed(2)} %`],
  ['worst lag', (it) => `${it.worstLagSeconds.toFixed(0)} s`],
  ['task-hours', (it) => it.taskHours.toFixed(1)],
  ['cost ratio', (it) => it.costRatio.toFixed(2)],
  ['out', (it) => String(it.scaleOuts)],
  ['in', (it) => String(it.scaleIns)],
];

/** The same for people: a table, then what Weir told. */
export function formatResult(result: DemoResult): string {
  const rows = Object.entries({ weir: result, ...result.rivals });
  const lines = formatTable([
    ['', ...columns.map(([title]) => title)],
    ...rows.map(([name, figures]) => [name, ...columns.map(([, cell]) => cell(figures))]),
  ]);
  const events = Object.entries(result.events).map(([detailType, count]) => `${detailType} ${count}`);
  return [
    ...lines,
    '',
    `${result.ticks} ticks: ${result.decisions} decisions, ${result.holds} holds`,
    `Events: ${events.join(', ')}`,
    '',
  ].join('\n');
}
