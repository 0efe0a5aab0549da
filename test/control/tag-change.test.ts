import { describe, expect, it } from 'vitest';
import { parseTagChange } from '../../lib/control/tag-change.ts';

const arn = 'arn:aws:ecs:eu-central-1:123456789012:service/main/orders';

/** As AWS documents it. */
function tagChange(detail: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  return {
    version: '0',
    id: 'bddcf1d6-0251-35a1-aab0-adc1fb47c11c',
    'detail-type': 'Tag Change on Resource',
    source: 'aws.tag',
    account: '123456789012',
    time: '2026-11-27T12:00:00Z',
    region: 'eu-central-1',
    resources: [arn],
    detail: {
      'changed-tag-keys': ['team', 'weir:max'],
      service: 'ecs',
      'resource-type': 'service',
      version: 3,
      tags: { team: 'orders', 'weir:managed': 'auto', 'weir:max': '30' },
      ...detail,
    },
    ...more,
  };
}

describe('parseTagChange', () => {
  it('names the service to look at', () => {
    expect(parseTagChange(tagChange())).toEqual(['main/orders']);
  });

  it.each([
    ['another tag', tagChange({ 'changed-tag-keys': ['team'] })],
    ['another kind of resource', tagChange({ 'resource-type': 'cluster' })],
    ['another AWS service', tagChange({ service: 'ec2', 'resource-type': 'service' })],
    [
      'an ARN that does not name its cluster',
      tagChange({}, { resources: ['arn:aws:ecs:eu-central-1:1:service/orders'] }),
    ],
    ['no resource', tagChange({}, { resources: [] })],
  ])('names none for %s', (_, event) => {
    expect(parseTagChange(event)).toEqual([]);
  });

  it.each([
    [
      'the event of the schedule',
      { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', resources: [], detail: {} },
    ],
    ['an event that is not as documented', tagChange({ 'changed-tag-keys': 'weir:max' })],
    ['nothing', undefined],
    ['text', 'hello'],
  ])('is not one: %s; every service is looked at', (_, event) => {
    expect(parseTagChange(event)).toBeUndefined();
  });
});
