import type { Scaler } from '../scaler.ts';
import type { Scenario } from '../scenario.ts';
import { createFlink } from './flink.ts';
import { type FlinkSettings, flinkDefaults } from './flink-formulas.ts';

/**
 * Flink's autoscaler, set for a lag of a minute instead of half an hour: a window of three looks, as soon as the tasks
 * run and read; two minutes to catch up; a restart as long as the rebalance that a change costs here; 90 % as the
 * target, from 80 to 100 %; down after three minutes.
 * https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-main/docs/operations/configuration/#autoscaler-configuration
 *
 * Tried: windows of 20 to 900 s, targets of 70 to 95 %, one to thirty minutes to catch up, down after 3 to 60 minutes.
 * Lower targets and longer delays cost up to a half more and spare hardly a late record.
 */
export function flinkTunedSettings({ rebalanceSeconds }: Pick<Scenario, 'rebalanceSeconds'>): FlinkSettings {
  return {
    ...flinkDefaults,
    metricsWindowSeconds: 30,
    stabilizationSeconds: rebalanceSeconds + 10,
    utilizationTarget: 0.9,
    utilizationMax: 1,
    utilizationMin: 0.8,
    catchUpSeconds: 120,
    restartSeconds: rebalanceSeconds,
    scaleDownIntervalSeconds: 180,
  };
}

export function createFlinkTuned(scenario: Scenario): Scaler {
  return createFlink(scenario, flinkTunedSettings(scenario), 'flink-tuned');
}
