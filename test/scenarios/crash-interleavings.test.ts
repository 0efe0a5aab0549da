import { describe, expect, it } from 'vitest';
import { callTimeoutSeconds, clockSkewSeconds, leaseSeconds } from '../../lib/control/act.ts';
import { explore, type Scenario } from '../control/interleavings.ts';
import { noon } from '../control/world.ts';

/**
 * Two evaluators and more, at once, in every order in which their calls can be carried out and answered, with stalls
 * and kills in between. After each of these schedules come undisturbed ticks; then ECS must be where the decisions led,
 * each decision sent at most once, told once, and ended once, as what is true (ledger.ts).
 */

const sameTick = [{ slotSeconds: noon }, { slotSeconds: noon }];
const consecutiveTicks = [{ slotSeconds: noon }, { slotSeconds: noon + 60 }];
/** The later tick comes a moment early: the older one is within its cadence until time passes. */
const between = noon + 58;

/** Too long for what is left of the lease to outlive a call. */
const tooLongToSend = leaseSeconds - callTimeoutSeconds;
/** Too long for the lease. */
const tooLongForLease = leaseSeconds + 1;

const calm = { startSeconds: noon + 1, stallSeconds: [], stalls: 0, kills: 0 };

describe.each<[string, Scenario, string[]]>([
  [
    'the same tick twice, either or both killed at any call',
    { ...calm, evaluators: sameTick, kills: 2 },
    ['duplicate', 'overtaken', 'scaled applied'],
  ],
  [
    'the same tick twice, one stalled and one killed at any call',
    { ...calm, evaluators: sameTick, stallSeconds: [tooLongToSend, tooLongForLease], stalls: 1, kills: 1 },
    ['duplicate', 'overtaken', 'scaled applied', 'scaled failed', 'scaled unknown'],
  ],
  [
    'the same tick twice, stalled twice at any calls',
    { ...calm, evaluators: sameTick, stallSeconds: [tooLongToSend, tooLongForLease], stalls: 2 },
    ['duplicate', 'late', 'overtaken', 'scaled applied', 'scaled failed', 'scaled unknown'],
  ],
  [
    'consecutive ticks, one stalled and one killed at any call',
    {
      ...calm,
      startSeconds: between,
      evaluators: consecutiveTicks,
      stallSeconds: [tooLongToSend, tooLongForLease],
      stalls: 1,
      kills: 1,
    },
    ['busy', 'late', 'overtaken', 'scaled applied', 'scaled failed', 'scaled unknown'],
  ],
  [
    'consecutive ticks, stalled three times at any calls',
    {
      ...calm,
      startSeconds: between,
      evaluators: consecutiveTicks,
      stallSeconds: [tooLongForLease],
      stalls: 3,
    },
    ['busy', 'late', 'overtaken', 'scaled applied', 'scaled failed', 'scaled unknown'],
  ],
  [
    'consecutive ticks, the clock of the later one ahead, and stalls as long as the lease and the call just bear',
    {
      ...calm,
      startSeconds: between,
      evaluators: [{ slotSeconds: noon }, { slotSeconds: noon + 60, clockAheadSeconds: clockSkewSeconds }],
      stallSeconds: [callTimeoutSeconds, leaseSeconds - callTimeoutSeconds - clockSkewSeconds],
      stalls: 2,
    },
    ['busy', 'overtaken', 'scaled applied', 'scaled failed'],
  ],
  [
    'the same tick twice, one stalled and one killed, and a person who sets the count at any moment',
    { ...calm, evaluators: sameTick, stallSeconds: [tooLongForLease], stalls: 1, kills: 1, person: 5 },
    ['duplicate', 'overtaken', 'scaled applied', 'scaled failed', 'scaled unknown'],
  ],
  [
    'the same tick twice and the next one, all at once, one of them killed',
    { ...calm, startSeconds: between, evaluators: [...sameTick, { slotSeconds: noon + 60 }], kills: 1 },
    ['busy', 'duplicate', 'overtaken', 'scaled applied'],
  ],
])('%s', (_, scenario, expected) => {
  it('comes out right in every order', async () => {
    const { problems, reports, endings, situations } = await explore(scenario);

    expect(problems.toSorted((a, b) => a.steps.length - b.steps.length)[0]).toBeUndefined();
    // The schedules did lead into the corners that they are for.
    expect([...reports]).toEqual(expect.arrayContaining(expected));
    expect(endings).toBeGreaterThan(1);
    expect(situations).toBeGreaterThan(100);
  });
});
