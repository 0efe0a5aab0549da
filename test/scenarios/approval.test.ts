import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryDeadLetters } from '../../lib/adapters/memory/dead-letters.ts';
import { createMemoryStore } from '../../lib/adapters/memory/store.ts';
import { createMemoryTelemetry } from '../../lib/adapters/memory/telemetry.ts';
import { policySchema } from '../../lib/config/policy.ts';
import type { EventDetail, WeirEvent } from '../../lib/contract/events.ts';
import { instructionDetailType, instructionSource } from '../../lib/contract/instruction.ts';
import { instruct } from '../../lib/control/instruct.ts';
import { runOnce } from '../../lib/control/run-once.ts';
import type { TickReport } from '../../lib/control/tick-report.ts';
import type { Scenario } from '../../lib/simulator/scenario.ts';
import type { Workload } from '../../lib/simulator/workload.ts';
import { createSimulatedWorld } from '../../lib/simulator/world.ts';
import { noon } from '../control/world.ts';

const service = 'main/orders';
const scenario: Scenario = {
  source: 'kinesis',
  partitions: 60,
  taskRatePerSecond: 100,
  startupSeconds: { shortest: 50, longest: 60 },
  rebalanceSeconds: 0,
  initialTasks: 5,
  minTasks: 1,
  maxTasks: 40,
  lagObjectiveSeconds: 60,
  cpuAtSaturationPercent: 90,
};

/** Load by the minute of the story: calm at first, so that what a task can do is known. */
function createStory(loadAt: (minute: number) => number, mode: 'auto' | 'approve' = 'approve') {
  const workload: Workload = {
    name: 'a story',
    fromSeconds: noon,
    untilSeconds: noon + 6 * 3600,
    zeroSeconds: noon,
    ratePerSecond: (atSeconds) => loadAt((atSeconds - noon) / 60),
  };
  const world = createSimulatedWorld(scenario, workload, 1);
  const store = createMemoryStore();
  const [telemetry, deadLetters] = [createMemoryTelemetry(), createMemoryDeadLetters()];
  const events: WeirEvent[] = [];
  store.onCommit((...[, written]) => events.push(...written.outbox));
  const policy = policySchema.parse({ maxTasks: 40 });
  const sources = [{ kind: 'kinesis', stream: 'orders', partitions: 60 } as const];
  let registered = false;
  const tick = async (): Promise<TickReport> => {
    if (!registered) {
      const registration = { service, mode, policy, sources };
      await store.commitRegistration({ service, version: 1, outbox: [], status: 'managed', registration });
      registered = true;
    }
    for (let step = 0; step < 12; step++) world.step();
    const { clock, services, metrics, queues } = world;
    return runOnce(
      { service, slotSeconds: clock.nowSeconds() },
      { clock, store, telemetry, services, metrics, queues },
    );
  };
  return {
    tick,
    minutes: async (count: number) => {
      for (let minute = 0; minute < count; minute++) await tick();
    },
    say: (detail: object, from: Partial<Record<'source' | 'detail-type', string>> = {}) =>
      instruct(
        { source: instructionSource, 'detail-type': instructionDetailType, detail, ...from },
        { clock: world.clock, store, deadLetters, telemetry },
      ),
    /** What was told since the last time, by these names. */
    told: (...types: WeirEvent['detailType'][]) =>
      events.splice(0).filter((it) => types.includes(it.detailType)),
    desired: () => world.frame().desiredTasks,
    updates: () => world.services.updates.length,
    nowSeconds: () => world.clock.nowSeconds(),
    letters: deadLetters.letters,
  };
}

const asked = (events: readonly WeirEvent[]) =>
  events.flatMap((it) =>
    it.detailType === 'Scaling Decision' ? [it.detail as EventDetail<'Scaling Decision'>] : [],
  );

describe('in approve, a surge after 20 minutes', () => {
  const surge = (minute: number) => (minute < 20 ? 400 : 900);
  let story: ReturnType<typeof createStory>;
  let first: EventDetail<'Scaling Decision'>;

  beforeEach(async () => {
    story = createStory(surge);
    await story.minutes(20);
    story.told();
    for (let minute = 0; minute < 5; minute++) {
      await story.tick();
      const [decision] = asked(story.told('Scaling Decision'));
      if (decision === undefined) continue;
      first = decision;
      return;
    }
    throw new Error('a surge asks for nothing');
  });

  it('a decision is asked for once, with its numbers, and nothing is done', async () => {
    expect(first).toMatchObject({ mode: 'approve', decision: { direction: 'out', from: 5 } });
    expect(first.decision.evidence.arrivalsPerSecond).toBeGreaterThan(400);
    await story.tick();
    expect(story.desired()).toBe(5);
    expect(story.updates()).toBe(0);
  });

  it('approved, the next tick carries it out, no further than it was', async () => {
    expect(await story.say({ kind: 'approve', decisionId: first.decisionId })).toBe('taken');
    expect(await story.tick()).toMatchObject({ kind: 'scaled', outcome: 'applied' });
    expect(story.desired()).toBeGreaterThan(5);
    expect(story.desired()).toBeLessThanOrEqual(first.decision.to);
    expect(story.told('Approval Ended', 'Scaling Applied')).toMatchObject([
      { detailType: 'Approval Ended', detail: { decisionId: first.decisionId, outcome: 'approved' } },
      { detailType: 'Scaling Applied', detail: { to: story.desired() } },
    ]);
  });

  it('rejected, it is told, and not asked for again while the surge lasts, for an hour', async () => {
    await story.say({ kind: 'reject', decisionId: first.decisionId });
    await story.tick();
    expect(story.told('Approval Ended')).toMatchObject([{ detail: { outcome: 'rejected' } }]);
    await story.minutes(30);
    expect(story.told('Scaling Decision', 'Approval Ended')).toEqual([]);
    expect(story.desired()).toBe(5);
    await story.minutes(35);
    expect(asked(story.told('Scaling Decision'))).toHaveLength(1);
  });

  it('an answer that comes too late, or to a decision that is none, does nothing', async () => {
    await story.say({ kind: 'approve', decisionId: `${service}#999` });
    await story.tick();
    expect(story.updates()).toBe(0);
  });
});

it('in approve, a surge that is over before anybody answers: what was asked for lapses, and a yes comes too late', async () => {
  const story = createStory((minute) => (minute < 20 || minute > 24 ? 400 : 900));
  await story.minutes(20);
  story.told();
  await story.minutes(5);
  const [first] = asked(story.told('Scaling Decision'));
  await story.minutes(20);
  const ends = story.told('Approval Ended');
  expect(ends.at(-1)).toMatchObject({ detail: { outcome: 'lapsed' } });
  await story.say({ kind: 'approve', decisionId: first!.decisionId });
  await story.minutes(3);
  expect(story.updates()).toBe(0);
});

describe('a person', () => {
  it('pauses: nothing is scaled that way, not even past the objective, until it is resumed', async () => {
    const story = createStory((minute) => (minute < 20 ? 400 : 900), 'auto');
    await story.minutes(20);
    const before = story.desired();
    expect(await story.say({ kind: 'pause', service, direction: 'out' })).toBe('taken');
    expect(await story.say({ kind: 'pause', service, direction: 'out' })).toBe('known');
    expect(story.told('Control Changed')).toMatchObject([{ detail: { paused: ['out'] } }]);
    const updates = story.updates();
    await story.minutes(8);
    expect([story.desired(), story.updates()]).toEqual([before, updates]);
    expect(await story.tick()).toMatchObject({ kind: 'held', decision: { reason: 'paused' } });
    await story.say({ kind: 'resume', service, direction: 'both' });
    expect(await story.tick()).toMatchObject({ kind: 'scaled', decision: { direction: 'out' } });
  });

  it('overrides the minimum for half an hour, before a campaign that is announced', async () => {
    const story = createStory(() => 400, 'auto');
    await story.minutes(20);
    const untilSeconds = story.nowSeconds() + 1800;
    await story.say({ kind: 'override', service, minTasks: 12, untilSeconds });
    expect(await story.tick()).toMatchObject({
      kind: 'scaled',
      decision: { to: 12, reason: 'below-minimum' },
    });
    await story.minutes(25);
    expect(story.desired()).toBe(12);
    await story.minutes(20);
    expect(story.desired()).toBeLessThan(7);
  });

  it.each([
    [
      'of a service that Weir does not manage',
      { kind: 'pause', service: 'main/others', direction: 'in' },
      'unmanaged',
    ],
    ['that nobody understands', { kind: 'stop', service }, 'unreadable'],
    [
      'with more at least than at most',
      { kind: 'override', service, minTasks: 9, maxTasks: 3, untilSeconds: 1 },
      'unreadable',
    ],
  ])('says something %s: it is kept, with the reason', async (_, detail, expected) => {
    const story = createStory(() => 400);
    await story.tick();
    expect(await story.say(detail)).toBe(expected);
    expect(story.letters).toHaveLength(1);
    expect(story.letters[0]).toMatchObject({ from: 'instruct', body: expect.stringContaining(detail.kind) });
  });
});
