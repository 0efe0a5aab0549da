import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../lib/contract/instruction.ts';
import { isPaused, noControl, withInstruction, withOverride } from '../../lib/core/control.ts';
import type { Control } from '../../lib/core/loop-state.ts';
import { kinesisContext, now } from '../support/windows.ts';

const service = 'main/orders';
const after = (...instructions: Instruction[]): Control => instructions.reduce(withInstruction, noControl);

describe('a pause', () => {
  it.each<[string, Instruction[], [boolean, boolean]]>([
    ['one way', [{ kind: 'pause', service, direction: 'in' }], [false, true]],
    ['both', [{ kind: 'pause', service, direction: 'both' }], [true, true]],
    ['for a while', [{ kind: 'pause', service, direction: 'out', untilSeconds: now + 1 }], [true, false]],
    ['that is over', [{ kind: 'pause', service, direction: 'out', untilSeconds: now }], [false, false]],
    [
      'of both, of which one is resumed',
      [
        { kind: 'pause', service, direction: 'both' },
        { kind: 'resume', service, direction: 'out' },
      ],
      [false, true],
    ],
  ])('%s', (_, instructions, [out, inward]) => {
    const control = after(...instructions);
    expect([isPaused(control, 'out', now), isPaused(control, 'in', now)]).toEqual([out, inward]);
  });
});

describe('an override', () => {
  const limits = (minTasks: number | undefined, maxTasks: number | undefined, untilSeconds = now + 60) => {
    const override = {
      ...(minTasks !== undefined && { minTasks }),
      ...(maxTasks !== undefined && { maxTasks }),
      untilSeconds,
    };
    const control = after({ kind: 'override', service, ...override });
    const { policy } = withOverride({ ...kinesisContext({ minTasks: 2, maxTasks: 20 }), control }, now);
    return [policy.minTasks, policy.maxTasks];
  };

  it.each([
    ['both limits', 5, 9, [5, 9]],
    ['a minimum alone', 5, undefined, [5, 20]],
    ["a minimum above the policy's maximum lifts that", 30, undefined, [30, 30]],
    ['a maximum alone', undefined, 9, [2, 9]],
    ["a maximum below the policy's minimum lowers that", undefined, 1, [1, 1]],
  ])('%s', (_, minTasks, maxTasks, expected) => {
    expect(limits(minTasks, maxTasks)).toEqual(expected);
  });

  it('ends when its time is over', () => {
    expect(limits(5, 9, now)).toEqual([2, 20]);
  });
});

describe('answers', () => {
  it('the newest of a decision counts, and only a few are kept', () => {
    const ids = Array.from({ length: 6 }, (_, index) => `${service}#${index}`);
    const control = after(...ids.map((decisionId) => ({ kind: 'approve' as const, decisionId })), {
      kind: 'reject',
      decisionId: ids[4]!,
    });
    expect(control.answers).toEqual([
      { decisionId: ids[2], approved: true },
      { decisionId: ids[3], approved: true },
      { decisionId: ids[5], approved: true },
      { decisionId: ids[4], approved: false },
    ]);
  });
});
