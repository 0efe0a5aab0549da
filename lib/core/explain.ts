import type {
  Decision,
  Evidence,
  HoldDecision,
  HoldReason,
  ScaleDecision,
  ScaleReason,
} from '../contract/decision.ts';

/** A decision in one sentence, with the numbers that matter to it. E.g. "Out from 4 to 6 tasks: …". */
export function explain(decision: Decision): string {
  return decision.kind === 'scale' ? explainScale(decision) : explainHold(decision);
}

function explainScale({ direction, from, to, reason, limitedBy, evidence }: ScaleDecision): string {
  const way = direction === 'out' ? 'Out' : 'In';
  const wanted = evidence.wantedTasks;
  const cut = limitedBy !== undefined && wanted !== undefined && wanted !== to;
  const limit = cut ? ` ${count(wanted)} wanted, limited by ${limits[limitedBy]}.` : '';
  return `${way} from ${from} to ${count(to)}: ${scaleBecause[reason](evidence)}.${limit}`;
}

function explainHold({ reason, missing, evidence }: HoldDecision): string {
  const { silentSources } = evidence;
  const of = silentSources === undefined ? '' : ` of ${silentSources.replaceAll(' ', ', ')}`;
  const names = missing === undefined || missing.length === 0 ? '' : ` (${missing.join(', ')}${of})`;
  return `Hold at ${count(evidence.desiredTasks)}: ${holdBecause[reason](evidence)}${names}.`;
}

const limits = {
  minimum: 'the minimum',
  maximum: 'the maximum',
  partitions: 'the number of partitions',
  'low-confidence-step': 'the step that thin evidence admits',
  'scale-in-step': 'the largest step inward',
  breaker: 'what was seen to help',
  stabilization: 'the largest count wanted lately',
  approval: 'what was approved',
  protection: 'the tasks that are at work',
} as const satisfies Record<NonNullable<Decision['limitedBy']>, string>;

const scaleBecause: Record<ScaleReason, (evidence: Evidence) => string> = {
  'lag-objective-breached': (it) =>
    `${records(it)} are ${seconds(it.lagSeconds)} old, the objective is ${seconds(it.lagObjectiveSeconds)}; ${demand(it)}`,
  'demand-exceeds-capacity': demand,
  'capacity-exceeds-demand': demand,
  'utilization-high': (it) => `the fullest signal is at ${share(it.factor)} of its target`,
  'utilization-low': (it) => `the fullest signal is at ${share(it.factor)} of its target`,
  'unknown-capacity-step': (it) =>
    `${records(it)} are ${seconds(it.lagSeconds)} old and what one task can do is not known yet, so a step is taken`,
  'ineffective-undone': () => 'more tasks brought nothing, something else is the limit',
  'deployment-reset': () => 'a deployment had set a smaller count from its template',
  'below-minimum': () => 'the policy wants no fewer',
  'above-maximum': () => 'the policy allows no more',
};

const holdBecause: Record<HoldReason, (evidence: Evidence) => string> = {
  'on-target': (it) =>
    it.factor === undefined ? demand(it) : `the fullest signal is at ${share(it.factor)} of its target`,
  'metrics-missing': () => 'a needed signal is missing',
  'metrics-stale': (it) => `the oldest needed signal is ${seconds(it.stalestSignalAgeSeconds)} old`,
  'insufficient-data': () => 'too little of the load is known',
  'capacity-unknown': () => 'what one task can do is not known, so none can be spared',
  'low-confidence': (it) => `${wanted(it)} would do, but the evidence is too thin`,
  'lag-budget': (it) =>
    `${wanted(it)} will be needed, but the lag of ${seconds(it.lagSeconds)} stays well inside the objective until the next decision`,
  cooldown: (it) => `${wanted(it)} would do, but the last change is too recent`,
  stabilizing: (it) => `${wanted(it)} would do, but not yet for the whole stabilization window`,
  'saving-too-small': (it) => `${wanted(it)} would do, but the change costs more than it saves`,
  'signals-disagree': (it) =>
    `${wanted(it)} would do for the load, but the lag of ${seconds(it.lagSeconds)} or the CPU speaks against it`,
  'tasks-starting': (it) =>
    `${it.consumingTasks} of ${it.desiredTasks} run, and what they bring does not show yet`,
  paused: (it) => `${wanted(it)} would be set, but a person has paused scaling this way`,
  yielding: () =>
    'somebody else has set this count, and it stands for a while unless the objective is missed',
  'tasks-busy': (it) => `${wanted(it)} would do, but the tasks are at work and may not be stopped`,
  'update-limit': () =>
    'ECS takes no more changes at the moment in this Region, and other services need theirs more',
  'deployment-in-progress': (it) => `${wanted(it)} would do, but the service is being deployed`,
  'at-maximum': (it) => `${wanted(it)} are needed, the policy allows no more`,
  'at-minimum': (it) =>
    it.wantedTasks === undefined
      ? 'nothing waits and nothing arrives, and the policy allows no fewer'
      : `${wanted(it)} would do, the policy allows no fewer`,
  'partitions-exhausted': (it) => `the load needs more, but ${partitions(it.partitions)} to read`,
  'breaker-open': (it) =>
    `${wanted(it)} are asked for by the lag of ${seconds(it.lagSeconds)}, but more were seen to bring nothing`,
  'tasks-cannot-start': (it) =>
    `${it.consumingTasks} of ${it.desiredTasks} run, and tasks fail when they start or find no place, so none is asked for or given up`,
  'not-reading': (it) => `${rate(it.arrivalsPerSecond)} arrive and nobody reads them`,
};

/** Load, backlog and what a task can do. */
function demand(it: Evidence): string {
  const load = `${rate(it.forecastPerSecond ?? it.arrivalsPerSecond)} expected`;
  const backlog =
    (it.backlogAtHorizonRecords ?? 0) >= 1 ? ` and ${number(it.backlogAtHorizonRecords)} waiting` : '';
  const each = it.taskRatePerSecond === undefined ? '' : `, ${rate(it.taskRatePerSecond)} a task`;
  return `${load}${backlog}${each}`;
}

const records = ({ worstSource }: Evidence) =>
  worstSource === undefined ? 'records' : `records of ${worstSource}`;
const wanted = (it: Evidence) => (it.wantedTasks === undefined ? 'another count' : count(it.wantedTasks));
const partitions = (known: number | undefined) =>
  known === 1 ? 'there is only 1 partition' : `there are ${known ?? 'no more'} partitions`;
const count = (tasks: number) => (tasks === 1 ? '1 task' : `${tasks} tasks`);
const rate = (value: number | undefined) => `${number(value)} records/s`;
const seconds = (value: number | undefined) => `${number(value)} s`;
const share = (value: number | undefined) =>
  value === undefined ? 'an unknown share' : `${number(100 * value)} %`;

const inDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** Three digits are what a sentence needs. E.g. 1234.5 → 1,230; 0.0123 → 0.0123. */
function number(value: number | undefined): string {
  if (value === undefined) return 'an unknown number of';
  return inDigits.format(value);
}
