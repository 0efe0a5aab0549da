import type { MetricQuery } from '../control/ports.ts';

/**
 * A search for the metrics that have these dimensions, with these values, and one more, whatever its value; no metric with
 * other dimensions is counted in. E.g. SUM(SEARCH('{AWS/Kafka,"Broker ID","Cluster Name",Topic}
 * MetricName="MessagesInPerSec" "Cluster Name"="main" Topic="orders"', 'Average', 60)), in one line.
 */
export function sumOf(
  { namespace, metricName, dimensions, statistic, periodSeconds }: MetricQuery,
  over: string,
): string {
  const schema = [namespace, ...[over, ...Object.keys(dimensions)].sort().map(searchName)].join(',');
  const terms = Object.entries({ MetricName: metricName, ...dimensions }).map(
    ([name, value]) => `${searchName(name)}="${unquoted(value)}"`,
  );
  return `SUM(SEARCH('{${schema}} ${terms.join(' ')}', '${statistic}', ${periodSeconds}))`;
}

const searchName = (name: string) => (/^[A-Za-z0-9]+$/.test(name) ? name : `"${unquoted(name)}"`);

/** Searches know no escape. No name of AWS's has a quote; one that had would find nothing, and not end the search. */
const unquoted = (text: string) => text.replace(/["'\\]/g, ' ');
