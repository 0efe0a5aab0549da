import type { Point } from '../contract/measurement.ts';
import { hourOf } from './season.ts';

/** A rise may lie across bins: within so many it is seen whole. */
const withinBins = 3;
/** A load of which less is known has not shown what it can do. */
const leastDays = 3;
const daySeconds = 86_400;
const hours = 24;

/**
 * By how much the load has risen at most within three bins (a quarter of an hour of five-minute ones), by the hour of the
 * day in UTC in which that began; the hours beside it count too, for no day is as punctual as another. `undefined` where
 * the history, oldest first, is too short to say.
 * E.g. 100, 120, 180, 240, 200 records/s from 12:30 on, and nothing like it on other days: 140 at 11, 12 and 13.
 */
export function worstRises(history: readonly Point[], binSeconds: number): readonly number[] | undefined {
  const [first, last] = [history[0], history.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  if (last.atSeconds - first.atSeconds < leastDays * daySeconds) return undefined;
  const byHour = new Array<number>(hours).fill(0);
  for (const [index, from] of history.entries()) {
    const hour = hourOf(from.atSeconds - binSeconds);
    for (let ahead = 1; ahead <= withinBins; ahead++) {
      const to = history[index + ahead];
      if (to === undefined || to.atSeconds - from.atSeconds > withinBins * binSeconds) break;
      byHour[hour] = Math.max(byHour[hour] ?? 0, to.value - from.value);
    }
  }
  return byHour.map((_, hour) =>
    Math.max(...[hour - 1, hour, hour + 1].map((it) => byHour[(it + hours) % hours] ?? 0)),
  );
}

/** The worst rise of the hour. */
export function worstRiseAt(rises: readonly number[], atSeconds: number): number | undefined {
  return rises[hourOf(atSeconds)];
}
