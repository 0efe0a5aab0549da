import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** As little as a function of 256 MB leaves for objects, so that what is garbage is not counted as need. */
const heap = ['--max-old-space-size=128', '--max-semi-space-size=4'];

/** The most memory, MB, that a process of its own has held resident while it evaluated messages of 100 services. */
export async function measureMemory(): Promise<number> {
  const script = fileURLToPath(new URL('./evaluate-hundred.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [...heap, script]);
  return Number(stdout);
}
