import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The next of a sequence of numbers from 0 up to, but not including, 1. */
export type Random = () => number;

/**
 * The same numbers for the same seed on any machine. Each purpose has a sequence of its own, so that drawing more of one
 * thing changes nothing else: two controllers that start different numbers of tasks meet the same arrivals.
 */
export function createRandom(seed: number, purpose: string): Random {
  const generator = xoroshiro128plus(seed ^ hash(purpose));
  // The generator's first numbers are alike for seeds that are alike.
  for (let discarded = 0; discarded < 16; discarded++) generator.next();
  return () => uniformFloat64(generator);
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
