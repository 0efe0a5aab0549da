import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const app = fileURLToPath(new URL('../../bin/app.ts', import.meta.url));

const run = promisify(execFile);

/** `bin/app.ts` as the CDK runs it, with neither credentials nor a home to find any in. */
async function synthesizeApp(directory: string): Promise<void> {
  const path = process.env['PATH'] ?? '';
  await run(process.execPath, [app], {
    cwd: join(app, '..', '..'),
    env: { PATH: path, HOME: directory, CDK_OUTDIR: directory, CDK_DISABLE_VERSION_CHECK: '1' },
  });
}

describe('the bundle of a function', () => {
  let directory: string;
  let bundles: { readonly file: string; readonly code: string; readonly map: string; files: string[] }[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'weir-synth-'));
    await synthesizeApp(directory);
    const assets = (await readdir(directory)).filter((name) => name.startsWith('asset.'));
    bundles = await Promise.all(
      assets.map(async (name) => {
        const read = (file: string) => readFile(join(directory, name, file), 'utf8');
        const [code, map] = await Promise.all([read('index.mjs'), read('index.mjs.map')]);
        return {
          file: join(directory, name, 'index.mjs'),
          code,
          map,
          files: await readdir(join(directory, name)),
        };
      }),
    );
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is one file and its source map, for each of the seven', () => {
    expect(bundles.map(({ files }) => files.sort())).toEqual(
      Array.from({ length: 7 }, () => ['index.mjs', 'index.mjs.map']),
    );
    const entries = bundles.flatMap(({ map }) =>
      (JSON.parse(map) as { sources: string[] }).sources.filter((it) =>
        /functions\/\w+\/index\.ts$/.test(it),
      ),
    );
    expect(entries.map((it) => it.split('/').at(-2)).sort()).toEqual([
      'discover',
      'dispatch',
      'evaluate',
      'instruct',
      'learn',
      'observe',
      'publish',
    ]);
  });

  it('is minified: long lines and few', () => {
    for (const { code } of bundles) {
      expect(code.length / code.split('\n').length).toBeGreaterThan(500);
      expect(code.length).toBeLessThan(1_500_000);
    }
  });

  it('is an ES module that Node loads by itself: nothing is left to be found elsewhere', async () => {
    // Outside of the repository there is no node_modules for what a bundle might have left out.
    const load = 'console.log(Object.keys(await import(process.argv[1])).join(), typeof require)';
    for (const { file } of bundles) {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', load, file], {
        cwd: directory,
        env: { PATH: process.env['PATH'] ?? '', AWS_REGION: 'eu-central-1' },
      });
      expect(stdout).toBe('handler undefined\n');
    }
  });
});
