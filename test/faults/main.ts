import { parseArgs } from 'node:util';
import { columns, whole } from '../bench/text.ts';
import { type Campaign, runCampaign } from './campaign.ts';
import { Broken } from './invariants.ts';

const usage = 'Usage: npm run test:faults -- [--minutes 10000] [--services 50] [--seed 1]\n';

function readOptions(): Campaign | undefined {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10000' },
        services: { type: 'string', default: '50' },
        seed: { type: 'string', default: '1' },
      },
    });
    const [minutes, services, seed] = [values.minutes, values.services, values.seed].map(Number) as [
      number,
      number,
      number,
    ];
    const wrong = [minutes, services, seed].some((it) => !Number.isInteger(it) || it < 1) || minutes < 120;
    if (!wrong) return { minutes, services, seed };
    process.stderr.write(
      `--minutes is ${values.minutes}, --services ${values.services}, --seed ${values.seed}: whole numbers, and 120 minutes at least\n${usage}`,
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
  return undefined;
}

const campaign = readOptions();
if (campaign === undefined) process.exitCode = 2;
else {
  const { minutes, services, seed } = campaign;
  process.stdout.write(`${whole(minutes)} minutes of ${whole(services)} services, seed ${seed}\n\n`);
  try {
    const counts = await runCampaign(campaign);
    const rows = [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, times]) => [what, whole(times)]);
    process.stdout.write(`${columns([['', 'times'], ...rows])}\n\nEvery invariant held.\n`);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    process.stdout.write(
      `An invariant does not hold. To see it again: npm run test:faults -- --minutes ${minutes} --services ${services} --seed ${seed}\n\n${error.message}\n`,
    );
    process.exitCode = 1;
  }
}
