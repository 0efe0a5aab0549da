import { Command, CommanderError } from 'commander';
import { InputError } from '../contract/weir-error.ts';
import { demoCommand } from './demo.ts';
import { instructCommands } from './instruct.ts';
import { simulateCommand } from './simulate.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/**
 * The command line. Resolves to the exit code: 0 done, 2 the person must change something (usage or one line on
 * stderr says what), 1 Weir is broken (the message says how), 130 Ctrl-C before the result was there.
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = new Command('weir')
    .description('Holds stream services on Amazon ECS at a lag objective, at the least cost, and says why.')
    .exitOverride()
    .showHelpAfterError()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  const exit = (result: ExitCode) => {
    code = result;
  };
  const commands = [
    demoCommand(terminal, exit),
    simulateCommand(terminal, exit),
    ...instructCommands(terminal, exit),
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InputError) {
      terminal.err(`weir: ${error.message}\n`);
      return 2;
    }
    terminal.err(`weir: ${explain(error)}\n`);
    return 1;
  }
}

/** The message and what lies beneath it, then where it happened: this is a fault to report. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const messages: string[] = [];
  for (let it: unknown = error; it instanceof Error; it = it.cause) messages.push(it.message);
  return `${messages.join(': ')}\n${error.stack?.split('\n').slice(1).join('\n') ?? ''}`;
}
