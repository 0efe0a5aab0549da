#!/usr/bin/env node
import { main } from '../lib/cli/main.ts';

const interruption = new AbortController();
// The first Ctrl-C ends what runs and lets it close its doors; the second does not wait for that.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(code);
    interruption.abort();
  });
}

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  interrupted: interruption.signal,
});
