import type { Instruction } from '../contract/instruction.ts';
import type { Control } from './loop-state.ts';
import type { ServiceContext } from './plan.ts';

export const noControl: Control = { paused: {}, answers: [] };

/** A service has one decision that waits; an answer to one that has lapsed is of no use. */
const keptAnswers = 4;

/** With one more instruction; the same one again changes nothing. */
export function withInstruction(control: Control, instruction: Instruction): Control {
  switch (instruction.kind) {
    case 'approve':
    case 'reject': {
      const { decisionId } = instruction;
      const others = control.answers.filter((it) => it.decisionId !== decisionId);
      const answer = { decisionId, approved: instruction.kind === 'approve' };
      return { ...control, answers: [...others, answer].slice(-keptAnswers) };
    }
    case 'pause': {
      const { untilSeconds } = instruction;
      const pause = untilSeconds === undefined ? {} : { untilSeconds };
      const paused = Object.fromEntries(waysOf(instruction.direction).map((way) => [way, pause]));
      return { ...control, paused: { ...control.paused, ...paused } };
    }
    case 'resume': {
      const resumed = waysOf(instruction.direction);
      const paused = Object.entries(control.paused).filter(([way]) => !resumed.some((it) => it === way));
      return { ...control, paused: Object.fromEntries(paused) };
    }
    case 'override': {
      const { kind, service, ...override } = instruction;
      return { ...control, override: override as NonNullable<Control['override']> };
    }
  }
}

const waysOf = (direction: 'out' | 'in' | 'both') =>
  direction === 'both' ? (['out', 'in'] as const) : [direction];

export function isPaused(control: Control | undefined, way: 'out' | 'in', nowSeconds: number): boolean {
  const pause = control?.paused[way];
  return pause !== undefined && (pause.untilSeconds ?? Number.POSITIVE_INFINITY) > nowSeconds;
}

/**
 * A service with the limits that a person has set for a while: override > tags > named policy > defaults. A minimum above
 * the policy's maximum lifts that, and a maximum below its minimum lowers it: whoever says one of them means it.
 */
export function withOverride<C extends ServiceContext>(context: C, nowSeconds: number): C {
  const override = context.control?.override;
  if (override === undefined || override.untilSeconds <= nowSeconds) return context;
  const { minTasks = context.policy.minTasks, maxTasks = context.policy.maxTasks } = override;
  const limits =
    override.maxTasks === undefined
      ? { minTasks, maxTasks: Math.max(minTasks, maxTasks) }
      : { minTasks: Math.min(minTasks, maxTasks), maxTasks };
  return { ...context, policy: { ...context.policy, ...limits } };
}
