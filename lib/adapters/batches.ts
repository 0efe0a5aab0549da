/** How long a call waits for others to share its request. Ticks of one message run side by side, not in step. */
const gatherMilliseconds = 5;

/** For dataloader's `batchScheduleFn`. */
export function gather(dispatch: () => void): void {
  setTimeout(dispatch, gatherMilliseconds);
}

/**
 * Cuts a list into runs of at most `maximum` items whose sizes add up to at most `maximumSize`, in order. An item
 * that is larger by itself gets a run of its own.
 * E.g. sizes 4, 4, 4 with at most 10 items of size 10 together: [4, 4], [4].
 */
export function inBatches<T>(
  items: readonly T[],
  maximum: number,
  sizeOf: (item: T) => number = () => 0,
  maximumSize = Number.POSITIVE_INFINITY,
): T[][] {
  const batches: T[][] = [];
  let size = 0;
  for (const item of items) {
    const batch = batches.at(-1);
    const itemSize = sizeOf(item);
    if (batch === undefined || batch.length >= maximum || size + itemSize > maximumSize) {
      batches.push([item]);
      size = itemSize;
    } else {
      batch.push(item);
      size += itemSize;
    }
  }
  return batches;
}
