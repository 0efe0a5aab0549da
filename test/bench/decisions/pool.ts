import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Job, Result } from './play.ts';

/**
 * Plays the jobs on so many threads, each taking the next as soon as it is done with one; the results in the order of
 * the jobs, however many threads there are. `onResult` hears of each as it comes. @throws what a job throws.
 */
export async function playAll(
  jobs: readonly Job[],
  threads: number,
  onResult: (result: Result) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = jobs.entries();
  const run = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      for (const [index, job] of waiting) {
        worker.postMessage(job);
        // A worker's error rejects this.
        const [result] = (await once(worker, 'message')) as [Result];
        results[index] = result;
        onResult(result);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, run));
  return results;
}
