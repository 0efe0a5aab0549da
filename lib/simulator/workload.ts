import { randomNormal } from 'd3-random';
import { InputError } from '../contract/weir-error.ts';
import { clamp, quantile } from '../core/statistics.ts';
import { createRandom } from './random.ts';
import { zeroSeconds } from './time.ts';
import type { Trace, TraceSlice } from './trace.ts';

/** A load over simulated time. */
export type Workload = {
  readonly name: string;
  /** Epoch seconds, whole minutes, as are the other moments. */
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  /** Midnight of day zero, which days are counted from. */
  readonly zeroSeconds: number;
  /** Expected records/s at a moment. */
  ratePerSecond(atSeconds: number): number;
};

const minuteSeconds = 60;
const hourSeconds = 3600;
const daySeconds = 86_400;

/**
 * Plays a part of a trace, linear between bins, scaled so that the 99.9th percentile of its bins is `peakPerSecond`.
 * It begins at a whole minute: what is published then describes whole minutes. @throws InputError when there is nothing
 * to scale.
 */
export function traceWorkload(slice: TraceSlice, peakPerSecond: number): Workload {
  const { trace, fromSeconds, forSeconds } = slice;
  const untilSeconds = fromSeconds + forSeconds;
  const rates = trace.rates.filter((_, index) => {
    const at = trace.timesSeconds[index] ?? 0;
    return at >= fromSeconds && at < untilSeconds;
  });
  const peak = quantile(rates.length > 0 ? rates : [rateIn(trace, fromSeconds)], 0.999) ?? 0;
  if (peak <= 0) {
    throw new InputError(
      `${trace.fileName} has no load in the part asked for; expected a part with a peak above 0`,
    );
  }
  const scale = peakPerSecond / peak;
  const beginSeconds = zeroSeconds + Math.floor(fromSeconds / minuteSeconds) * minuteSeconds;
  const shiftSeconds = beginSeconds - fromSeconds;
  return {
    name: trace.fileName,
    fromSeconds: beginSeconds,
    untilSeconds: beginSeconds + Math.max(1, Math.floor(forSeconds / minuteSeconds)) * minuteSeconds,
    zeroSeconds,
    ratePerSecond: (atSeconds) => scale * rateIn(trace, atSeconds - shiftSeconds),
  };
}

/** The rate at a moment of a trace, linear between the beginnings of two bins; the last bin's holds to its end. */
function rateIn({ timesSeconds, rates }: Trace, atSeconds: number): number {
  let [low, high] = [0, timesSeconds.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((timesSeconds[middle] ?? 0) <= atSeconds) low = middle;
    else high = middle - 1;
  }
  const rate = rates[low] ?? 0;
  const [at, next] = [timesSeconds[low] ?? 0, timesSeconds[low + 1]];
  return next === undefined ? rate : interpolate(atSeconds, at, rate, next, rates[low + 1] ?? rate);
}

/** The value at `x` on the line from (x0, y0) to (x1, y1), and at its ends beyond them. */
function interpolate(x: number, x0: number, y0: number, x1: number, y1: number): number {
  return y0 + (y1 - y0) * clamp((x - x0) / (x1 - x0), 0, 1);
}

/** Shares of the peak. */
const night = 0.1;
const day = 0.3;
const noise = 0.03;

/**
 * A day: quiet in the night, three times that in the day, a little noise, and in the early afternoon a flash crowd that
 * within three minutes brings several times the load, stays for half an hour, and goes slowly.
 */
export function dayWorkload(peakPerSecond: number, seed: number): Workload {
  const random = createRandom(seed, 'day');
  const crowdSeconds = Math.round(13 * 60 + random() * 180) * minuteSeconds;
  const noiseAt = smoothNoise(random, daySeconds);
  const shareAt = (daytime: number): number => {
    const season =
      night + (day - night) * 0.5 * (1 - Math.cos((2 * Math.PI * (daytime - 3 * hourSeconds)) / daySeconds));
    return season + (1 - season) * crowd(daytime - crowdSeconds);
  };
  return {
    name: 'a seeded day',
    fromSeconds: zeroSeconds,
    untilSeconds: zeroSeconds + daySeconds,
    zeroSeconds,
    ratePerSecond: (atSeconds) => {
      const daytime = atSeconds - zeroSeconds;
      return peakPerSecond * shareAt(daytime) * noiseAt(daytime);
    },
  };
}

/** How much of the flash crowd is there, 0 to 1, so many seconds after it began. */
function crowd(afterSeconds: number): number {
  const [risen, leaving, decay] = [3, 33, 20].map((minutes) => minutes * minuteSeconds) as [
    number,
    number,
    number,
  ];
  if (afterSeconds < leaving) return interpolate(afterSeconds, 0, 0, risen, 1);
  return Math.exp(-(afterSeconds - leaving) / decay);
}

/** A calm hour at a tenth of the peak, tenfold within 30 s, forty minutes of that, and back for the time that is left. */
export function burstWorkload(peakPerSecond: number, seed: number): Workload {
  const random = createRandom(seed, 'burst');
  const lengthSeconds = 3 * hourSeconds;
  // Where in its minute the burst begins decides how soon a minute's mean shows it.
  const burstSeconds = hourSeconds + Math.floor(random() * minuteSeconds);
  const backSeconds = burstSeconds + 40 * minuteSeconds;
  const noiseAt = smoothNoise(random, lengthSeconds);
  const calm = 0.1;
  return {
    name: 'a tenfold burst',
    fromSeconds: zeroSeconds,
    untilSeconds: zeroSeconds + lengthSeconds,
    zeroSeconds,
    ratePerSecond: (atSeconds) => {
      const elapsed = atSeconds - zeroSeconds;
      const share =
        elapsed < backSeconds
          ? interpolate(elapsed, burstSeconds, calm, burstSeconds + 30, 1)
          : interpolate(elapsed, backSeconds, 1, backSeconds + 30, calm);
      return peakPerSecond * share * noiseAt(elapsed);
    },
  };
}

/** Factors around 1 that wander from minute to minute: each minute's deviation keeps nine tenths of the last one's. */
function smoothNoise(random: () => number, lengthSeconds: number): (elapsedSeconds: number) => number {
  const kept = 0.9;
  const normal = randomNormal.source(random)(0, noise * Math.sqrt(1 - kept ** 2));
  const deviations = [0];
  while (deviations.length * minuteSeconds <= lengthSeconds + minuteSeconds) {
    deviations.push(kept * (deviations.at(-1) ?? 0) + normal());
  }
  return (elapsedSeconds) => {
    const minute = Math.floor(elapsedSeconds / minuteSeconds);
    const [before, after] = [deviations[minute] ?? 0, deviations[minute + 1] ?? 0];
    return Math.max(0, 1 + interpolate(elapsedSeconds / minuteSeconds, minute, before, minute + 1, after));
  };
}
