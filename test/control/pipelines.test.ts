import { describe, expect, it } from 'vitest';
import type { Registration } from '../../lib/config/registration.ts';
import { planMessages } from '../../lib/control/dispatch.ts';
import { evaluateMessage } from '../../lib/control/evaluate.ts';
import { pipelinesOf } from '../../lib/control/pipelines.ts';
import { coreThat, createWorld, hold, noon, observation, registrationOf } from './world.ts';

/** Services by name, each with those that feed it. */
function services(feeding: Readonly<Record<string, readonly string[]>>): Registration[] {
  return Object.entries(feeding).map(([name, upstream]) => ({
    ...registrationOf({ service: `main/${name}` }),
    ...(upstream.length > 0 && { upstream: upstream.map((it) => `main/${it}`) }),
  }));
}

const names = (groups: readonly (readonly Registration[])[]) =>
  groups.map((group) => group.map((it) => it.service.replace('main/', '')).join(' '));

describe('pipelinesOf', () => {
  it.each<[string, Record<string, string[]>, string[]]>([
    ['services without relation', { a: [], b: [] }, ['a', 'b']],
    ['one that feeds another, whatever their names', { a: ['z'], z: [] }, ['z a']],
    ['a chain of five', { a: ['b'], b: ['c'], c: ['d'], d: ['e'], e: [] }, ['e d c b a']],
    [
      'a diamond',
      { bottom: ['left', 'right'], left: ['top'], right: ['top'], top: [] },
      ['top left right bottom'],
    ],
    ['two pipelines', { a: ['b'], b: [], c: ['d'], d: [], e: [] }, ['b a', 'd c', 'e']],
    ['one that is not managed', { a: ['gone'], b: [] }, ['a', 'b']],
    ['a circle is cut', { a: ['c'], b: ['a'], c: ['b'] }, ['c a b']],
    ['one that names itself', { a: ['a'] }, ['a']],
    ['none', {}, []],
  ])('%s', (_, feeding, expected) => expect(names(pipelinesOf(services(feeding)))).toEqual(expected));
});

describe('planMessages', () => {
  const messages = (feeding: Record<string, string[]>) =>
    planMessages(services(feeding), noon - 1, noon, noon);

  it('puts those that feed another one before it, and says whom it comes after', () => {
    expect(messages({ a: ['b'], b: ['c'], c: [], d: [] })).toEqual([
      {
        slotSeconds: noon,
        services: ['main/c', 'main/b', 'main/a', 'main/d'],
        after: { 'main/b': ['main/c'], 'main/a': ['main/b'] },
      },
    ]);
  });

  it('keeps a pipeline in one message, however full the one before it is', () => {
    const alone = Object.fromEntries(Array.from({ length: 98 }, (_, index) => [`a${100 + index}`, []]));
    const planned = messages({ ...alone, x: ['y'], y: ['z'], z: [] });
    expect(planned.map((it) => it.services.length)).toEqual([98, 3]);
  });

  it('divides one that no message holds: those in the next one go by the step before', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 150 }, (_, index) => [`a${100 + index}`, index === 0 ? [] : [`a${99 + index}`]]),
    );
    const planned = messages(chain);
    expect(planned.map((it) => it.services.length)).toEqual([100, 50]);
    expect(planned[1]!.after).not.toHaveProperty('main/a200');
  });
});

describe('evaluateMessage', () => {
  async function evaluated(after: Record<string, string[]>) {
    const world = createWorld();
    const order: string[] = [];
    for (const name of ['main/a', 'main/b', 'main/c']) {
      world.services.put(name, { observation });
      await world.register(registrationOf({ service: name }));
    }
    const steady = coreThat(() => hold());
    const describeService = world.services.describe;
    const services = {
      ...world.services,
      describe: async (...args: Parameters<typeof describeService>) => {
        order.push(`begin ${args[0]}`);
        // The first one takes its time.
        for (let turn = 0; turn < (args[0] === 'main/a' ? 50 : 0); turn++) await Promise.resolve();
        const described = await describeService(...args);
        order.push(`end ${args[0]}`);
        return described;
      },
    };
    const body = JSON.stringify({ slotSeconds: noon, services: ['main/a', 'main/b', 'main/c'], after });
    const ports = { ...world.ports, services, deadLetters: world.deadLetters };
    const reports = await evaluateMessage(body, ports, steady);
    return { order, kinds: reports.map((it) => it.kind) };
  }

  it('evaluates a service after those that feed it, and the others beside them', async () => {
    const { order, kinds } = await evaluated({ 'main/c': ['main/a'] });
    expect(kinds).toEqual(['held', 'held', 'held']);
    expect(order.indexOf('begin main/c')).toBeGreaterThan(order.indexOf('end main/a'));
    expect(order.indexOf('begin main/b')).toBeLessThan(order.indexOf('end main/a'));
  });

  it('waits for nobody who comes later: a message that says so does no harm', async () => {
    const { kinds } = await evaluated({ 'main/a': ['main/c'], 'main/c': ['main/a'], 'main/b': ['main/b'] });
    expect(kinds).toEqual(['held', 'held', 'held']);
  });
});
