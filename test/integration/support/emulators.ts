import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import { environmentFolder, installPython } from '../../support/python.ts';

/**
 * Emulators that nobody here wrote, from PyPI, on loopback. Neither needs Docker for what Weir calls. What they show:
 * - both: conditional writes, pages and indexes of DynamoDB; DescribeServices with what is missing, inactive or in no
 *   cluster; tags; shards; depths and delays of SQS; points put into CloudWatch; rules from a bus to a queue
 * - moto alone: a deployment that is under way, since its tasks wait for instances
 * - MiniStack alone: tasks that run, and HTTP/2; it refuses what XML does not admit in a message, which moto takes
 * - neither: metrics that AWS vends, limits on GetMetricData and DescribeServices, throttling, lost answers, refusals
 *   for a DAEMON or a deleted service. test/adapters has these, by the shape of request and answer.
 */
const packages = ['moto[server]==5.2.5', 'ministack==1.5.33'];

declare module 'vitest' {
  export interface ProvidedContext {
    /** Endpoint of each emulator by its name. */
    emulators: Record<'moto' | 'MiniStack', string>;
  }
}

const environment = 'emulators';
const folder = environmentFolder(environment);

/** For vitest's `globalSetup`: both emulators run while the integration tests do. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await installPython(environment, packages);
  const [motoPort, miniStackPort] = [await freePort(), await freePort()];
  const moto = start('moto_server', ['-H', '127.0.0.1', '-p', String(motoPort)], {});
  const miniStack = start('ministack', [], { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(miniStackPort) });
  const emulators = {
    moto: `http://127.0.0.1:${motoPort}`,
    MiniStack: `http://127.0.0.1:${miniStackPort}`,
  };
  const stop = async () => {
    await Promise.all([moto.stop(), miniStack.stop()]);
  };
  try {
    await Promise.all([moto.listening(emulators.moto), miniStack.listening(emulators.MiniStack)]);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('emulators', emulators);
  return stop;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

function start(command: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(`${folder}/bin/${command}`, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = `${output}${chunk.toString()}`.slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A test run that ends without its teardown must not leave an emulator behind.
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    listening: async (url: string) => {
      const deadline = Date.now() + 60_000;
      while (Date.now() < deadline) {
        if (child.exitCode !== null) break;
        const answered = await fetch(url).then(
          () => true,
          () => false,
        );
        if (answered) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`${command} does not answer at ${url}. It said:\n${output}`);
    },
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(timer);
    },
  };
}
