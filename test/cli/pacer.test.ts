import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPacer } from '../../lib/cli/pacer.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('lets time pass that is due, and holds back what is not, until Ctrl-C', async () => {
  const interruption = new AbortController();
  const pacer = createPacer({ secondsPerSecond: 100 }, interruption.signal);
  vi.advanceTimersByTime(100);
  await pacer.pass(10);

  let passed = false;
  const waiting = pacer.pass(10).then(() => {
    passed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(passed).toBe(false);
  interruption.abort();
  await waiting;
  expect(passed).toBe(true);
});

it('a pause holds until the pace is changed, and what was saved up is not spent at once', async () => {
  const pacer = createPacer({ secondsPerSecond: 0 }, new AbortController().signal);
  let passed = false;
  const waiting = pacer.pass(30).then(() => {
    passed = true;
  });
  vi.advanceTimersByTime(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(passed).toBe(false);
  pacer.change({ secondsPerSecond: 1_000_000 });
  expect(pacer.pace).toEqual({ secondsPerSecond: 1_000_000 });
  vi.advanceTimersByTime(1);
  await waiting;
  expect(passed).toBe(true);
});
