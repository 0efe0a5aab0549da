import { mean } from '../../core/statistics.ts';
import type { Workload } from '../workload.ts';

/** Mean records/s of whole hours, by the hour's number since the epoch. */
export type HourlyLoad = ReadonlyMap<number, number>;

const hourSeconds = 3600;
const dayHours = 24;
/** As far back as AWS looks, and as much as it must have. */
const mostDays = 14;
const leastHours = 24;
/** As often as an hour is looked at. */
const samplesPerHour = 12;

export const hourOf = (atSeconds: number): number => Math.floor(atSeconds / hourSeconds);

/**
 * The hours before a workload's beginning, at most 14 days of them: what CloudWatch remembers of a service that runs for
 * some time. A workload that begins with its trace has none.
 */
export function hoursBefore({ fromSeconds, zeroSeconds, ratePerSecond }: Workload): HourlyLoad {
  const last = hourOf(fromSeconds);
  const first = Math.max(Math.ceil(zeroSeconds / hourSeconds), last - mostDays * dayHours);
  const load = new Map<number, number>();
  for (let hour = first; hour < last; hour++) {
    let sum = 0;
    for (let sample = 0; sample < samplesPerHour; sample++) {
      sum += ratePerSecond(hourSeconds * (hour + (sample + 0.5) / samplesPerHour));
    }
    load.set(hour, sum / samplesPerHour);
  }
  return load;
}

/**
 * What an hour will bring: the mean of the same hour yesterday and a week ago, of what is known; unknown with less than
 * 24 hours of history. E.g. 100 records/s yesterday and 400 a week ago: 250. Without the week: 100.
 */
export function forecastHour(history: HourlyLoad, hour: number): number | undefined {
  if (history.size < leastHours) return undefined;
  return mean([1, 7].flatMap((days) => history.get(hour - days * dayHours) ?? []));
}
