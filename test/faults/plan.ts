import type { Random } from '../../lib/simulator/random.ts';

/** How often each kind of fault befalls a call, or a message, 0 to 1. */
export type Rates = {
  /** A call to the table or to ECS throws; a read of metrics fails. */
  readonly broken: number;
  /** A write took place, and its answer is lost. */
  readonly lostAnswer: number;
  /** ECS refuses UpdateService for want of capacity; its answer is lost, the call applied or not. */
  readonly throttledUpdate: number;
  readonly lostUpdate: number;
  /** ECS describes a service as it was a minute ago. */
  readonly staleDescription: number;
  /** Metrics: some points are not there yet, or the answer says that it is partial. */
  readonly partialMetrics: number;
  /** The evaluator is killed at one of its awaits. */
  readonly killed: number;
  /** A message is delivered twice, at once or a minute later; lost; or unreadable. */
  readonly doubled: number;
  readonly delayed: number;
  readonly lostMessage: number;
  readonly poison: number;
  /** A person sets another count; a deployment resets it. */
  readonly hand: number;
  readonly reset: number;
};

export type Episode = {
  readonly name: 'calm' | 'mixed' | 'throttled' | 'killed' | 'skewed' | 'outage';
  readonly minutes: number;
  readonly rates: Rates;
  /** What the clocks of evaluators are wrong by, seconds. */
  readonly skewSeconds: number;
};

const none: Rates = {
  broken: 0,
  lostAnswer: 0,
  throttledUpdate: 0,
  lostUpdate: 0,
  staleDescription: 0,
  partialMetrics: 0,
  killed: 0,
  doubled: 0,
  delayed: 0,
  lostMessage: 0,
  poison: 0,
  hand: 0,
  reset: 0,
};
const mixed: Rates = {
  broken: 0.01,
  lostAnswer: 0.01,
  throttledUpdate: 0.1,
  lostUpdate: 0.1,
  staleDescription: 0.01,
  partialMetrics: 0.03,
  killed: 0.02,
  doubled: 0.05,
  delayed: 0.03,
  lostMessage: 0.02,
  poison: 0.02,
  hand: 0.0005,
  reset: 0.0005,
};

/** So long nothing is wrong at the end: then everything must be well again. */
export const calmMinutes = 60;

/** Episodes for a campaign, the calm last. A whole hour of outage is among them wherever there is room for it. */
export function planEpisodes(minutes: number, random: Random): Episode[] {
  const episodes: Episode[] = [];
  const add = (name: Episode['name'], length: number, rates: Rates, skewSeconds = 0) =>
    episodes.push({ name, minutes: length, rates, skewSeconds });
  let left = minutes - calmMinutes;
  const kinds = ['mixed', 'calm', 'throttled', 'killed', 'skewed', 'outage'] as const;
  for (let index = 0; left > 0; index++) {
    const kind = kinds[index % kinds.length] ?? 'calm';
    const length = Math.min(left, kind === 'outage' ? 60 : 20 + Math.floor(60 * random()));
    left -= length;
    if (kind === 'calm') add(kind, length, none);
    if (kind === 'mixed') add(kind, length, mixed);
    if (kind === 'throttled') add(kind, length, { ...mixed, broken: 0.1, throttledUpdate: 0.6 });
    if (kind === 'killed') add(kind, length, { ...mixed, killed: 0.2, doubled: 0.3 });
    if (kind === 'skewed') add(kind, length, mixed, random() < 0.5 ? 300 : -300);
    if (kind === 'outage') add(kind, length, { ...none, broken: 1, throttledUpdate: 1, lostMessage: 0.5 });
  }
  add('calm', calmMinutes, none);
  return episodes;
}
