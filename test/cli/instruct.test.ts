import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { instructCommands } from '../../lib/cli/instruct.ts';
import { main } from '../../lib/cli/main.ts';
import { InputError } from '../../lib/contract/weir-error.ts';
import { createTerminal } from '../support/terminal.ts';

const now = 1_795_780_800;

async function said(...args: string[]) {
  const { terminal, out } = createTerminal();
  const told: unknown[] = [];
  const program = new Command().exitOverride();
  const commands = instructCommands(
    terminal,
    () => {},
    () => now,
    async (instruction, where) => {
      told.push([instruction, where]);
    },
  );
  for (const command of commands) program.addCommand(command);
  await program.parseAsync(args, { from: 'user' });
  return { told, out: out() };
}

const weir = { bus: 'weir', region: undefined };

describe('what a person types is put on the bus', () => {
  it.each<[string[], object]>([
    [['approve', 'main/orders#41'], { kind: 'approve', decisionId: 'main/orders#41' }],
    [['reject', 'main/orders#41'], { kind: 'reject', decisionId: 'main/orders#41' }],
    [['pause', 'main/orders'], { kind: 'pause', service: 'main/orders', direction: 'both' }],
    [
      ['pause', 'main/orders', '--direction', 'in', '--for', '2h'],
      { kind: 'pause', service: 'main/orders', direction: 'in', untilSeconds: now + 7200 },
    ],
    [
      ['resume', 'main/orders', '--direction', 'out'],
      { kind: 'resume', service: 'main/orders', direction: 'out' },
    ],
    [
      ['override', 'main/orders', '--min', '12', '--max', '40', '--for', '30m'],
      { kind: 'override', service: 'main/orders', minTasks: 12, maxTasks: 40, untilSeconds: now + 1800 },
    ],
    [
      ['override', 'main/orders', '--for', '0s'],
      { kind: 'override', service: 'main/orders', untilSeconds: now },
    ],
  ])('%j', async (args, expected) => {
    const { told, out } = await said(...args);
    expect(told).toMatchObject([[expected, weir]]);
    expect(out).toBe(`${args[0]}: told. The next tick of main/orders goes by it.\n`);
  });

  it('of another deployment', async () => {
    const { told } = await said('pause', 'main/orders', '--bus', 'weir-test', '--region', 'eu-central-1');
    expect(told).toMatchObject([[{}, { bus: 'weir-test', region: 'eu-central-1' }]]);
  });
});

describe('what is wrong is said, with what would be right, and nothing is told', () => {
  it.each<[string[], RegExp]>([
    [['approve', 'orders'], /approve orders: .*expected the id of a decision, CLUSTER\/SERVICE#NUMBER/],
    [['pause', 'orders'], /pause orders: .*expected cluster\/service/],
    [['pause', 'main/orders', '--direction', 'up'], /direction/],
    [['pause', 'main/orders', '--local', 'here'], /--local is "here": expected the port/],
    [['pause', 'main/orders', '--for', 'soon'], /--for is "soon": expected a time up to 400d/],
    [['override', 'main/orders', '--min', 'many', '--for', '1h'], /--min is "many": expected a whole number/],
    [
      ['override', 'main/orders', '--min', '9', '--max', '3', '--for', '1h'],
      /minTasks is more than maxTasks/,
    ],
  ])('%j', async (args, expected) => {
    const failed = said(...args);
    await expect(failed).rejects.toThrow(InputError);
    await expect(failed).rejects.toThrow(expected);
  });

  it('in one line, with exit code 2', async () => {
    const { terminal, err } = createTerminal();
    expect(await main(['approve', 'orders'], terminal)).toBe(2);
    expect(err()).toMatch(/^weir: approve orders: [^\n]*\n$/);
  });
});
