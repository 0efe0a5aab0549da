import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const environmentFolder = (name: string) =>
  fileURLToPath(new URL(`../../node_modules/.cache/${name}`, import.meta.url));

/**
 * Packages of PyPI, in a virtual environment of this checkout, once for each list of them.
 * @throws Error when python3 has no venv, or PyPI is not to be reached.
 */
export async function installPython(name: string, packages: readonly string[]): Promise<void> {
  const folder = environmentFolder(name);
  const marker = `${folder}/installed.json`;
  const wanted = JSON.stringify(packages);
  if (existsSync(marker) && (await readFile(marker, 'utf8')) === wanted) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(`${folder}/bin/pip`, ['install', '--quiet', ...packages]);
  } catch (error) {
    throw new Error(
      `${packages.join(', ')} could not be installed: that needs python3 with venv, and PyPI.`,
      {
        cause: error,
      },
    );
  }
  await writeFile(marker, wanted);
}
