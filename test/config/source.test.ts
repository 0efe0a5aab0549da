import { describe, expect, it } from 'vitest';
import { formatSource, parseSources, sourceSyntax } from '../../lib/config/source.ts';

describe('weir:source', () => {
  it.each([
    ['kinesis/orders', { kind: 'kinesis', stream: 'orders' }],
    ['  kinesis/orders\t', { kind: 'kinesis', stream: 'orders' }],
    ['kinesis/a.b_c-D9', { kind: 'kinesis', stream: 'a.b_c-D9' }],
    [`kinesis/${'s'.repeat(128)}`, { kind: 'kinesis', stream: 's'.repeat(128) }],
    ['kinesis/orders/billing', { kind: 'kinesis', stream: 'orders', consumer: 'billing' }],
    ['kcl/orders/billing.app_1', { kind: 'kinesis', stream: 'orders', application: 'billing.app_1' }],
    ['sqs/orders', { kind: 'sqs', queue: 'orders' }],
    ['sqs/orders.fifo', { kind: 'sqs', queue: 'orders.fifo' }],
    [`sqs/${'q'.repeat(80)}`, { kind: 'sqs', queue: 'q'.repeat(80) }],
    [`sqs/${'q'.repeat(75)}.fifo`, { kind: 'sqs', queue: `${'q'.repeat(75)}.fifo` }],
    [
      'msk/main-1/orders.v2_x/group',
      { kind: 'msk', cluster: 'main-1', topic: 'orders.v2_x', group: 'group' },
    ],
    ['msk/main/orders/team/app@2', { kind: 'msk', cluster: 'main', topic: 'orders', group: 'team/app@2' }],
    [
      `msk/${'c'.repeat(64)}/${'t'.repeat(249)}/g`,
      { kind: 'msk', cluster: 'c'.repeat(64), topic: 't'.repeat(249), group: 'g' },
    ],
  ])('%j is read, and written as it was', (value, source) => {
    const parsed = parseSources(value);
    expect(parsed).toEqual({ sources: [source] });
    expect('sources' in parsed && parsed.sources.map(formatSource)).toEqual([value.trim()]);
  });

  it.each([
    '',
    ' ',
    'kinesis',
    'kinesis/',
    '/orders',
    'Kinesis/orders',
    'kinesis/orders/',
    'kinesis/orders/billing/2',
    `kinesis/orders/${'c'.repeat(129)}`,
    'kcl/orders',
    'kcl/orders/ab',
    'kcl/orders/billing/2',
    `kcl/orders/${'a'.repeat(256)}`,
    'kinesis/or ders/x'.replace(' ', '%20'),
    `kinesis/${'s'.repeat(129)}`,
    'arn:aws:kinesis:eu-central-1:111122223333:stream/orders',
    'sqs/https://sqs.eu-central-1.amazonaws.com/111122223333/orders',
    'sqs/orders.fifo.fifo',
    `sqs/${'q'.repeat(81)}`,
    `sqs/${'q'.repeat(76)}.fifo`,
    'sqs/.fifo',
    'kafka/cluster/topic/group',
    'msk/cluster/topic',
    'msk/cluster/topic/',
    'msk/my_cluster/topic/group',
    `msk/${'c'.repeat(65)}/topic/group`,
    'msk/cluster/../group',
    'msk/cluster/top"ic/group',
    `msk/cluster/${'t'.repeat(250)}/group`,
    'msk/cluster/topic/a:group',
    'msk/cluster/topic/größe',
    'msk/cluster//group',
    'constructor/orders',
  ])('%j is refused, and the syntax told', (value) => {
    expect(parseSources(value)).toEqual({
      expected: `${sourceSyntax}, by name and not by ARN or URL`,
    });
  });

  it.each([
    ['agent', ['agent']],
    ['kinesis/orders agent', ['kinesis/orders', 'agent']],
    ['  agent \t sqs/orders ', ['sqs/orders', 'agent']],
    ['kinesis/agent', ['kinesis/agent']],
  ])('%j: agents beside a stream or alone, and the stream first', (value, names) => {
    const parsed = parseSources(value);
    expect('sources' in parsed && parsed.sources.map(formatSource)).toEqual(names);
  });

  it.each([
    ['sqs/high sqs/low', ['sqs/high', 'sqs/low']],
    ['sqs/low agent kinesis/orders', ['sqs/low', 'kinesis/orders', 'agent']],
    [
      ' kinesis/a  kinesis/a/b kcl/a/app msk/m/t/g sqs/q ',
      ['kinesis/a', 'kinesis/a/b', 'kcl/a/app', 'msk/m/t/g', 'sqs/q'],
    ],
  ])('%j: up to five streams, as they were written', (value, names) => {
    const parsed = parseSources(value);
    expect('sources' in parsed && parsed.sources.map(formatSource)).toEqual(names);
  });

  it.each(['agent agent', 'sqs/a sqs/a', 'sqs/a agent sqs/b agent', 'sqs/a sqs/b sqs/c sqs/d sqs/e sqs/f'])(
    '%j is twice the same, or more than five',
    (value) => {
      expect(parseSources(value)).toEqual({
        expected: `one to 5 sources, each once, with blanks between: ${sourceSyntax}; beside them or alone, once, the word agent`,
      });
    },
  );

  it('one that is wrong is told, whatever stands beside it', () => {
    expect(parseSources('sqs/a x')).toEqual({ expected: `${sourceSyntax}, by name and not by ARN or URL` });
  });
});
