import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import type { SimulatedWorld } from '../world.ts';
import { forecastHour, type HourlyLoad, hourOf } from './hourly-load.ts';
import { readArrivals } from './signals.ts';
import { createTargetTracking } from './target-tracking.ts';
import { cpu20sPolicy } from './target-tracking-cpu-20s.ts';

/** The forecast is made anew so often, with what is known by then. */
const refreshHours = 6;
/** SchedulingBufferTime: so much before its hour a forecast counts. */
const bufferSeconds = 300;
/** Of its rate, what a task is to do in the hour's mean. */
const utilization = 0.85;

/**
 * Application Auto Scaling's predictive scaling for ECS, ForecastAndScale, together with target tracking on the 20 s
 * metric of the CPU: for each hour a count that its forecast mean asks for, five minutes ahead; target tracking may go
 * above it, and alone takes tasks away. It needs 24 hours of history, which a workload that begins with its trace has
 * not.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/aas-predictive-scaling-how-it-works.html
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredictiveScalingPolicyConfiguration.html
 *
 * Assumed: the load metric is what arrives. How AWS forecasts is not told: here it is the mean of the same hour
 * yesterday and a week ago (hourly-load.ts). Tried: means of 3 and of 14 days, with that of the week; utilizations of 70 %
 * to 100 %. A day with a flash crowd in it stays in a longer mean, and costs up to a half more.
 */
export function createPredictive(scenario: Scenario, history: HourlyLoad): Scaler {
  const load = new Map(history);
  const collect = createCollector(load);
  const target = utilization * scenario.taskRatePerSecond;
  let forecast: Forecast | undefined;

  const leastTasks = (nowSeconds: number): number => {
    const hour = hourOf(nowSeconds);
    if (forecast === undefined || hour - forecast.madeInHour >= refreshHours) {
      forecast = forecastFrom(load, hour);
    }
    const { rates } = forecast;
    const hours = [hour, hourOf(nowSeconds + bufferSeconds)];
    return Math.max(...hours.map((it) => Math.ceil((rates.get(it) ?? 0) / target)));
  };
  const tracking = createTargetTracking({ ...cpu20sPolicy(scenario), name: 'predictive', leastTasks });

  return {
    name: tracking.name,
    step: async (world) => {
      await collect(world);
      await tracking.step(world);
    },
  };
}

type Forecast = { readonly madeInHour: number; readonly rates: HourlyLoad };

/** The hours until the next one is made, and the one after them. AWS's goes on to 48. */
function forecastFrom(load: HourlyLoad, nowHour: number): Forecast {
  const rates = new Map<number, number>();
  for (let hour = nowHour; hour <= nowHour + refreshHours; hour++) {
    const rate = forecastHour(load, hour);
    if (rate !== undefined) rates.set(hour, rate);
  }
  return { madeInHour: nowHour, rates };
}

/** Adds each hour to the load when all of it that CloudWatch shows is there. */
function createCollector(load: Map<number, number>): (world: SimulatedWorld) => Promise<void> {
  let sum = 0;
  let count = 0;
  let seenSeconds = Number.NEGATIVE_INFINITY;
  return async (world) => {
    if (world.clock.nowSeconds() % 60 !== 0) return;
    for (const { atSeconds, value } of await readArrivals(world)) {
      if (atSeconds <= seenSeconds) continue;
      const before = hourOf(seenSeconds - 1);
      if (hourOf(atSeconds - 1) !== before && count > 0) {
        load.set(before, sum / count);
        [sum, count] = [0, 0];
      }
      sum += value;
      count++;
      seenSeconds = atSeconds;
    }
  };
}
