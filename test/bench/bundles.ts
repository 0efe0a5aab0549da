import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { buildOptions, entryOf } from '../../lib/constructs/bundling.ts';
import type { FunctionName } from '../../lib/contract/environment.ts';
import { functionNames } from './hour.ts';

export type Measured = { readonly bytes: number; readonly initMilliseconds: number };
export type BundleRow = {
  readonly name: FunctionName;
  readonly weir: Measured;
  /** A handler that does nothing but have the same SDK clients. */
  readonly empty: Measured;
};

const options = { ...buildOptions, mainFields: [...buildOptions.mainFields] };
const starts = 15;
const adapterFile = (name: string) => fileURLToPath(new URL(`../../lib/adapters/${name}`, import.meta.url));

/** Size and init time of each function, bundled as it is deployed. */
export async function measureBundles(): Promise<BundleRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'));
  try {
    const rows: BundleRow[] = [];
    for (const name of functionNames) {
      const entry = entryOf(name);
      const [weirFile, emptyFile] = [join(folder, `${name}.mjs`), join(folder, `${name}-empty.mjs`)];
      await build({ ...options, entryPoints: [entry], outfile: weirFile });
      const contents = emptyHandler(await readFile(entry, 'utf8'));
      const stdin = { contents, resolveDir: folder, loader: 'ts' } as const;
      await build({ ...options, stdin, outfile: emptyFile });
      rows.push({ name, ...(await measurePair(weirFile, emptyFile)) });
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Makes, at its first event as Weir does, the clients that the source of a function makes. */
function emptyHandler(source: string): string {
  const names = [...new Set(source.match(/\bcreate\w+Client(?:WithoutRetries)?\b/g))];
  const calls = names.map((it) => `${it}()`).join(', ');
  const imports = names.map((it) => {
    const file = adapterFile(it === 'createTableClient' ? 'table-client.ts' : 'clients.ts');
    return `import { ${it} } from ${JSON.stringify(file)};`;
  });
  return `${imports.join('\n')}
    export const handler = async () => [${calls}].length;`;
}

/** Starts both in turn, so that whatever else the machine does meets both. */
async function measurePair(weirFile: string, emptyFile: string): Promise<Pick<BundleRow, 'weir' | 'empty'>> {
  const times: [number[], number[]] = [[], []];
  for (let start = 0; start < starts; start++) {
    times[0].push(await initOf(weirFile));
    times[1].push(await initOf(emptyFile));
  }
  return { weir: await measured(weirFile, times[0]), empty: await measured(emptyFile, times[1]) };
}

async function measured(file: string, times: readonly number[]): Promise<Measured> {
  const sorted = times.toSorted((a, b) => a - b);
  return { bytes: (await stat(file)).size, initMilliseconds: sorted[Math.floor(sorted.length / 2)] ?? 0 };
}

/** What Lambda's init phase is spent on: the import of the bundle, in a process of its own. */
async function initOf(file: string): Promise<number> {
  const script = `const began = performance.now();
    await import(${JSON.stringify(file)});
    process.stdout.write(String(performance.now() - began));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, AWS_REGION: 'us-east-1' },
  });
  return Number(stdout);
}
