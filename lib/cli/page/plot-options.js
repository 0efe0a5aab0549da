import uPlot from '/uplot.js';
import { clock, duration, number } from './format.js';

/**
 * How a chart looks: its size, axes, scales and lines, in the words of uPlot.
 *
 * @typedef {import('./chart-series.js').ChartPlan} ChartPlan
 * @typedef {import('./chart-series.js').SeriesPlan} SeriesPlan
 */

/** All three charts fit a window of ordinary height. */
export const chartHeight = () => Math.round(Math.min(260, Math.max(124, (innerHeight - 496) / 3)));
/** Room for the ticks of every chart, so that their time axes align. */
const axisWidth = 58;
const syncKey = 'weir';
const lagTicks = [0, 10, 30, 60, 300, 1800, 7200, 43_200, 172_800];
const timeSteps = [
  60, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
];
const countSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** @param {string} name a custom property of style.css, e.g. `--weir` */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * @param {ChartPlan} plan
 * @param {boolean} days
 * @param {(plot: uPlot) => void} drawMarks
 * @returns {uPlot.Options}
 */
export function plotOptions(plan, days, drawMarks) {
  const axis = {
    font: '12px system-ui, sans-serif',
    stroke: () => color('--muted'),
    grid: { stroke: () => color('--grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: 600,
    height: chartHeight(),
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      sync: { key: syncKey, setSeries: false, scales: ['x', null] },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: false, auto: false, range: (_plot, min, max) => [min, max] },
      y: yScale(plan.scale),
    },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 6,
        incrs: timeSteps,
        space: days ? 110 : 60,
        values: (_plot, ticks) => ticks.map((at) => clock(at, { days })),
      },
      { ...axis, size: axisWidth, gap: 8, ...yTicks(plan.scale) },
    ],
    series: [{}, ...plan.series.map(lineOptions)],
    hooks: { draw: [drawMarks] },
  };
}

/** @param {SeriesPlan} plan @returns {uPlot.Series} */
function lineOptions(plan) {
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    label: plan.label,
    stroke: () => color(plan.color),
    width: plan.width,
    points: { show: false },
    ...(plan.dash === undefined ? {} : { dash: plan.dash }),
    ...(plan.filled ? { fill: () => color(`${plan.color}-fill`) } : {}),
    ...(plan.stepped && stepped ? { paths: stepped } : {}),
  };
}

/**
 * Lag spans four orders of magnitude and zero: its scale is linear near zero and logarithmic beyond.
 * @param {ChartPlan['scale']} kind
 * @returns {uPlot.Scale}
 */
function yScale(kind) {
  if (kind === 'lag')
    return { distr: 4, asinh: 10, range: (_plot, _min, max) => [0, Math.max(120, (max ?? 0) * 1.3)] };
  return {
    range: (_plot, _min, max) => [
      0,
      Math.max(kind === 'count' ? 4 : 1, (max ?? 0) * (kind === 'count' ? 1.35 : 1.12)),
    ],
  };
}

/** @param {ChartPlan['scale']} kind @returns {uPlot.Axis} */
function yTicks(kind) {
  if (kind === 'lag') {
    return {
      splits: (_plot, _axis, min, max) => lagTicks.filter((tick) => tick >= min && tick <= max),
      filter: (_plot, ticks) => ticks,
      values: (_plot, ticks) => ticks.map((tick) => duration(tick)),
    };
  }
  const values = /** @type {(plot: uPlot, ticks: number[]) => string[]} */ (
    (_plot, ticks) => ticks.map(number)
  );
  return kind === 'count' ? { incrs: countSteps, space: 28, values } : { space: 34, values };
}
