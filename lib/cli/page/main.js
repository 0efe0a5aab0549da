import { createCharts } from './charts.js';
import { showNow, showStandings } from './figures.js';
import { clock, duration, percent, ratio } from './format.js';
import { createNews, groups } from './news.js';

/**
 * @typedef {import('../feed.ts').Opening} Opening
 * @typedef {import('../feed.ts').Update} Update
 * @typedef {import('../feed.ts').News} News
 * @typedef {import('./charts.js').Mark} Mark
 */

const spokenEveryMilliseconds = 4000;
/** @type {readonly (readonly [label: string, secondsPerSecond: number])[]} */
const paces = [
  ['Pause', 0],
  ['1 min/s', 60],
  ['5', 300],
  ['15', 900],
  ['60', 3600],
  ['Max', 1_000_000],
];
/** @type {readonly (readonly [label: string, seconds: number | undefined])[]} */
const spans = [
  ['All', undefined],
  ['6 h', 21_600],
  ['1 h', 3600],
];

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/** @type {ReturnType<typeof startRun> | undefined} */
let run;

const events = new EventSource('/events');
events.addEventListener('opening', (message) => {
  /** @type {Opening} */
  const opening = JSON.parse(message.data);
  notify(undefined);
  // The same run again is a reconnection: what is on the page stands, and the server goes on from there.
  if (run?.opening.run === opening.run) return;
  run?.destroy();
  run = startRun(opening);
});
events.addEventListener('update', (message) => {
  run?.update(JSON.parse(message.data));
});
events.addEventListener('error', () => {
  if (run?.ended()) {
    // Nothing more will come: a page that stays must not knock for ever.
    events.close();
    return;
  }
  notify('The connection to the demo is gone. Trying again…', 'bad');
});

/** @param {string | undefined} text @param {string} [tone] */
function notify(text, tone = '') {
  const notice = element('notice');
  notice.hidden = text === undefined;
  notice.className = `notice ${tone}`;
  notice.textContent = text ?? '';
}

/**
 * A row of buttons of which one is pressed.
 * @template T
 * @param {string} id of the fieldset
 * @param {readonly (readonly [label: string, value: T])[]} choices
 * @param {(value: T) => void} onChoose
 */
function segments(id, choices, onChoose) {
  const root = element(id);
  const buttons = choices.map(([label, value]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'segment';
    button.textContent = label;
    button.addEventListener('click', () => onChoose(value));
    return button;
  });
  root.replaceChildren(...root.querySelectorAll('legend'), ...buttons);
  return {
    /** @param {T | null} value */
    press(value) {
      for (const [index, button] of buttons.entries()) {
        button.setAttribute('aria-pressed', String(choices[index]?.[1] === value));
      }
    },
  };
}

/** @param {Opening} opening */
function startRun(opening) {
  const days = opening.untilSeconds - opening.zeroSeconds > 86_400;
  /** @type {Mark[]} */
  const marks = [];
  /** @type {Map<string, string>} */
  const limits = new Map();
  let ended = false;
  let spokenAt = 0;
  // Wide enough to learn from, narrow enough that minutes can be seen; the whole is shown once it is over.
  /** @type {number | undefined} */
  let followed = 21_600;
  let chosen = false;

  document.title = `Weir: ${opening.service}`;
  element('subtitle').textContent =
    `holds ${opening.service} at ${duration(opening.lagObjectiveSeconds)} of lag on ${opening.workload}, ` +
    `${opening.minTasks} to ${opening.maxTasks} tasks reading ${opening.source} (${opening.partitions} shards)`;

  const span = segments('span', spans, (seconds) => {
    chosen = true;
    show(seconds);
  });
  const charts = createCharts(element('charts'), opening, {
    onZoom: (zoomed) => {
      chosen ||= zoomed;
      span.press(zoomed ? null : followed);
    },
  });
  show(followed);
  const news = createNews(element('news'), opening, { onPoint: (at) => charts.point(at) });
  const pace = segments('pace', paces, (secondsPerSecond) => {
    void fetch('/pace', { method: 'POST', body: JSON.stringify({ secondsPerSecond }) });
  });
  /** @type {Set<string>} */
  const shown = new Set(Object.keys(groups));
  const filters = Object.entries(groups).map(([group, label]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'filter';
    button.textContent = label;
    button.setAttribute('aria-pressed', 'true');
    button.addEventListener('click', () => {
      if (!shown.delete(group)) shown.add(group);
      button.setAttribute('aria-pressed', String(shown.has(group)));
      element('news').dataset.hidden = Object.keys(groups)
        .filter((it) => !shown.has(it))
        .join(' ');
    });
    return button;
  });
  element('filters').replaceChildren(...element('filters').querySelectorAll('legend'), ...filters);
  element('news').dataset.hidden = '';
  showLimits();

  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') charts.resetZoom();
  };
  document.addEventListener('keydown', onKey);

  /** @param {number | undefined} seconds of the newest, or everything */
  function show(seconds) {
    followed = seconds;
    charts.follow(seconds);
  }

  function showLimits() {
    element('limits').textContent =
      limits.size === 0 ? 'No bottleneck now.' : `Bottlenecks now: ${[...limits.values()].join(', ')}.`;
  }

  /** @param {readonly News[]} fresh */
  function follow(fresh) {
    let marked = false;
    for (const { event, atSeconds } of fresh) {
      if (event.detailType === 'Scaling Decision') {
        marks.push({ atSeconds, direction: event.detail.decision.direction });
        marked = true;
        const now = Date.now();
        if (now - spokenAt > spokenEveryMilliseconds) {
          spokenAt = now;
          element('spoken').textContent = event.detail.explanation;
        }
      } else if (event.detailType === 'Bottleneck Detected') {
        limits.set(event.detail.bottleneck.kind, event.detail.bottleneck.kind.replaceAll('_', ' '));
      } else if (event.detailType === 'Bottleneck Cleared') {
        limits.delete(event.detail.kind);
      }
    }
    if (marked) charts.mark(marks);
    showLimits();
  }

  return {
    opening,
    ended: () => ended,
    /** @param {Update} update */
    update(update) {
      charts.add(update.frames);
      news.add(update.news);
      follow(update.news);
      const newest = update.frames.at(-1);
      if (newest) {
        showNow(opening, newest);
        element('clock').textContent = clock(newest.atSeconds - opening.zeroSeconds, { days });
        const progress = /** @type {HTMLProgressElement} */ (element('progress'));
        progress.value =
          (newest.atSeconds - opening.fromSeconds) / Math.max(1, opening.untilSeconds - opening.fromSeconds);
      }
      if (update.standings.length > 0) showStandings(opening, update.standings);
      pace.press(update.pace.secondsPerSecond);
      if (update.ended && !ended) {
        ended = true;
        // What somebody chose to look at stays.
        if (!chosen) show(undefined);
        const [weir] = update.standings;
        notify(
          `The simulated time is over. ${
            weir
              ? `${percent(weir.lateRecordsShare)} of the records were late, at ${ratio(weir.costRatio)} × physics. `
              : ''
          }This page stays as it is; Ctrl-C in the terminal ends the demo.`,
          'done',
        );
        /** @type {HTMLFieldSetElement} */ (element('pace')).disabled = true;
      }
    },
    destroy() {
      document.removeEventListener('keydown', onKey);
      charts.destroy();
    },
  };
}
