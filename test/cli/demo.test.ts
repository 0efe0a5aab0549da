import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { DemoResult } from '../../lib/cli/demo-result.ts';
import { main } from '../../lib/cli/main.ts';
import { detailTypes } from '../../lib/contract/events.ts';
import { createTerminal } from '../support/terminal.ts';

const burst = ['demo', '--headless', '--json', '--workload', 'burst', '--for', '75m'];

async function play(...args: string[]) {
  const { terminal, out, err } = createTerminal();
  const code = await main([...burst, ...args], terminal);
  return { code, out: out(), err: err(), result: JSON.parse(out()) as DemoResult };
}

describe('weir demo --headless --json', () => {
  it('prints one object: a tick each minute, what came of each, and the events that a subscriber received', async () => {
    const { code, out, err, result } = await play();
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^\{[^\n]*\}\n$/);
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining([
        ...[
          'ticks',
          'decisions',
          'scaleOuts',
          'scaleIns',
          'holds',
          'lateRecordsShare',
          'violationMinutesShare',
        ],
        ...['worstLagSeconds', 'taskHours', 'fluidTaskHours', 'costRatio', 'events', 'rivals'],
      ]),
    );
    expect(result.ticks).toBe(75);
    expect(result.decisions + result.holds).toBe(result.ticks);
    expect(result.events['Scaling Decision']).toBe(result.decisions);
    expect(result.events['Scaling Applied']).toBe(result.scaleOuts + result.scaleIns);
    expect(result.events['Service Registered']).toBe(1);
    for (const detailType of Object.keys(result.events)) expect(detailTypes).toContain(detailType);
    expect(result.costRatio).toBeCloseTo(result.taskHours / result.fluidTaskHours, 4);
  });

  it('is less late than both rivals in a burst, on the same arrivals', async () => {
    const { result } = await play();
    expect(Object.keys(result.rivals)).toEqual(['target-tracking-cpu', 'backlog-per-task']);
    for (const rival of Object.values(result.rivals)) {
      expect(rival.fluidTaskHours).toBe(result.fluidTaskHours);
      expect(result.lateRecordsShare).toBeLessThan(rival.lateRecordsShare);
    }
  });

  it('the same seed gives the same numbers, another seed others', async () => {
    const [first, second, other] = [await play(), await play(), await play('--seed', '2')];
    expect(second.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
  });

  it('without --json it is a table for people', async () => {
    const { terminal, out } = createTerminal();
    const args = burst.filter((it) => it !== '--json');
    expect(await main([...args.slice(0, -1), '10m'], terminal)).toBe(0);
    expect(out()).toMatch(/late records +in violation/);
    expect(out()).toMatch(/^weir +\d/m);
    expect(out()).toMatch(/10 ticks/);
  });

  it('Ctrl-C ends it without a result', async () => {
    const { terminal, out, interrupt } = createTerminal();
    interrupt();
    expect(await main(burst, terminal)).toBe(130);
    expect(out()).toBe('');
  });
});

describe('weir demo with its page', () => {
  it('serves it until Ctrl-C, then ends cleanly', async () => {
    const { terminal, out, interrupt } = createTerminal();
    const ended = main(
      ['demo', '--port', '0', '--workload', 'burst', '--for', '10m', '--speed', '100000'],
      terminal,
    );
    const over = () => /The simulated time is over/.test(out());
    while (!over()) await new Promise((resolve) => setTimeout(resolve, 20));
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(out())![0];
    expect(await (await fetch(url)).text()).toContain('<title>Weir</title>');
    interrupt();
    expect(await ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says plainly that a port is taken, and offers --port', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const { terminal, err } = createTerminal();
    expect(await main(['demo', '--port', String(port)], terminal)).toBe(2);
    expect(err()).toMatch(new RegExp(`^weir: Port ${port} is taken: give another with --port[^\\n]*\\n$`));
    taken.close();
  });
});
