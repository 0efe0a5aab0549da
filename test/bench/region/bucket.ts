/** A bucket of calls, as AWS limits its APIs: it holds so many, and gets so many more a second. */
export type Bucket = {
  /** Takes one; false where there is none, which AWS answers with a ThrottlingException. */
  take(): boolean;
  /** Calls that were answered, and refused, since the last time. */
  counts(): { readonly taken: number; readonly refused: number };
};

/** E.g. 50 and 5 a second: of 100 calls in 10 s all are answered, of 100 at once 50. */
export function createBucket(holds: number, perSecond: number, nowSeconds: () => number): Bucket {
  let level = holds;
  let atSeconds = nowSeconds();
  let [taken, refused] = [0, 0];
  return {
    take: () => {
      const now = nowSeconds();
      level = Math.min(holds, level + Math.max(0, now - atSeconds) * perSecond);
      atSeconds = now;
      if (level < 1) {
        refused++;
        return false;
      }
      level--;
      taken++;
      return true;
    },
    counts: () => {
      const counted = { taken, refused };
      [taken, refused] = [0, 0];
      return counted;
    },
  };
}
