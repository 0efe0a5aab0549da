import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { type LocalInstruction, localInstructionSchema } from '../contract/instruction.ts';
import { InputError } from '../contract/weir-error.ts';
import type { Broadcast } from './broadcast.ts';
import type { Pace } from './feed.ts';

const host = '127.0.0.1';
/** How often a page is told what is new. */
const flushMilliseconds = 100;
const longestBodyBytes = 1000;

const javascript = 'text/javascript; charset=utf-8';
const stylesheet = 'text/css; charset=utf-8';

const require = createRequire(import.meta.url);
const own = (file: string) => new URL(`./page/${file}`, import.meta.url);
const uplot = (file: string) => require.resolve(`uplot/dist/${file}`);

/** Everything there is to fetch beside the events; nothing else of the disk can be asked for. */
const files: Readonly<Record<string, readonly [location: URL | string, type: string]>> = {
  '/': [own('index.html'), 'text/html; charset=utf-8'],
  '/style.css': [own('style.css'), stylesheet],
  '/main.js': [own('main.js'), javascript],
  '/charts.js': [own('charts.js'), javascript],
  '/chart-series.js': [own('chart-series.js'), javascript],
  '/plot-options.js': [own('plot-options.js'), javascript],
  '/format.js': [own('format.js'), javascript],
  '/news.js': [own('news.js'), javascript],
  '/figures.js': [own('figures.js'), javascript],
  '/icon.svg': [own('icon.svg'), 'image/svg+xml'],
  '/uplot.js': [uplot('uPlot.esm.js'), javascript],
  '/uplot.css': [uplot('uPlot.min.css'), stylesheet],
};

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** 0 pauses; more than this machine can do is as fast as it can. */
const paceSchema = z.strictObject({ secondsPerSecond: z.number().min(0).max(1_000_000) });

export type PageServer = {
  readonly url: string;
  /** Ends every connection and resolves when the port is free again. */
  close(): Promise<void>;
};

/** What a person does with the page, or tells it from elsewhere on this machine. */
export type PageListeners = {
  readonly onPace: (pace: Pace) => void;
  /** Of an instruction that lasts a while: for how long, in simulated time. */
  readonly onInstruction: (instruction: LocalInstruction) => void;
};

/**
 * Serves the demo's page and its events on loopback. `GET /events` is the stream of feed.ts; `POST /pace` changes
 * the pace, from this page only; `POST /instruct` takes what `weir pause` and the like say to `--local`.
 * @throws InputError if the port is taken or not for this user.
 */
export async function servePage(
  port: number,
  broadcast: Broadcast,
  { onPace, onInstruction }: PageListeners,
): Promise<PageServer> {
  const bodies = new Map<string, { readonly body: Buffer; readonly type: string }>();
  for (const [path, [location, type]] of Object.entries(files))
    bodies.set(path, { body: await readFile(location), type });

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const answer = ([status, text]: Answer) => {
      response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(text);
    };
    const file = bodies.get(path);
    // A page of somewhere else whose name was made to point here still sends its own name.
    if (!isOwnHost(request.headers.host)) {
      answer([421, 'This server answers to 127.0.0.1 and localhost only.\n']);
    } else if (path === '/pace' && request.method === 'POST') {
      // A request that was cut off has nobody to answer.
      takePace(request, onPace).then(answer, () => response.destroy());
    } else if (path === '/instruct' && request.method === 'POST') {
      takeInstruction(request, onInstruction).then(answer, () => response.destroy());
    } else if (request.method !== 'GET') {
      answer([405, 'Only GET here.\n']);
    } else if (path === '/events') {
      streamEvents(request, response, broadcast);
    } else if (file === undefined) {
      answer([404, 'Not found.\n']);
    } else {
      response.writeHead(200, { ...headers, 'content-type': file.type }).end(file.body);
    }
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function explain(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    const other = port < 65_535 ? port + 1 : 8787;
    return new InputError(`Port ${port} is taken: give another with --port, e.g. --port ${other}`, {
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new InputError(`Port ${port} is not for this user: give one above 1023 with --port`, {
      cause: error,
    });
  }
  return error;
}

function isOwnHost(received: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(received ?? '');
}

/** Each page has a reader of its own; one that reads slowly is told later, and more at once. */
function streamEvents(request: IncomingMessage, response: ServerResponse, broadcast: Broadcast): void {
  response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(`retry: 1000\nevent: opening\ndata: ${JSON.stringify(broadcast.opening)}\n\n`);
  const lastEventId = request.headers['last-event-id'];
  const reader = broadcast.reader(typeof lastEventId === 'string' ? lastEventId : undefined);
  const flush = () => {
    if (response.writableNeedDrain) return;
    const next = reader.read();
    if (next === undefined) return;
    response.write(`id: ${next.id}\nevent: update\ndata: ${JSON.stringify(next.update)}\n\n`);
  };
  const timer = setInterval(flush, flushMilliseconds);
  response.on('close', () => clearInterval(timer));
  flush();
}

/** The body, or nothing if it is longer than a pace can be. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > longestBodyBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

type Answer = readonly [status: number, text: string];

async function takePace(request: IncomingMessage, onPace: (pace: Pace) => void): Promise<Answer> {
  if (request.headers.origin !== `http://${request.headers.host}`) {
    return [403, 'Only the page of this server may set the pace.\n'];
  }
  const body = await readBody(request);
  if (body === undefined) return [413, `A pace takes at most ${longestBodyBytes} bytes.\n`];
  const parsed = paceSchema.safeParse(parseJson(body));
  if (!parsed.success) return [400, `${z.prettifyError(parsed.error)}\n`];
  onPace(parsed.data);
  return [200, 'ok\n'];
}

/** From this machine's command line, which has no origin, or this page: no other may speak through a browser. */
async function takeInstruction(
  request: IncomingMessage,
  onInstruction: PageListeners['onInstruction'],
): Promise<Answer> {
  const { origin, host: own } = request.headers;
  if (origin !== undefined && origin !== `http://${own}`)
    return [403, 'Only this page, or no page, may say that.\n'];
  const body = await readBody(request);
  if (body === undefined) return [413, `An instruction takes at most ${longestBodyBytes} bytes.\n`];
  const parsed = localInstructionSchema.safeParse(parseJson(body));
  if (!parsed.success) return [400, `${z.prettifyError(parsed.error)}\n`];
  onInstruction(parsed.data);
  return [200, 'ok\n'];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
