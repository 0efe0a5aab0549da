import { describe, expect, it } from 'vitest';
import { formatSource, parseSource } from '../../lib/config/source.ts';

describe('weir:source', () => {
  it.each([
    ['kinesis/orders', { kind: 'kinesis', stream: 'orders' }],
    ['  kinesis/orders\t', { kind: 'kinesis', stream: 'orders' }],
    ['kinesis/a.b_c-D9', { kind: 'kinesis', stream: 'a.b_c-D9' }],
    [`kinesis/${'s'.repeat(128)}`, { kind: 'kinesis', stream: 's'.repeat(128) }],
    ['sqs/orders', { kind: 'sqs', queue: 'orders' }],
    ['sqs/orders.fifo', { kind: 'sqs', queue: 'orders.fifo' }],
    [`sqs/${'q'.repeat(80)}`, { kind: 'sqs', queue: 'q'.repeat(80) }],
    [`sqs/${'q'.repeat(75)}.fifo`, { kind: 'sqs', queue: `${'q'.repeat(75)}.fifo` }],
  ])('%j is read, and written as it was', (value, source) => {
    const parsed = parseSource(value);
    expect(parsed).toEqual({ source });
    expect('source' in parsed && formatSource(parsed.source)).toBe(value.trim());
  });

  it.each([
    '',
    ' ',
    'kinesis',
    'kinesis/',
    '/orders',
    'Kinesis/orders',
    'kinesis/orders/consumer',
    'kinesis/or ders/x'.replace(' ', '%20'),
    `kinesis/${'s'.repeat(129)}`,
    'arn:aws:kinesis:eu-central-1:111122223333:stream/orders',
    'sqs/https://sqs.eu-central-1.amazonaws.com/111122223333/orders',
    'sqs/orders.fifo.fifo',
    `sqs/${'q'.repeat(81)}`,
    `sqs/${'q'.repeat(76)}.fifo`,
    'sqs/.fifo',
    'kafka/cluster/topic/group',
    'constructor/orders',
  ])('%j is refused, and the syntax told', (value) => {
    expect(parseSource(value)).toEqual({
      expected: 'kinesis/STREAM or sqs/QUEUE, by name and not by ARN or URL',
    });
  });

  it('names one source', () => {
    expect(parseSource('kinesis/orders sqs/refunds')).toEqual({
      expected: 'one source: kinesis/STREAM or sqs/QUEUE',
    });
  });
});
