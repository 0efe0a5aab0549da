import { describe, expect, it } from 'vitest';
import { cooldownOf, stabilizationOf } from '../../lib/core/patience.ts';
import { assembleWindow } from '../../lib/core/window.ts';
import { agentContext, seriesOfReports } from '../support/reports.ts';
import { kinesisContext, now, repeated, sampleOf, windowOf } from '../support/windows.ts';

const byCloudWatch = windowOf({ values: { lagSeconds: repeated(1, 10) } });
const report = {
  arrivalsPerSecond: 600,
  processedPerSecond: 600,
  backlogRecords: 300,
  lagSeconds: 0.5,
  busyShare: 0.75,
};
const byAgents = assembleWindow(
  [sampleOf({ atSeconds: now, series: seriesOfReports(repeated(report, 6), now) })],
  agentContext(),
  now,
);

describe('stabilizationOf', () => {
  it.each([
    ['the worked number: starts of 60 s, by CloudWatch', { startupSeconds: 60 }, byCloudWatch, 180],
    ['the worked number: by agents', { startupSeconds: 60 }, byAgents, 130],
    ['the worked number: stops of 20 s', { startupSeconds: 60, rebalanceSeconds: 20 }, byCloudWatch, 380],
    ['starts of 240 s', { startupSeconds: 240 }, byCloudWatch, 540],
    [
      'three times as long for throughput',
      { startupSeconds: 60, objective: 'throughput' as const },
      byCloudWatch,
      540,
    ],
    ['as the policy says', { startupSeconds: 240, stabilizationSeconds: 30 }, byCloudWatch, 30],
  ])('%s', (_, policy, window, expected) => {
    expect(stabilizationOf(kinesisContext(policy).policy, window)).toBe(expected);
  });
});

describe('cooldownOf', () => {
  it.each([
    ['the worked number: by CloudWatch', {}, byCloudWatch, 120],
    ['the worked number: by agents', {}, byAgents, 20],
    ['as the policy says', { cooldownSeconds: 300 }, byAgents, 300],
  ])('%s', (_, policy, window, expected) => {
    expect(cooldownOf(kinesisContext(policy).policy, window)).toBe(expected);
  });
});
