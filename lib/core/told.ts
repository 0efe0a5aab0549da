import type { HoldReason } from '../contract/decision.ts';
import type { LoopState } from './loop-state.ts';

/**
 * Whether a hold is to be told now: a reason is told once it stands for a second tick. Near a limit it changes to and fro
 * with each point, and nobody learns from that.
 */
export function toldOf(
  reason: HoldReason,
  { heldFor, heldTold }: Pick<LoopState, 'heldFor' | 'heldTold'>,
): { readonly tell: boolean; readonly next: Pick<LoopState, 'heldFor' | 'heldTold'> } {
  const tell = reason === heldFor && reason !== heldTold;
  const told = tell ? reason : heldTold;
  return { tell, next: { heldFor: reason, ...(told && { heldTold: told }) } };
}
