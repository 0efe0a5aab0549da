import type { Point } from '../../../lib/contract/measurement.ts';
import { historyDays } from '../../../lib/control/learn.ts';
import { type Backtest, backtest, historyPeriodSeconds, type Trial } from '../../../lib/core/backtest.ts';
import { mean, median } from '../../../lib/core/statistics.ts';
import type { Trace } from '../../../lib/simulator/trace.ts';
import { historyOf, isCoarse } from './history.ts';

const dayPoints = 86_400 / historyPeriodSeconds;
/** A history as long as learn reads ends so many days after the last one did. */
const strideDays = 7;

export const head = [
  'trace',
  'ahead',
  'histories',
  'short loss',
  'covers',
  'flat loss',
  'season loss',
  'covers',
  'season',
  'passes',
];

/** A row for each horizon. Losses are shares of the mean load, medians over the histories; coverage likewise. */
export function rowsOf(trace: Trace, horizonsSeconds: readonly number[]): string[][] {
  const history = historyOf(trace);
  const windows = windowsOf(history);
  const name = `${trace.fileName.replace('.csv', '')}${isCoarse(trace.timesSeconds) ? ' (lines)' : ''}`;
  return horizonsSeconds.map((horizonSeconds) => {
    const tests = windows.map((window) => ({
      level: mean(window.map((it) => it.value)) ?? 0,
      result: backtest(window, horizonSeconds),
    }));
    const share = (pick: (result: Backtest) => Trial | undefined) =>
      median(
        tests.flatMap(({ level, result }) => {
          const trial = pick(result);
          return trial === undefined ? [] : trial.loss / level;
        }),
      );
    const covers = (pick: (result: Backtest) => Trial | undefined) =>
      median(tests.flatMap(({ result }) => pick(result)?.coverage ?? []));
    const seen = new Set(tests.flatMap(({ result }) => result.best?.name ?? []));
    return [
      name,
      `${horizonSeconds} s`,
      String(tests.length),
      percent(share(shortOf)),
      percent(covers(shortOf)),
      percent(share(flattest)),
      percent(share((it) => it.best)),
      percent(covers((it) => it.best)),
      seen.size === 0 ? 'none' : seen.size === 1 ? [...seen].join() : 'several',
      String(tests.filter(({ result }) => result.season !== undefined).length),
    ];
  });
}

const shortOf = ({ others }: Backtest): Trial | undefined => others[0];
const flattest = ({ others }: Backtest): Trial | undefined =>
  others.slice(1).toSorted((a, b) => a.loss - b.loss)[0];

const percent = (value: number | undefined) => (value === undefined ? '–' : `${(100 * value).toFixed(2)} %`);

/** All of a history that is shorter than what learn reads; of a longer one, parts as long as that, a week apart. */
function windowsOf(history: readonly Point[]): (readonly Point[])[] {
  const length = historyDays * dayPoints;
  if (history.length <= length) return [history];
  const windows: (readonly Point[])[] = [];
  for (let end = history.length; end >= length; end -= strideDays * dayPoints) {
    windows.push(history.slice(end - length, end));
  }
  return windows;
}
