import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { FunctionName } from '../../lib/contract/environment.ts';
import { WeirStack } from '../../lib/weir-stack.ts';

/** What of a deployment costs by being there. */
export type StackFacts = {
  readonly memoryMegabytes: Readonly<Record<FunctionName, number>>;
  /** An alarm on an expression is billed for each metric in it. */
  readonly alarmedMetrics: number;
  readonly dashboards: number;
  /** All functions are traced. */
  readonly traced: boolean;
};

type Properties = {
  readonly MemorySize: number;
  readonly TracingConfig?: { readonly Mode: string };
  readonly Metrics?: readonly { readonly MetricStat?: unknown }[];
};

/** Read from the template that is deployed; nothing is bundled for it. */
export function readStack(): StackFacts {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const template = Template.fromStack(new WeirStack(app, 'Weir'));
  const propertiesOf = (type: string) =>
    Object.entries(template.findResources(type)).map(
      ([id, resource]) => [id, resource['Properties'] as Properties] as const,
    );
  const functions = propertiesOf('AWS::Lambda::Function');
  const memoryOf = (name: FunctionName) => {
    const found = functions.filter(([id]) => id.toLowerCase().includes(name));
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new Error(`the stack has ${found.length} functions ${name}`);
    return only[1].MemorySize;
  };
  const alarms = propertiesOf('AWS::CloudWatch::Alarm');
  return {
    memoryMegabytes: {
      discover: memoryOf('discover'),
      dispatch: memoryOf('dispatch'),
      evaluate: memoryOf('evaluate'),
      instruct: memoryOf('instruct'),
      learn: memoryOf('learn'),
      observe: memoryOf('observe'),
      publish: memoryOf('publish'),
    },
    alarmedMetrics: alarms.reduce(
      (sum, [, { Metrics = [{ MetricStat: true }] }]) => sum + Metrics.filter((it) => it.MetricStat).length,
      0,
    ),
    dashboards: propertiesOf('AWS::CloudWatch::Dashboard').length,
    traced: functions.every(([, it]) => it.TracingConfig?.Mode === 'Active'),
  };
}
