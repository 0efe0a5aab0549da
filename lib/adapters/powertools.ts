import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import type { FunctionName } from '../contract/environment.ts';
import type { Counter, Telemetry } from '../control/ports.ts';
import type { Handler } from './lambda.ts';

/** Where Weir's metrics of itself are: namespace, and the one dimension that each has. */
export const metricsNamespace = 'Weir';
export const metricsDimensions = { service: 'weir' } as const;

/**
 * Counters that are metrics of CloudWatch. A custom metric costs $0.30 a month, so there are ten of them for the whole
 * fleet: the six stages and these. The other counters go with the same log line, as properties that Logs Insights
 * reads; each scaling is an event on the bus besides.
 */
export const publishedCounters = ['ticks', 'failures', 'dropped', 'deadLetters'] as const satisfies Counter[];

export type LambdaTelemetry = Telemetry & {
  /** Calls of the client appear in the trace. */
  traced<C>(client: C): C;
  /** The handler in a segment of its own, its log lines with the request's id, and a flush at its end. */
  observed<R>(handler: Handler<R>): Handler<R>;
  /** Writes the metrics gathered since the last flush, as one line of CloudWatch's embedded metric format. */
  flush(): void;
};

/** Powertools for AWS Lambda: structured logs, metrics and X-Ray traces of one function. */
export function createTelemetry(functionName: FunctionName): LambdaTelemetry {
  const { service } = metricsDimensions;
  const logger = new Logger({ serviceName: service, persistentKeys: { function: functionName } });
  const metrics = new Metrics({ namespace: metricsNamespace, serviceName: service, logger });
  const tracer = new Tracer({ serviceName: service });
  const counts = new Map<Counter, number>();

  const flush = () => {
    for (const [counter, count] of counts) {
      if (publishedCounters.some((it) => it === counter)) metrics.addMetric(counter, MetricUnit.Count, count);
      else metrics.addMetadata(counter, String(count));
    }
    counts.clear();
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };

  return {
    stage: (stage, milliseconds) => {
      metrics.addMetric(stage, MetricUnit.Milliseconds, milliseconds);
    },
    count: (counter, by = 1) => {
      counts.set(counter, (counts.get(counter) ?? 0) + by);
    },
    info: (message, details) => logger.info(message, within(details)),
    warn: (message, details) => logger.warn(message, within(details)),
    error: (message, cause, details) =>
      logger.error(message, {
        ...within(details),
        error: cause instanceof Error ? cause : new Error(String(cause)),
      }),
    traced: (client) => tracer.captureAWSv3Client(client),
    observed: (handler) => async (event, context) => {
      if (context !== undefined) logger.addContext(context);
      const parent = tracer.getSegment();
      const segment = parent?.addNewSubsegment(`## ${functionName}`);
      if (segment !== undefined) tracer.setSegment(segment);
      tracer.annotateColdStart();
      try {
        return await handler(event, context);
      } catch (error) {
        tracer.addErrorAsMetadata(error instanceof Error ? error : new Error(String(error)));
        throw error;
      } finally {
        segment?.close();
        if (parent !== undefined) tracer.setSegment(parent);
        flush();
      }
    },
    flush,
  };
}

/**
 * Details in an object of their own. Beside the message, those named `service` or `message` would be dropped, each with
 * a warning: the logger has these names for itself.
 * https://docs.aws.amazon.com/powertools/typescript/latest/features/logger/
 */
function within(details: Readonly<Record<string, unknown>> | undefined) {
  return details === undefined ? {} : { details };
}
