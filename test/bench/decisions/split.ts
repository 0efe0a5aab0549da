/** The half of the traces that parameters were fitted on, or the half that has not been looked at for that. */
export type Half = 'fitted' | 'reported';

/** Traces of the same days: what was learned of one is known of the other. */
const groupOf = (trace: string) => (trace.startsWith('wc98_') ? 'wc98' : trace);

/**
 * Which half each trace belongs to: groups go to the half that has fewer traces, to the fitted one of equals; the largest
 * group first, then by name.
 * E.g. wc98_a, wc98_b, x, y and z: wc98_a, wc98_b and z are fitted on, x and y reported.
 */
export function splitTraces(traces: readonly string[]): ReadonlyMap<string, Half> {
  const groups = Map.groupBy(
    traces.toSorted((a, b) => (a < b ? -1 : 1)),
    groupOf,
  );
  const halves = new Map<string, Half>();
  const count = { fitted: 0, reported: 0 };
  for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) {
    const half = count.reported < count.fitted ? 'reported' : 'fitted';
    for (const trace of group) halves.set(trace, half);
    count[half] += group.length;
  }
  return halves;
}
