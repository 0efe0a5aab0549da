import { expect, it } from 'vitest';
import { sumOf } from '../../lib/adapters/metric-search.ts';
import { noon } from '../contracts/fixtures.ts';

const search = (topic: string) =>
  sumOf(
    {
      namespace: 'AWS/Kafka',
      metricName: 'MessagesInPerSec',
      dimensions: { 'Cluster Name': 'main', Topic: topic },
      statistic: 'Average',
      periodSeconds: 60,
      sinceSeconds: noon,
    },
    'Broker ID',
  );

it('sumOf, as its docstring has it', () => {
  expect(search('orders')).toBe(
    'SUM(SEARCH(\'{AWS/Kafka,"Broker ID","Cluster Name",Topic} MetricName="MessagesInPerSec" ' +
      '"Cluster Name"="main" Topic="orders"\', \'Average\', 60))',
  );
});

it('no name ends the search early', () => {
  expect(search(`x" OR Topic="y', 'Sum') \\`)).toContain(`Topic="x  OR Topic= y ,  Sum )  "', 'Average'`);
});

it('the longest names fit into the 1,024 characters of a search', () => {
  expect(search('t'.repeat(249)).length + 64).toBeLessThan(1024);
});
