import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { createTerminal } from '../support/terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  const { terminal, out, err } = createTerminal();
  const code = await main(args, terminal);
  return { code, out: out(), err: err() };
}

describe('a trace that cannot be played is told in one line with its place, and exit code 2', () => {
  it.each([
    ['a missing column', 'timestamp_s,load\n0,1\n60,2\n', /:1: no column rate/],
    ['a number that is none', 'timestamp_s,rate\n0,1\n60,many\n', /:3: rate is "many"/],
    ['a negative rate', 'timestamp_s,rate\n0,1\n60,-2\n', /:3: rate is -2/],
    ['time that goes back', 'timestamp_s,rate\n0,1\n60,2\n30,2\n', /:4: timestamp_s is 30 after 60/],
    ['nothing in it', '', /:1: the file is empty/],
    ['a header alone', 'timestamp_s,rate\n', /:1: 0 bins/],
    ['no load at all', 'timestamp_s,rate\n0,0\n60,0\n', /no load in the part asked for/],
  ])('%s', async (_, text, expected) => {
    const file = join(folder, 'trace.csv');
    await writeFile(file, text);
    const { code, out, err } = await run('demo', '--headless', '--json', '--trace', file);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(expected);
    expect(err).toMatch(/^weir: [^\n]*\n$/);
  });

  it('a file that is not there', async () => {
    const { code, err } = await run('demo', '--headless', '--trace', join(folder, 'none.csv'));
    expect(code).toBe(2);
    expect(err).toMatch(/^weir: --trace [^\n]*none\.csv cannot be read \(ENOENT\)[^\n]*\n$/);
  });

  it('a part that lies outside of it', async () => {
    const file = join(folder, 'short.csv');
    await writeFile(file, 'timestamp_s,rate\n0,1\n60,2\n');
    const { code, err } = await run('demo', '--headless', '--trace', file, '--from', '1h');
    expect(code).toBe(2);
    expect(err).toMatch(/short\.csv is 120 s/);
  });
});

describe('a command line that is wrong gets the usage or one line, and exit code 2', () => {
  it.each([
    ['an unknown option', ['demo', '--bogus'], /unknown option '--bogus'[\s\S]*Usage: weir demo/],
    ['an unknown command', ['fly'], /unknown command 'fly'[\s\S]*Usage: weir/],
    ['an option without its value', ['demo', '--port'], /argument missing[\s\S]*Usage: weir demo/],
    ['a value out of bounds', ['demo', '--seed', '-1'], /^weir: --seed is "-1": expected a whole number/],
    [
      '--json without --headless',
      ['demo', '--json'],
      /^weir: --json prints the figures of a run without a page/,
    ],
    ['a part beyond the end of the load', ['demo', '--headless', '--from', '2d'], /^weir: --from and --for/],
  ])('%s', async (_, args, expected) => {
    const { code, out, err } = await run(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(expected);
  });

  it('help is no error', async () => {
    const { code, out, err } = await run('demo', '--help');
    expect(code).toBe(0);
    expect(out).toMatch(/Usage: weir demo/);
    expect(err).toBe('');
  });
});
