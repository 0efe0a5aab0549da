import { rivalStyle } from './chart-series.js';
import { duration, number, percent, ratio } from './format.js';

/**
 * @typedef {import('../feed.ts').Opening} Opening
 * @typedef {import('../feed.ts').Frame} Frame
 * @typedef {import('../feed.ts').Standing} Standing
 */

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/** The tiles: where Weir's service stands now. @param {Opening} opening @param {Frame} frame */
export function showNow(opening, frame) {
  const lag = frame.lagSeconds[0] ?? 0;
  const share = lag / opening.lagObjectiveSeconds;
  element('now-load').textContent = number(frame.arrivalsPerSecond);
  element('now-capacity').textContent = number(frame.capacityPerSecond);
  element('now-lag').textContent = duration(lag);
  element('now-objective').textContent = `of ${duration(opening.lagObjectiveSeconds)}`;
  const meter = /** @type {HTMLMeterElement} */ (element('now-meter'));
  meter.value = Math.min(1, share);
  element('now-lag')
    .closest('.tile')
    ?.classList.toggle('breached', share > 1);
  const [consuming = 0] = frame.consumingTasks;
  const [desired = 0] = frame.desiredTasks;
  element('now-tasks').textContent = number(consuming);
  element('now-desired').textContent = desired === consuming ? 'consuming' : `consuming, ${desired} desired`;
}

/** @typedef {(standing: Standing) => readonly [text: string, order: number]} Column */
/** @type {readonly Column[]} */
const columns = [
  (it) => [percent(it.lateRecordsShare), it.lateRecordsShare],
  (it) => [percent(it.violationMinutesShare), it.violationMinutesShare],
  (it) => [duration(it.worstLagSeconds), it.worstLagSeconds],
  (it) => [number(it.taskHours), it.taskHours],
  (it) => [ratio(it.costRatio), it.costRatio],
];

/**
 * The table of Weir and its rivals; the best of each column is marked.
 * @param {Opening} opening
 * @param {readonly Standing[]} standings
 */
export function showStandings(opening, standings) {
  const body = element('standings').querySelector('tbody');
  if (!body) return;
  const best = columns.map((column) => Math.min(...standings.map((it) => column(it)[1])));
  const rows = standings.map((standing, index) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    const swatch = document.createElement('span');
    swatch.className = index === 0 ? 'swatch' : 'swatch dashed';
    swatch.style.color = `var(${index === 0 ? '--weir' : rivalStyle(index - 1).color})`;
    head.append(swatch, ` ${opening.controllers[index] ?? ''}`);
    row.append(head);
    for (const [position, column] of columns.entries()) {
      const [text, order] = column(standing);
      const cell = document.createElement('td');
      cell.textContent = text;
      if (order === best[position] && standings.some((it) => column(it)[1] !== order))
        cell.className = 'best';
      row.append(cell);
    }
    return row;
  });
  body.replaceChildren(...rows);
}
