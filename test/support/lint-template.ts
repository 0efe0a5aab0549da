import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentFolder, installPython } from './python.ts';

/**
 * cfn-lint and checkov over the templates that `npm run synth` has written. What they find is mended, or explained beside
 * its resource (lib/constructs/findings.ts); anything else ends this with 1.
 */
const packages = ['cfn-lint==1.58.0', 'checkov==3.3.30'];
const environment = 'linters';
const output = fileURLToPath(new URL('../../cdk.out', import.meta.url));

const templates = readdirSync(output)
  .filter((name) => name.endsWith('.template.json'))
  .map((name) => `${output}/${name}`);
if (templates.length === 0) throw new Error(`There is no template in ${output}: npm run synth writes it.`);
await installPython(environment, packages);

/** Neither asks anybody anything: without a key checkov knows its own rules. */
const commands: readonly (readonly string[])[] = [
  ['cfn-lint', ...templates],
  ...templates.map((it) => [
    'checkov',
    '-f',
    it,
    '--framework',
    'cloudformation',
    '--compact',
    '--quiet',
    '--skip-download',
  ]),
];
for (const [command = '', ...args] of commands) {
  const { status } = spawnSync(`${environmentFolder(environment)}/bin/${command}`, args, {
    stdio: 'inherit',
  });
  process.stdout.write(
    `${command}: ${status === 0 ? 'nothing found that is not explained' : `ended with ${status}`}\n`,
  );
  if (status !== 0) process.exitCode = 1;
}
