import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../lib/cli/main.ts';
import { createTerminal } from '../support/terminal.ts';

const executablePath = '/usr/bin/chromium';

let browser: Browser;
/** The flash crowd of the first seed is over by half past four in the afternoon. */
let demo: Demo;

beforeAll(async () => {
  if (!existsSync(executablePath))
    throw new Error(`${executablePath} is not there: apt-get install -y chromium`);
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  demo = await startDemo('--from', '15h', '--for', '2h', '--speed', '1200');
});
afterAll(async () => {
  await browser.close();
  await demo.stop();
});

type Demo = { readonly url: string; stop(): Promise<void> };

async function startDemo(...args: string[]): Promise<Demo> {
  const { terminal, out, interrupt } = createTerminal();
  const ended = main(['demo', '--port', '0', ...args], terminal);
  while (!/127\.0\.0\.1:\d+/.test(out())) await new Promise((resolve) => setTimeout(resolve, 20));
  return {
    url: /http:\/\/127\.0\.0\.1:\d+\//.exec(out())![0],
    stop: async () => {
      interrupt();
      expect(await ended).toBe(0);
    },
  };
}

/** A page, and all that it did wrong. */
async function open(
  options: Parameters<Browser['newPage']>[0],
  { url }: Demo = demo,
): Promise<{ page: Page; faults: string[] }> {
  const page = await browser.newPage(options);
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) faults.push(`a request to ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector('.uplot canvas');
  return { page, faults };
}

/** How many different colours a chart has: one that is not drawn has one. */
const colours = (page: Page) =>
  page.$$eval('.uplot canvas', (canvases) =>
    canvases.map((it) => {
      const canvas = it as unknown as {
        width: number;
        height: number;
        getContext(kind: '2d'): {
          getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
        };
      };
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set<number>();
      for (let at = 0; at < data.length; at += 4)
        seen.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
      return seen.size;
    }),
  );

describe('the page of the local run', () => {
  it('shows load, capacity, lag against the objective and tasks, live', async () => {
    const { page, faults } = await open({ viewport: { width: 1400, height: 900 } });
    const clock = () => page.textContent('#clock');
    const before = await clock();
    await expect.poll(clock, { timeout: 10_000 }).not.toBe(before);
    for (const id of ['now-load', 'now-capacity', 'now-lag', 'now-tasks']) {
      expect(await page.textContent(`#${id}`)).toMatch(/\d/);
    }
    expect(await page.textContent('#charts')).toMatch(/records\/s/);
    expect(await page.textContent('#charts')).toMatch(/Objective/);
    const drawn = await colours(page);
    expect(drawn.length).toBeGreaterThanOrEqual(3);
    for (const count of drawn) expect(count).toBeGreaterThan(3);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('tells each decision with its reason and its numbers as it happens, and what the rivals make of the same load', async () => {
    const { page, faults } = await open({ viewport: { width: 1400, height: 900 } });
    await expect.poll(() => page.textContent('#news'), { timeout: 60_000 }).toMatch(/Scale out \d+ → \d+/);
    const news = await page.textContent('#news');
    expect(news).toMatch(/Out from \d+ to \d+ tasks: .*records\/s/);
    expect(news).toMatch(/demand-exceeds-capacity|lag-objective-breached/);
    expect(await page.$$eval('#standings tbody tr', (rows) => rows.length)).toBe(3);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('is paused and let go by its buttons', async () => {
    const day = await startDemo('--speed', '600');
    const { page, faults } = await open({ viewport: { width: 1400, height: 900 } }, day);
    const press = (label: string) => page.click(`#pace button:text-is("${label}")`);
    const pressed = () => page.textContent('#pace [aria-pressed="true"]');
    const clock = () => page.textContent('#clock');

    await press('Pause');
    await expect.poll(pressed).toBe('Pause');
    // One frame may have been under way.
    await page.waitForTimeout(300);
    const paused = await clock();
    await page.waitForTimeout(1000);
    expect(await clock()).toBe(paused);
    await press('15');
    await expect.poll(clock, { timeout: 10_000 }).not.toBe(paused);

    expect(faults).toEqual([]);
    await page.close();
    await day.stop();
  });

  it('is legible in the dark and on a narrow screen', async () => {
    const light = await open({ colorScheme: 'light', viewport: { width: 420, height: 900 } });
    const dark = await open({ colorScheme: 'dark', viewport: { width: 420, height: 900 } });
    const background = (page: Page) =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(await background(light.page)).not.toBe(await background(dark.page));
    for (const { page, faults } of [light, dark]) {
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect(overflow).toBeLessThanOrEqual(0);
      const cutOff = await page.$eval('.scroll', (it) => it.scrollWidth - it.clientWidth);
      expect(cutOff).toBeLessThanOrEqual(0);
      expect(faults).toEqual([]);
      await page.close();
    }
  });
});
