import { duration, number } from './format.js';

/**
 * @typedef {import('../feed.ts').Opening} Opening
 * @typedef {import('../feed.ts').Frame} Frame
 *
 * @typedef {object} SeriesPlan What one line shows.
 * @property {string} label
 * @property {string} color name of the custom property in style.css
 * @property {number} width
 * @property {number[]} [dash]
 * @property {boolean} [stepped]
 * @property {boolean} [filled]
 * @property {boolean} [hidden] off until asked for
 * @property {(frame: Frame) => number | undefined} value
 *
 * @typedef {object} ChartPlan
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {'linear' | 'lag' | 'count'} scale
 * @property {(value: number) => string} read as the legend says it
 * @property {readonly SeriesPlan[]} series
 */

/** Colours and dashes of the rivals, so that they can be told apart without colour. */
const rivalStyles = /** @type {const} */ ([
  { color: '--rival-1', dash: [6, 3] },
  { color: '--rival-2', dash: [2, 3] },
  { color: '--rival-3', dash: [8, 3, 2, 3] },
  { color: '--rival-4', dash: [4, 4] },
]);

/** @param {number} index of the rival, from 0 */
export function rivalStyle(index) {
  return rivalStyles[index % rivalStyles.length] ?? rivalStyles[0];
}

/**
 * The three charts of a run.
 * @param {Opening} opening
 * @returns {readonly ChartPlan[]}
 */
export function chartPlans(opening) {
  const [weir = 'Weir', ...rivals] = opening.controllers;
  /** @param {(frame: Frame) => readonly number[]} read @returns {SeriesPlan[]} */
  const ofRivals = (read) =>
    rivals.map((label, index) => ({
      label,
      color: rivalStyle(index).color,
      dash: [...rivalStyle(index).dash],
      width: 1.5,
      value: (frame) => read(frame)[index + 1],
    }));
  return [
    {
      id: 'load',
      title: 'Load and capacity',
      unit: 'records/s',
      scale: 'linear',
      read: (value) => `${number(value)}/s`,
      series: [
        {
          label: 'Load',
          color: '--load',
          width: 1.5,
          filled: true,
          value: (frame) => frame.arrivalsPerSecond,
        },
        {
          label: `Capacity of ${weir}’s tasks`,
          color: '--weir',
          width: 2,
          stepped: true,
          value: (frame) => frame.capacityPerSecond,
        },
      ],
    },
    {
      id: 'lag',
      title: 'Lag',
      unit: 'age of the oldest record',
      scale: 'lag',
      read: duration,
      series: [
        ...ofRivals((frame) => frame.lagSeconds),
        {
          label: 'Objective',
          color: '--objective',
          width: 1.5,
          dash: [10, 5],
          value: () => opening.lagObjectiveSeconds,
        },
        { label: weir, color: '--weir', width: 2, value: (frame) => frame.lagSeconds[0] },
      ],
    },
    {
      id: 'tasks',
      title: 'Tasks',
      unit: 'count',
      scale: 'count',
      read: number,
      series: [
        ...ofRivals((frame) => frame.consumingTasks).map((plan) => ({ ...plan, stepped: true })),
        {
          label: `${weir}, desired`,
          color: '--weir-soft',
          width: 1.5,
          dash: [3, 3],
          stepped: true,
          value: (frame) => frame.desiredTasks[0],
        },
        {
          label: `${weir}, consuming`,
          color: '--weir',
          width: 2,
          stepped: true,
          value: (frame) => frame.consumingTasks[0],
        },
      ],
    },
  ];
}
