import { policySchema } from '../../lib/config/policy.ts';
import { completeSources, type RegisteredSource } from '../../lib/config/registration.ts';
import { measurements } from '../../lib/contract/measurement.ts';
import { askedOf, measurementOf } from '../../lib/control/measurements.ts';
import { type FieldPlan, planMeasurements } from '../../lib/core/measure.ts';
import { hoursPerMonth, prices } from '../bench/prices.ts';
import { code, fenced, table } from './markdown.ts';
import { type Shown, sourcePages } from './source-pages.ts';

const service = 'CLUSTER/SERVICE';
const policy = policySchema.parse({});

/** The page of sources: what is measured, and at what price, from the plan of measurements; the rest from source-pages. */
export function renderSourceDocs(): string {
  return `${[
    '# Sources',
    introduction,
    ...sourcePages.flatMap(({ heading, opening, sources, more = [], derived, needs, missing }) => [
      `## ${heading}`,
      opening,
      ...(sources === undefined ? [] : [measuredTable(sources)]),
      ...more.map((it) => (typeof it === 'string' ? it : fenced('ts', it.example))),
      ...(sources === undefined ? [] : [`**Price**: ${priceOf(sources)}`]),
      `**Derived**: ${derived}`,
      `**Needs**: ${needs}`,
      missingTable(missing),
    ]),
  ].join('\n\n')}\n`;
}

const introduction = [
  '<!-- Written by `npm run docs` from lib/core/measure.ts, lib/control/measurements.ts and test/support/source-pages.ts. Change it there. -->',
  [
    'What Weir knows of a service comes from the sources that its tag `weir:source` names. Whatever they are, they are brought to the same four quantities: λ, the records that arrive per second; X, those that are processed; L, those that wait; and lag, the age of the oldest that waits. They are bound by',
    '',
    '- L = ∫ of the arrivals of the last `lag` seconds. 30 s behind at a steady 200 records/s are 6,000 records.',
    '- dL/dt = λ − X. 200 records/s arrive and the backlog falls from 6,000 to 3,000 in 60 s: X is 250 records/s.',
    '',
    'so that what a source does not measure follows from what it does. L ÷ X is the time to drain, and not the lag.',
  ].join('\n'),
  'A missing point is never a zero. What it is instead differs from source to source; each case below names the test that shows it. Signals that are needed and not fresh hold scale-ins, and are told as `Metrics Missing` once they have been absent for `weir:metrics-missing-after`.',
  'Prices are those of reading, in us-east-1, at the default cadence of a minute. GetMetricData bills each metric that it is asked for, however many points or statistics of it, and each metric that a search finds.',
].join('\n\n');

const planOf = (sources: readonly RegisteredSource[]) =>
  planMeasurements(policy, completeSources(sources, policy));

function measuredTable(sources: readonly RegisteredSource[]): string {
  const rows = planOf(sources).map((plan) => [
    code(plan.field) + (plan.source === undefined ? '' : ` of ${code(plan.source)}`),
    measurements[plan.field],
    fromOf(plan, sources),
    plan.everySeconds === 0 ? 'at each tick' : `${plan.everySeconds} s`,
    plan.required === 'once-known' ? 'where it was ever there' : plan.required ? 'yes' : 'no',
    `${plan.freshSeconds} s`,
  ]);
  return table(['measured', 'is', 'from', 'asked every', 'needed', 'fresh for'], rows);
}

function measured(plan: FieldPlan, sources: readonly RegisteredSource[]) {
  const completed = completeSources(sources, policy);
  return measurementOf(plan.field, service, askedOf(plan, completed), plan.periodSeconds);
}

function fromOf(plan: FieldPlan, sources: readonly RegisteredSource[]): string {
  const measurement = measured(plan, sources);
  if (measurement.kind === 'queue-depth') return 'GetQueueAttributes: visible and in flight';
  const { namespace, metricName, statistic, summedOver, dimensions } = measurement.query;
  const by = Object.keys(dimensions).join(', ') || 'no dimension';
  const sum = summedOver === undefined ? '' : `, summed over ${summedOver}`;
  return `${code(`${namespace} ${metricName}`)}, ${statistic}, by ${by}${sum}`;
}

const minutesPerMonth = 60 * hoursPerMonth;
const dollars = (amount: number) => `$${amount.toFixed(amount < 0.1 ? 3 : 2)}`;

/** E.g. two metrics each minute: 2 · 43,800 · $0.00001 = $0.88 a month. A search counts as one metric here, and says so. */
export function monthlyMetrics(sources: readonly RegisteredSource[]): number {
  const metrics = new Map<string, number>();
  for (const plan of planOf(sources)) {
    const measurement = measured(plan, sources);
    if (measurement.kind !== 'metric') continue;
    const { namespace, metricName, dimensions, summedOver } = measurement.query;
    const key = JSON.stringify([namespace, metricName, dimensions, summedOver]);
    const perMonth = (minutesPerMonth * 60) / Math.max(plan.everySeconds, 60);
    metrics.set(key, Math.max(metrics.get(key) ?? 0, perMonth));
  }
  return [...metrics.values()].reduce((sum, it) => sum + it, 0);
}

function priceOf(sources: readonly RegisteredSource[]): string {
  const plans = planOf(sources);
  const metrics = dollars(monthlyMetrics(sources) * prices.metricsRequested.dollars);
  const depths = plans.filter((it) => measured(it, sources).kind === 'queue-depth').length;
  const searched = plans.some((it) => {
    const measurement = measured(it, sources);
    return measurement.kind === 'metric' && measurement.query.summedOver !== undefined;
  });
  return [
    `${metrics} a month for metrics`,
    ...(depths > 0 ? [`${dollars(depths * minutesPerMonth * prices.sqsRequests.dollars)} for depths`] : []),
    ...(searched
      ? [`${dollars(minutesPerMonth * prices.metricsRequested.dollars)} for each further broker of the topic`]
      : []),
  ].join(', ');
}

const link = ({ file, title }: Shown) => `[${title}](../${file})`;

function missingTable(missing: (typeof sourcePages)[number]['missing']): string {
  return table(
    ['missing', 'means', 'shown by'],
    missing.map(({ what, means, shown }) => [what, means, shown.map(link).join('; ')]),
  );
}
