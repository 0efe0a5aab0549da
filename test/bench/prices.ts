/** What a month has: AWS's own calculators count so. */
export const hoursPerMonth = 730;

type Price = {
  readonly dollars: number;
  readonly per: string;
  /** The page of AWS that has the price in force. */
  readonly page: string;
  /** How this figure is known, and of when. None was read from an account's own bill. */
  readonly basis: 'published by others in 2026, citing AWS' | 'commonly known, not looked up';
};

const looked = 'published by others in 2026, citing AWS';
const known = 'commonly known, not looked up';

const price = (dollars: number, per: string, page: string, basis: Price['basis']): Price => ({
  dollars,
  per,
  page: `https://aws.amazon.com/${page}/pricing/`,
  basis,
});

/** US dollars, us-east-1, on demand, arm64. Free tiers are not counted: whoever has a fleet has used them up. */
export const prices = {
  metricsRequested: price(0.01 / 1000, 'metric asked for by GetMetricData', 'cloudwatch', looked),
  writeUnits: price(0.625e-6, 'write request unit', 'dynamodb', looked),
  readUnits: price(0.125e-6, 'read request unit', 'dynamodb', looked),
  // 0.25 for the table and 0.20 for point-in-time recovery.
  storedGigabytes: price(0.45, 'GB-month stored', 'dynamodb', known),
  lambdaRequests: price(0.2e-6, 'request', 'lambda', looked),
  lambdaGigabyteSeconds: price(0.0000133334, 'GB-second', 'lambda', looked),
  sqsRequests: price(0.4e-6, 'request', 'sqs', looked),
  events: price(1e-6, 'event of up to 64 KB', 'eventbridge', looked),
  schedules: price(1e-6, 'invocation by Scheduler', 'eventbridge', looked),
  // 0.50 to take it in and 0.03 to keep it for the month of its retention.
  logGigabytes: price(0.53, 'GB of logs', 'cloudwatch', looked),
  customMetrics: price(0.3, 'custom metric a month', 'cloudwatch', looked),
  alarms: price(0.1, 'metric in an alarm a month', 'cloudwatch', looked),
  dashboards: price(3, 'dashboard a month', 'cloudwatch', known),
  traces: price(5e-6, 'trace recorded', 'xray', known),
} as const satisfies Record<string, Price>;

export type Billed = keyof typeof prices;
