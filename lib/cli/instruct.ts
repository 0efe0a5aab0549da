import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { Command } from 'commander';
import * as z from 'zod';
import {
  directions,
  instructionDetailType,
  instructionSchema,
  instructionSource,
  serviceOf,
} from '../contract/instruction.ts';
import { InputError, WeirError } from '../contract/weir-error.ts';
import { parseDuration } from './duration.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** Where Weir is: on an account, or a local run with a page on this port. */
export type Where =
  | { readonly bus: string; readonly region: string | undefined }
  | { readonly local: number };

/** Tells Weir what a person says; `forSeconds` of what lasts a while. */
export type Say = (instruction: object, where: Where, forSeconds: number | undefined) => Promise<void>;

type Typed = Readonly<Record<string, string | undefined>>;

/** The commands by which a person tells Weir what to do with one service of an account. */
export function instructCommands(
  terminal: Terminal,
  onExit: (code: ExitCode) => void,
  nowSeconds: () => number = () => Math.floor(Date.now() / 1000),
  say: Say = tell,
): Command[] {
  const command = (name: string, description: string, read: (subject: string, typed: Typed) => object) =>
    new Command(name)
      .description(description)
      .option('--bus <name>', "name of Weir's event bus", 'weir')
      .option('--region <name>', "Region of Weir; the environment's, unless given")
      .option('--local <port>', 'a local run (weir demo) instead, by the port of its page')
      .action(async (subject: string, typed: Typed) => {
        const parsed = instructionSchema.safeParse({ kind: name, ...read(subject, typed) });
        if (!parsed.success)
          throw new InputError(`${name} ${subject}: ${sentence(parsed.error)}`, { cause: parsed.error });
        await say(parsed.data, whereOf(typed), forSecondsOf(typed));
        terminal.out(`${name}: told. The next tick of ${serviceOf(parsed.data)} goes by it.\n`);
        onExit(0);
      });
  const until = (typed: Typed): { readonly untilSeconds?: number } => {
    const seconds = forSecondsOf(typed);
    return seconds === undefined ? {} : { untilSeconds: Math.floor(nowSeconds() + seconds) };
  };
  const whole = (typed: Typed, name: string, as: string): Readonly<Record<string, number>> => {
    const text = typed[name];
    if (text === undefined) return {};
    if (/^\d{1,4}$/.test(text)) return { [as]: Number(text) };
    throw new InputError(`--${name} is ${JSON.stringify(text)}: expected a whole number from 0 to 5000`);
  };
  const service = '<service>';
  const direction = ['--direction <way>', `which way: ${directions.join(', ')}`, 'both'] as const;
  return [
    command('approve', 'Says yes to a decision that waits (mode approve).', (decisionId) => ({
      decisionId,
    })).argument('<id>', 'of the decision, as its event has it: CLUSTER/SERVICE#NUMBER'),
    command('reject', 'Says no to a decision that waits (mode approve).', (decisionId) => ({
      decisionId,
    })).argument('<id>', 'of the decision, as its event has it: CLUSTER/SERVICE#NUMBER'),
    command('pause', 'Leaves the count of a service alone, one way or both.', (subject, typed) => ({
      service: subject,
      direction: typed['direction'],
      ...until(typed),
    }))
      .argument(service, 'CLUSTER/SERVICE')
      .option(...direction)
      .option('--for <time>', 'how long; until resume, unless given'),
    command('resume', 'Scales a service again, one way or both.', (subject, typed) => ({
      service: subject,
      direction: typed['direction'],
    }))
      .argument(service, 'CLUSTER/SERVICE')
      .option(...direction),
    command('override', "Sets limits in place of the policy's for a while.", (subject, typed) => ({
      service: subject,
      ...whole(typed, 'min', 'minTasks'),
      ...whole(typed, 'max', 'maxTasks'),
      ...until(typed),
    }))
      .argument(service, 'CLUSTER/SERVICE')
      .option('--min <tasks>', 'no fewer')
      .option('--max <tasks>', 'no more')
      .requiredOption('--for <time>', 'how long; 0s ends what was set before'),
  ];
}

const sentence = (error: z.ZodError) => z.prettifyError(error).replaceAll('\n', ' ');

function forSecondsOf(typed: Typed): number | undefined {
  const text = typed['for'];
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds <= 400 * 86_400) return seconds;
  throw new InputError(
    `--for is ${JSON.stringify(text)}: expected a time up to 400d, e.g. 90s, 10m, 24h or 5d`,
  );
}

function whereOf(typed: Typed): Where {
  const { local, bus = 'weir', region } = typed;
  if (local === undefined) return { bus, region };
  if (/^\d{1,5}$/.test(local)) return { local: Number(local) };
  throw new InputError(
    `--local is ${JSON.stringify(local)}: expected the port of the page of a local run, e.g. 8787`,
  );
}

const tell: Say = (instruction, where, forSeconds) =>
  'local' in where ? tellLocally(instruction, where.local, forSeconds) : putOnBus(instruction, where);

/** A local run has a time of its own: it is told how long, and not until when. */
async function tellLocally(instruction: object, port: number, forSeconds: number | undefined): Promise<void> {
  const { untilSeconds, ...rest } = instruction as { readonly untilSeconds?: number };
  const url = `http://127.0.0.1:${port}/instruct`;
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ instruction: rest, ...(forSeconds !== undefined && { forSeconds }) }),
  }).catch((cause: unknown) => {
    throw new InputError(`Nothing listens on ${url}: start a local run with weir demo --port ${port}`, {
      cause,
    });
  });
  if (!answer.ok) throw new WeirError(`The local run answers ${answer.status}: ${await answer.text()}`);
}

async function putOnBus(
  instruction: object,
  { bus, region }: Extract<Where, { readonly bus: string }>,
): Promise<void> {
  const client = new EventBridgeClient({ ...(region !== undefined && { region }) });
  const { FailedEntryCount = 0, Entries = [] } = await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: bus,
          Source: instructionSource,
          DetailType: instructionDetailType,
          Detail: JSON.stringify(instruction),
        },
      ],
    }),
  );
  if (FailedEntryCount > 0) {
    const [entry] = Entries;
    throw new WeirError(
      `The bus ${bus} has not taken it: ${entry?.ErrorCode} ${entry?.ErrorMessage ?? ''}`.trim(),
    );
  }
}
