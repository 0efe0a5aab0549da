import { describe, expect, it } from 'vitest';
import { environmentOf, type FunctionName, readEnvironment } from '../../lib/contract/environment.ts';
import { ConfigurationError } from '../../lib/contract/weir-error.ts';

const complete = {
  TABLE_NAME: 'weir-Table-1ABC',
  TICK_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/ticks',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/dead',
  EVENT_BUS_NAME: 'weir',
  FLEET: '{"policies":{}}',
  AWS_REGION: 'eu-central-1',
};

describe('the environment of a function', () => {
  it.each(Object.keys(environmentOf) as FunctionName[])('gives %s what it is given, and no more', (name) => {
    expect(Object.keys(readEnvironment(name, complete))).toEqual(environmentOf[name]);
    expect(readEnvironment(name, complete)).toEqual(
      Object.fromEntries(environmentOf[name].map((variable) => [variable, complete[variable]])),
    );
  });

  it.each([
    ['discover', 'TABLE_NAME', undefined, 'TABLE_NAME of function discover is undefined'],
    ['discover', 'TABLE_NAME', '', 'TABLE_NAME of function discover is ""'],
    ['dispatch', 'TICK_QUEUE_URL', 'ticks', 'TICK_QUEUE_URL of function dispatch is "ticks"'],
    ['evaluate', 'DEAD_LETTER_QUEUE_URL', '', 'DEAD_LETTER_QUEUE_URL of function evaluate is ""'],
    ['publish', 'EVENT_BUS_NAME', undefined, 'EVENT_BUS_NAME of function publish is undefined'],
  ] as const)('of %s is refused when %s is %j', (name, variable, value, words) => {
    const read = () => readEnvironment(name, { ...complete, [variable]: value });
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(words);
    expect(read).toThrow('The stack sets it; deploy it again.');
  });
});
