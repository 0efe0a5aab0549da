import type { Bottleneck } from '../contract/bottleneck.ts';
import type { Field } from '../contract/measurement.ts';
import type { Recommendation } from '../contract/recommendation.ts';
import { actionsAgainst } from './actions.ts';
import type { Analysis } from './analyze.ts';
import type { Change, LoopState } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';
import { freshPoint, type Window, windowSeconds } from './window.ts';

/** Advice that stands now, by topic, and what of it was not given before. */
export type Advice = { readonly standing: readonly string[]; readonly fresh: readonly Recommendation[] };

/**
 * Advice to people. Each is given once, and again only when it had ceased to stand: the state keeps the topics.
 * Immediate: against what is severe (above 0.8), two actions. Short-term: against what is above 0.5, three, and how the
 * service has been scaled. Long-term: what keeps coming back, or stays.
 */
export function recommend(analysis: Analysis, loop: LoopState, context: ServiceContext): Advice {
  const all = [
    ...analysis.bottlenecks.flatMap(againstBottleneck),
    ...againstHabits(analysis),
    ...onScaling(loop.changes, analysis.window),
    ...onSignals(analysis, context),
  ];
  return {
    standing: [...new Set([...all.map((it) => it.topic), ...stillStanding(analysis, loop)])],
    fresh: all.filter((it) => !loop.advised.includes(it.topic)),
  };
}

const immediateSeverity = 0.8;
const shortTermSeverity = 0.5;

function againstBottleneck(bottleneck: Bottleneck): Recommendation[] {
  const { kind, severity, observed } = bottleneck;
  const actions = actionsAgainst[kind];
  const evidence = { severity, ...(observed !== undefined && { observed }) };
  if (severity > immediateSeverity) {
    const advice = sentence(actions.slice(0, 2));
    return [{ horizon: 'immediate', topic: `${kind}-now`, advice, evidence }];
  }
  if (severity > shortTermSeverity) {
    return [{ horizon: 'short_term', topic: `${kind}-soon`, advice: sentence(actions), evidence }];
  }
  return [];
}

/** E.g. ['Add tasks', 'Batch the calls to it'] → "Add tasks; batch the calls to it." */
function sentence(actions: readonly string[]): string {
  const [first = '', ...others] = actions;
  return `${[first, ...others.map((it) => it.charAt(0).toLowerCase() + it.slice(1))].join('; ')}.`;
}

/** Three times within the hour, the present one included, or half an hour without a break, is how a service is. */
const habitTimes = 3;
const habitSeconds = 1800;

function againstHabits({ bottlenecks, past, window }: Analysis): Recommendation[] {
  return bottlenecks.flatMap((it): Recommendation[] => {
    const times = 1 + past.filter((other) => other.kind === it.kind).length;
    const lastedSeconds = window.nowSeconds - it.sinceSeconds;
    if (times < habitTimes && lastedSeconds < habitSeconds) return [];
    const [, , lasting] = actionsAgainst[it.kind];
    return [
      {
        horizon: 'long_term',
        topic: `${it.kind}-habit`,
        advice: `The limit keeps coming back or stays: ${lasting.charAt(0).toLowerCase()}${lasting.slice(1)}.`,
        evidence: { timesWithinAnHour: times, lastedSeconds },
      },
    ];
  });
}

/** How many changes show a pattern, if they lie within an hour: a day's rise and fall is none. */
const patternChanges = 3;

/** The last three changes: back and forth, or three times the same way. */
function onScaling(changes: readonly Change[], { nowSeconds }: Window): Recommendation[] {
  const recent = changes
    .filter((it) => it.by === 'weir' && it.atSeconds > nowSeconds - windowSeconds)
    .slice(-patternChanges);
  const [first, second, third] = recent.map((it) => Math.sign(it.to - it.from));
  if (first === undefined || second === undefined || third === undefined) return [];
  const firstAt = recent[0]?.atSeconds ?? 0;
  const evidence = { changes: patternChanges, withinSeconds: (recent.at(-1)?.atSeconds ?? 0) - firstAt };
  if (first !== second && second !== third) {
    const advice =
      'The last three changes went back and forth: raise the stabilization window or the cooldown, or the lag objective.';
    return [{ horizon: 'short_term', topic: 'thrash', advice, evidence }];
  }
  if (first === second && second === third) {
    const advice =
      first > 0
        ? 'Three scale-outs in a row: raise the minimum to where the service ends up, or look for what limits a task.'
        : 'Three scale-ins in a row: the minimum or the former count was too high for this load.';
    return [{ horizon: 'short_term', topic: first > 0 ? 'three-out' : 'three-in', advice, evidence }];
  }
  return [];
}

const signalOf: Readonly<Record<string, Field>> = {
  'cpu-very-high': 'cpuPercent',
  'p99-tail': 'p99Ms',
  errors: 'errorPercent',
};

/**
 * Advice that was given and is not new when it is next due. It stands until its bottleneck is over, so that a severity
 * that hovers gives it once, and while its signal is not known, so that a lost point does not make it new.
 */
function stillStanding({ window, bottlenecks }: Analysis, { advised }: LoopState): string[] {
  return advised.filter((topic) => {
    const field = signalOf[topic];
    const unknown = field !== undefined && freshPoint(window, field) === undefined;
    return unknown || bottlenecks.some(({ kind }) => topic.startsWith(`${kind}-`));
  });
}

const highCpuPercent = 90;
const highErrorPercent = 5;

function onSignals({ window }: Analysis, { policy }: ServiceContext): Recommendation[] {
  const cpuPercent = freshPoint(window, 'cpuPercent')?.value;
  const p99Ms = freshPoint(window, 'p99Ms')?.value;
  const errorPercent = freshPoint(window, 'errorPercent')?.value;
  const advice: Recommendation[] = [];
  if (cpuPercent !== undefined && cpuPercent > highCpuPercent) {
    advice.push({
      horizon: 'immediate',
      topic: 'cpu-very-high',
      advice: 'CPU is above 90 %: add tasks, or give each task more CPU.',
      evidence: { cpuPercent },
    });
  }
  if (p99Ms !== undefined && p99Ms > 2 * policy.p95TargetMs) {
    advice.push({
      horizon: 'short_term',
      topic: 'p99-tail',
      advice:
        'The slowest hundredth of the requests takes more than twice the p95 target: look at what they wait for.',
      evidence: { p99Ms, p95TargetMs: policy.p95TargetMs },
    });
  }
  if (errorPercent !== undefined && errorPercent > highErrorPercent) {
    advice.push({
      horizon: 'immediate',
      topic: 'errors',
      advice:
        'More than one request in twenty fails: find the cause before scaling, more tasks fail more often.',
      evidence: { errorPercent },
    });
  }
  return advice;
}
