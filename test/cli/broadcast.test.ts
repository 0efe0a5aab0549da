import { describe, expect, test } from 'vitest';
import { createBroadcast } from '../../lib/cli/broadcast.ts';
import type { Frame, News } from '../../lib/cli/feed.ts';
import { opening } from '../support/opening.ts';

const frame = (atSeconds: number): Frame => ({
  atSeconds,
  arrivalsPerSecond: 10,
  capacityPerSecond: 100,
  lagSeconds: [1, 2],
  desiredTasks: [1, 1],
  consumingTasks: [1, 1],
});
const news = (atSeconds: number): News => ({
  atSeconds,
  event: {
    detailType: 'Service Retired',
    detail: {
      version: 1,
      id: `e${atSeconds}`,
      service: 'demo/orders',
      at: '2026-01-05T00:00:00Z',
      reason: 'tag-removed',
    },
  },
});

describe('createBroadcast', () => {
  test('a reader that comes late is told everything, then only what is new', () => {
    const broadcast = createBroadcast(opening);
    broadcast.frame(frame(30));
    broadcast.news(news(31));
    broadcast.pace({ secondsPerSecond: 600 });
    const reader = broadcast.reader(undefined);

    const first = reader.read();
    const nothing = reader.read();
    broadcast.frame(frame(60));
    const second = reader.read();

    expect(first?.update).toMatchObject({
      frames: [frame(30)],
      news: [news(31)],
      pace: { secondsPerSecond: 600 },
    });
    expect(nothing).toBeUndefined();
    expect(second?.update).toMatchObject({ frames: [frame(60)], news: [], ended: false });
  });

  test('a reader that comes back with its id goes on from there', () => {
    const broadcast = createBroadcast(opening);
    broadcast.frame(frame(30));
    const id = broadcast.reader(undefined).read()?.id;
    broadcast.frame(frame(60));
    broadcast.news(news(61));

    const resumed = broadcast.reader(id).read();

    expect(resumed?.update.frames).toEqual([frame(60)]);
    expect(resumed?.update.news).toEqual([news(61)]);
  });

  test.each(['run-0.1.0', 'nonsense', '', 'run-1.1', 'run-1.-1.0'])(
    'the id %j is of no use: from the beginning',
    (id) => {
      const broadcast = createBroadcast(opening);
      broadcast.frame(frame(30));
      expect(broadcast.reader(id).read()?.update.frames).toEqual([frame(30)]);
    },
  );

  test('keeps the newest 2000 events', () => {
    const broadcast = createBroadcast(opening);
    for (let at = 1; at <= 2500; at++) broadcast.news(news(at));
    const told = broadcast.reader(undefined).read()?.update.news;
    expect(told).toHaveLength(2000);
    expect(told?.[0]?.atSeconds).toBe(501);
    expect(told?.at(-1)?.atSeconds).toBe(2500);
  });

  test('the end is told to whoever reads, and to whoever comes after', () => {
    const broadcast = createBroadcast(opening);
    const reader = broadcast.reader(undefined);
    reader.read();
    broadcast.end();
    expect(reader.read()?.update.ended).toBe(true);
    expect(broadcast.reader(undefined).read()?.update.ended).toBe(true);
  });
});
