import type { Bottleneck, BottleneckKind } from '../contract/bottleneck.ts';

export type Measures = Omit<Bottleneck, 'kind' | 'sinceSeconds'>;

/** What a detector says now. Unknown is neither: what was there is kept, what was not is not made up. */
export type Verdict =
  | { readonly verdict: 'present'; readonly atSeconds: number; readonly measures: Measures }
  | { readonly verdict: 'absent' | 'unknown' };

export type Finding = { readonly kind: BottleneckKind; readonly state: Verdict };
