import { expect, it } from 'vitest';
import { demoScenario } from '../../lib/simulator/demo-scenario.ts';
import { joinScores } from '../../lib/simulator/join-scores.ts';
import type { Score } from '../../lib/simulator/score.ts';
import { constantLoad } from './constant-load.ts';

const scenario = demoScenario(constantLoad(100), 2, 60);
const score: Score = {
  lateRecordsShare: 0.02,
  violationMinutesShare: 0.1,
  worstLagSeconds: 100,
  p99LagSeconds: 50,
  taskHours: 12,
  // 1,000 records at 500 a second.
  fluidTaskHours: 2 / 3600,
  costRatio: 1,
  scaleOuts: 3,
  scaleIns: 2,
  changesPerHour: 4,
  thetaU: 1,
  thetaO: 2,
  tauU: 3,
  tauO: 4,
};

it('the worked number: 2 % of 1,000 late at the first, 4 % at the second, are 3 %', () => {
  const second = {
    ...score,
    lateRecordsShare: 0.04,
    worstLagSeconds: 300,
    taskHours: 8,
    fluidTaskHours: 4 / 3600,
    changesPerHour: 2,
  };
  const joined = joinScores([
    { scenario, ownScore: () => score },
    { scenario: { ...scenario, taskRatePerSecond: 250 }, ownScore: () => second },
  ]);
  expect(joined.lateRecordsShare).toBeCloseTo(0.03, 10);
  expect(joined).toMatchObject({ worstLagSeconds: 300, taskHours: 20, scaleOuts: 6, changesPerHour: 3 });
  expect(joined.costRatio).toBeCloseTo((20 * 3600) / 6, 6);
});

it('one service is its own score', () => {
  const own = { ...score, costRatio: (12 * 3600) / 2 };
  expect(joinScores([{ scenario, ownScore: () => own }])).toEqual(own);
});
