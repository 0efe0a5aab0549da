import { ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
import { clairvoyant, weirWithAgents } from './play.ts';
import type { Row } from './summary.ts';

use([ScatterChart, GridComponent, MarkLineComponent, TitleComponent, LabelLayout, SVGRenderer]);

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
      grid: { left: 80, right: 60, top: 80, bottom: 60 },
      xAxis: {
        type: 'value',
        name: 'task-hours ÷ fluid limit',
        nameLocation: 'middle',
        nameGap: 32,
        min: (range: Extent) => Math.floor(10 * Math.min(range.min, 0.95)) / 10,
        max: (range: Extent) => Math.ceil(10 * Math.max(range.max, 1.5) + 1) / 10,
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
          data: rows.map(({ scaler, medianCost, medianLate }) => ({
            name: scaler,
            value: [medianCost, Math.max(leastLatePercent, 100 * medianLate)],
            itemStyle: { color: colours[scaler] ?? other },
          })),
          label: { show: true, position: 'right', formatter: '{b}', color: '#222222' },
          labelLayout: { moveOverlap: 'shiftY' },
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
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}
