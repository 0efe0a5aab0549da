import { ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { clairvoyant, weirWithAgents } from './play.ts';
import type { Row } from './summary.ts';

use([ScatterChart, GridComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

const size = { width: 860, height: 520 };
const [own, best, other] = ['#0b6e4f', '#8a8a8a', '#c1440e'];
const colours: Readonly<Record<string, string>> = { weir: own, [weirWithAgents]: own, [clairvoyant]: best };

/** Below this, in percent, nothing is told apart: a logarithm has no zero. */
const leastLatePercent = 0.01;

type Extent = { readonly min: number; readonly max: number };

/**
 * Lateness against cost, the medians over the traces: one dot for each scaler, the lower left the best; the fluid limit is
 * a line. As SVG.
 */
export function renderPicture(scenario: string, rows: readonly Row[]): string {
  const dots = rows.map(({ scaler, medianCost, medianLate }) => ({
    name: scaler,
    value: [medianCost, Math.max(leastLatePercent, 100 * medianLate)],
    itemStyle: { color: colours[scaler] ?? other },
  }));
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      title: {
        text: scenario,
        subtext: 'median over the traces; the lower left is best',
        left: 'center',
      },
      grid: { left: 80, right: 120, top: 80, bottom: 60 },
      xAxis: {
        type: 'log',
        logBase: 2,
        name: 'task-hours ÷ fluid limit',
        nameLocation: 'middle',
        nameGap: 32,
        min: (range: Extent) => Math.min(range.min, 1) / 1.1,
        max: (range: Extent) => Math.max(range.max, 2) * 1.1,
        axisLabel: { showMinLabel: false, showMaxLabel: false },
      },
      yAxis: {
        type: 'log',
        name: 'late records, %',
        nameLocation: 'middle',
        nameGap: 52,
        min: leastLatePercent,
        max: 100,
        axisLabel: {
          formatter: (percent: number) => (percent <= leastLatePercent ? `≤ ${percent}` : String(percent)),
        },
      },
      series: [
        {
          type: 'scatter',
          symbolSize: 12,
          data: dots,
          label: { show: true, position: 'right', formatter: '{b}', color: '#222222' },
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: best },
            label: { formatter: 'fluid limit', position: 'end' },
            data: [{ xAxis: 1 }],
          },
        },
      ],
    });
    const places = dots.map(({ name, value }): Label => {
      const [x = 0, y = 0] = chart.convertToPixel('grid', value);
      return { text: name, x, y };
    });
    const moved = labelOffsets(places).map((down, index) => ({
      ...dots[index],
      label: { offset: [0, down] },
    }));
    chart.setOption({ series: [{ data: moved }] });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}

/** A label whose left end is, in pixels from the upper left, at a dot. */
export type Label = { readonly text: string; readonly x: number; readonly y: number };

const characterWidth = 7;
const lineHeight = 14;

/** How far down each label goes so that none covers another: those above stay where they are. */
export function labelOffsets(labels: readonly Label[]): number[] {
  const offsets = labels.map(() => 0);
  const placed: Label[] = [];
  const downwards = labels.map((label, index) => ({ label, index })).sort((a, b) => a.label.y - b.label.y);
  for (const { label, index } of downwards) {
    let y = label.y;
    for (const other of placed.toSorted((a, b) => a.y - b.y)) {
      const beside = label.x + widthOf(label) < other.x || other.x + widthOf(other) < label.x;
      if (!beside && Math.abs(other.y - y) < lineHeight) y = other.y + lineHeight;
    }
    offsets[index] = y - label.y;
    placed.push({ ...label, y });
  }
  return offsets;
}

const widthOf = ({ text }: Label) => characterWidth * text.length;
