import uPlot from '/uplot.js';
import { chartPlans } from './chart-series.js';
import { clock } from './format.js';
import { chartHeight, color, plotOptions } from './plot-options.js';

/**
 * @typedef {import('../feed.ts').Opening} Opening
 * @typedef {import('../feed.ts').Frame} Frame
 * @typedef {import('./chart-series.js').ChartPlan} ChartPlan
 *
 * @typedef {{ readonly atSeconds: number, readonly direction: 'out' | 'in' }} Mark A change of the count.
 *
 * @typedef {object} Chart
 * @property {ChartPlan} plan
 * @property {uPlot} plot
 * @property {HTMLElement} figure
 * @property {HTMLElement} host
 * @property {readonly HTMLElement[]} readings of the legend, in the order of the series
 * @property {number[][]} columns one of times, one for each series
 */

const shortestSpanSeconds = 1800;

/**
 * Draws the charts of a run into `root` and keeps them up to date.
 * @param {HTMLElement} root
 * @param {Opening} opening
 * @param {{ onZoom: (zoomed: boolean) => void }} hooks
 */
export function createCharts(root, opening, { onZoom }) {
  root.replaceChildren();
  const days = opening.untilSeconds - opening.zeroSeconds > 86_400;
  /** @type {Mark[]} */
  let marks = [];
  /** @type {number | undefined} */
  let pointedSeconds;
  /** @type {number | undefined} */
  let followSeconds;
  /** @type {{ min: number, max: number } | undefined} */
  let zoom;
  /** @type {number | null | undefined} */
  let cursor;
  let frames = 0;
  let drawing = false;

  /** @param {uPlot} plot */
  const drawMarks = (plot) => {
    const { ctx } = plot;
    const { top, left, width, height: tall } = plot.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, tall);
    ctx.clip();
    const x = (/** @type {number} */ at) => plot.valToPos(at, 'x', true);
    if (pointedSeconds !== undefined) {
      ctx.strokeStyle = color('--text');
      ctx.lineWidth = uPlot.pxRatio;
      ctx.beginPath();
      ctx.moveTo(x(pointedSeconds), top);
      ctx.lineTo(x(pointedSeconds), top + tall);
      ctx.stroke();
    }
    if (plot === charts.at(-1)?.plot) {
      const size = 4.5 * uPlot.pxRatio;
      for (const { atSeconds, direction } of marks) {
        const at = x(atSeconds);
        const up = direction === 'out' ? 1 : -1;
        // One row for each direction, so that neither hides the other.
        const middle = top + size * (direction === 'out' ? 1.4 : 3.8);
        ctx.fillStyle = color(direction === 'out' ? '--out' : '--in');
        ctx.beginPath();
        ctx.moveTo(at, middle - up * size);
        ctx.lineTo(at + size, middle + up * size * 0.8);
        ctx.lineTo(at - size, middle + up * size * 0.8);
        ctx.fill();
      }
    }
    ctx.restore();
  };

  /** @type {Chart[]} */
  const charts = chartPlans(opening).map((plan) => {
    const chart = buildChart(plan, { days, drawMarks });
    root.append(chart.figure);
    resize(chart);
    return chart;
  });

  for (const { plot, figure } of charts) {
    plot.hooks.setCursor = [
      (self) => {
        cursor = self.cursor.idx;
        readLegends();
      },
    ];
    plot.hooks.setSelect = [
      (self) => {
        const { left, width } = self.select;
        if (width < 5) return;
        zoom = { min: self.posToVal(left, 'x'), max: self.posToVal(left + width, 'x') };
        for (const { plot: each } of charts) each.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        onZoom(true);
        schedule();
      },
    ];
    plot.over.addEventListener('dblclick', () => resetZoom());
    figure.addEventListener('keydown', (event) => {
      if (moveByKey(event)) event.preventDefault();
    });
    figure.addEventListener('blur', () => moveTo(undefined));
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether the key meant something */
  function moveByKey(event) {
    const last = frames - 1;
    const from = cursor ?? last;
    const step = event.shiftKey ? 20 : 1;
    if (event.key === 'ArrowLeft') moveTo(Math.max(0, from - step));
    else if (event.key === 'ArrowRight') moveTo(Math.min(last, from + step));
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(last);
    else if (event.key === 'Escape') moveTo(undefined);
    else return false;
    return true;
  }

  /** @param {number | undefined} index */
  function moveTo(index) {
    for (const { plot, columns } of charts) {
      const at = index === undefined ? undefined : columns[0]?.[index];
      plot.setCursor({
        left: at === undefined ? -10 : plot.valToPos(at, 'x'),
        top: at === undefined ? -10 : 8,
      });
    }
  }

  function readLegends() {
    const index = cursor ?? frames - 1;
    for (const { plan, columns, readings } of charts) {
      for (const [position, reading] of readings.entries()) {
        const value = columns[position + 1]?.[index];
        reading.textContent = value === undefined ? '–' : plan.read(value);
      }
    }
    for (const { figure, columns } of charts) {
      const at = columns[0]?.[index];
      const output = figure.querySelector('output');
      if (output)
        output.textContent = at === undefined || cursor == null ? 'now' : `at ${clock(at, { days })}`;
    }
  }

  function schedule() {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  }

  function draw() {
    const times = charts[0]?.columns[0] ?? [];
    const newest = times.at(-1);
    if (newest === undefined) return;
    const first = times[0] ?? newest;
    const from = followSeconds === undefined ? first : Math.max(first, newest - followSeconds);
    const limits = zoom ?? { min: from, max: Math.max(newest, from + shortestSpanSeconds) };
    for (const { plot, columns } of charts) {
      plot.batch(() => {
        plot.setData(/** @type {uPlot.AlignedData} */ (columns), false);
        plot.setScale('x', limits);
      });
    }
    readLegends();
  }

  function resetZoom() {
    zoom = undefined;
    onZoom(false);
    schedule();
  }

  const redraw = () => {
    for (const { plot } of charts) plot.redraw(true, true);
  };
  const schemes = matchMedia('(prefers-color-scheme: dark)');
  schemes.addEventListener('change', redraw);
  const resizes = new ResizeObserver(() => {
    for (const chart of charts) resize(chart);
  });
  resizes.observe(root);
  const onResize = () => {
    for (const chart of charts) resize(chart);
  };
  addEventListener('resize', onResize);

  return {
    /** @param {readonly Frame[]} fresh */
    add(fresh) {
      for (const frame of fresh) {
        for (const { plan, columns } of charts) {
          columns[0]?.push(frame.atSeconds - opening.zeroSeconds);
          for (const [index, series] of plan.series.entries())
            columns[index + 1]?.push(series.value(frame) ?? 0);
        }
      }
      frames += fresh.length;
      if (fresh.length > 0) schedule();
    },
    /** @param {readonly Mark[]} all */
    mark(all) {
      marks = all.map((it) => ({ ...it, atSeconds: it.atSeconds - opening.zeroSeconds }));
      schedule();
    },
    /** Points at a moment, on every chart. @param {number | undefined} atSeconds */
    point(atSeconds) {
      pointedSeconds = atSeconds === undefined ? undefined : atSeconds - opening.zeroSeconds;
      redraw();
    },
    /** Shows the newest `seconds`, or everything. @param {number | undefined} seconds */
    follow(seconds) {
      followSeconds = seconds;
      resetZoom();
    },
    resetZoom,
    destroy() {
      schemes.removeEventListener('change', redraw);
      resizes.disconnect();
      removeEventListener('resize', onResize);
      for (const { plot } of charts) plot.destroy();
    },
  };
}

/** @param {Chart} chart */
function resize({ plot, host }) {
  plot.setSize({ width: Math.max(240, host.clientWidth), height: chartHeight() });
}

/**
 * @param {ChartPlan} plan
 * @param {{ days: boolean, drawMarks: (plot: uPlot) => void }} options
 * @returns {Chart}
 */
function buildChart(plan, { days, drawMarks }) {
  const figure = document.createElement('figure');
  figure.id = `chart-${plan.id}`;
  figure.tabIndex = 0;
  const caption = document.createElement('figcaption');
  const title = document.createElement('h3');
  title.textContent = plan.title;
  const legend = document.createElement('ul');
  legend.className = 'legend';
  const unit = document.createElement('span');
  unit.className = 'axis-label';
  unit.textContent = plan.unit;
  const when = document.createElement('output');
  when.textContent = 'now';
  caption.append(title, unit, when, legend);
  const host = document.createElement('div');
  host.className = 'plot';
  const time = document.createElement('p');
  time.className = 'axis-label axis-x';
  time.textContent = days ? 'simulated day and time, h:min' : 'simulated time, h:min';
  figure.append(caption, host, time);
  figure.setAttribute('aria-label', `Chart: ${plan.title}, in ${plan.unit}, over the simulated time`);

  const plot = new uPlot(plotOptions(plan, days, drawMarks), [[], ...plan.series.map(() => [])], host);
  const readings = plan.series.map((series, index) => {
    const item = document.createElement('li');
    const toggle = document.createElement('button');
    toggle.type = 'button';
    toggle.className = 'legend-item';
    toggle.setAttribute('aria-pressed', 'true');
    const swatch = document.createElement('span');
    swatch.className = series.dash ? 'swatch dashed' : series.filled ? 'swatch filled' : 'swatch';
    swatch.style.color = `var(${series.color})`;
    const reading = document.createElement('span');
    reading.className = 'reading';
    reading.textContent = '–';
    toggle.append(swatch, ` ${series.label} `, reading);
    toggle.addEventListener('click', () => {
      const show = toggle.getAttribute('aria-pressed') !== 'true';
      toggle.setAttribute('aria-pressed', String(show));
      plot.setSeries(index + 1, { show });
    });
    item.append(toggle);
    // The line drawn last is the one that matters most: it is named first.
    legend.prepend(item);
    return reading;
  });
  return { plan, plot, figure, host, readings, columns: [[], ...plan.series.map(() => [])] };
}
