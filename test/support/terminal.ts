import type { Terminal } from '../../lib/cli/terminal.ts';

/** A terminal that remembers what it was told, and whose Ctrl-C the test presses. */
export function createTerminal() {
  const interruption = new AbortController();
  let out = '';
  let err = '';
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interrupted: interruption.signal,
  };
  return { terminal, out: () => out, err: () => err, interrupt: () => interruption.abort() };
}
