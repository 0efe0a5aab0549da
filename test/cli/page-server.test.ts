import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { createBroadcast } from '../../lib/cli/broadcast.ts';
import type { Pace } from '../../lib/cli/feed.ts';
import { main } from '../../lib/cli/main.ts';
import { type PageServer, servePage } from '../../lib/cli/page-server.ts';
import { InputError } from '../../lib/contract/weir-error.ts';
import { opening } from '../support/opening.ts';
import { createTerminal } from '../support/terminal.ts';

const servers: PageServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(port = 0) {
  const broadcast = createBroadcast(opening);
  const paces: Pace[] = [];
  const said: unknown[] = [];
  const server = await servePage(port, broadcast, {
    onPace: (pace) => paces.push(pace),
    onInstruction: (instruction) => said.push(instruction),
  });
  servers.push(server);
  return { server, broadcast, paces, said };
}

/** A request with the Host header of one's choice, which fetch does not admit. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('servePage', () => {
  test.each([
    ['', 'text/html; charset=utf-8'],
    ['style.css', 'text/css; charset=utf-8'],
    ['main.js', 'text/javascript; charset=utf-8'],
    ['charts.js', 'text/javascript; charset=utf-8'],
    ['uplot.js', 'text/javascript; charset=utf-8'],
    ['uplot.css', 'text/css; charset=utf-8'],
    ['icon.svg', 'image/svg+xml'],
  ])('/%s is %s, under a policy that admits nothing from elsewhere', async (path, type) => {
    const { server } = await serve();
    const response = await fetch(server.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
    expect((await response.text()).length).toBeGreaterThan(100);
  });

  test.each(['package.json', '..%2fpackage.json', 'main.ts', 'uplot/'])('/%s is not there', async (path) => {
    const { server } = await serve();
    const response = await fetch(server.url + path);
    expect(response.status).toBe(404);
  });

  test('listens on loopback and answers to no other name', async () => {
    const { server } = await serve();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await statusFor(server.url, 'weir.example')).toBe(421);
    expect(await statusFor(server.url, new URL(server.url).host)).toBe(200);
  });

  test('streams the opening, then what is new', async () => {
    const { server, broadcast } = await serve();
    const stopped = new AbortController();
    const response = await fetch(`${server.url}events`, { signal: stopped.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    broadcast.end();
    let text = '';
    while (!text.includes('"ended":true')) text += (await reader.read()).value ?? '';
    stopped.abort();
    expect(text).toMatch(/^retry: 1000\nevent: opening\ndata: \{"run":"run-1"/);
    expect(text).toMatch(/\n\nid: run-1\.0\.0\nevent: update\ndata: \{"frames":\[\]/);
  });

  test('takes a pace from its own page', async () => {
    const { server, paces } = await serve();
    const origin = server.url.slice(0, -1);
    const post = (body: string, headers: Record<string, string>) =>
      fetch(`${server.url}pace`, { method: 'POST', body, headers }).then((response) => response.status);
    expect(await post('{"secondsPerSecond":60}', { origin })).toBe(200);
    expect(await post('{"secondsPerSecond":60}', { origin: 'http://weir.example' })).toBe(403);
    expect(await post('{"secondsPerSecond":-1}', { origin })).toBe(400);
    expect(await post('not JSON', { origin })).toBe(400);
    expect(await post('x'.repeat(2000), { origin })).toBe(413);
    expect(paces).toEqual([{ secondsPerSecond: 60 }]);
  });

  test('a taken port is said in one line, with what to do', async () => {
    const { server } = await serve();
    const port = Number(new URL(server.url).port);
    const taken = serve(port);
    await expect(taken).rejects.toBeInstanceOf(InputError);
    await expect(taken).rejects.toThrow(`Port ${port} is taken: give another with --port, e.g. --port `);
  });

  test('closes with a page still listening', async () => {
    const { server } = await serve();
    const response = await fetch(`${server.url}events`);
    await server.close();
    servers.pop();
    await expect(response.text()).rejects.toThrow();
    await expect(fetch(server.url)).rejects.toThrow();
  });
});

describe('POST /instruct', () => {
  const post = (url: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${url}instruct`, { method: 'POST', body, headers });
  const pause = { kind: 'pause', service: 'main/orders', direction: 'in' };

  test('is taken from the command line, with how long it is to last', async () => {
    const { server, said } = await serve();
    const { terminal, out } = createTerminal();
    const port = new URL(server.url).port;
    expect(
      await main(['pause', 'main/orders', '--direction', 'in', '--for', '2h', '--local', port], terminal),
    ).toBe(0);
    expect(said).toEqual([{ instruction: pause, forSeconds: 7200 }]);
    expect(out()).toContain('pause: told');
  });

  test.each([
    [
      'from a page of somewhere else',
      JSON.stringify({ instruction: pause }),
      { origin: 'http://example.com' },
      403,
    ],
    ['that is no instruction', '{"pace":1}', {}, 400],
    ['that is none at all', 'pause', {}, 400],
    ['that is endless', ' '.repeat(2000), {}, 413],
  ])('is not taken %s', async (_, body, headers, status) => {
    const { server, said } = await serve();
    expect((await post(server.url, body, headers as Record<string, string>)).status).toBe(status);
    expect(said).toEqual([]);
  });

  test('where no local run listens, the command line says so', async () => {
    const { server } = await serve();
    const port = new URL(server.url).port;
    await server.close();
    const { terminal, err } = createTerminal();
    expect(await main(['resume', 'main/orders', '--local', port], terminal)).toBe(2);
    expect(err()).toContain('start a local run with weir demo');
  });
});
