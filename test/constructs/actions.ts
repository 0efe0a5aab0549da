import type { FunctionName } from '../../lib/contract/environment.ts';
import { importsOf, type Sources } from '../support/sources.ts';

/**
 * What each command of the SDK is allowed by, and the ports by which control gets it sent. A command that is in an adapter
 * and not here fails the test.
 */
export const commands: Readonly<
  Record<string, { readonly actions: readonly string[]; readonly ports: readonly string[] }>
> = {
  BatchGetCommand: {
    actions: ['dynamodb:BatchGetItem'],
    ports: ['store.load', 'store.model', 'store.observed', 'store.control'],
  },
  GetCommand: { actions: ['dynamodb:GetItem'], ports: ['store.dispatchedUntil'] },
  PutCommand: {
    actions: ['dynamodb:PutItem'],
    ports: [
      'store.putSample',
      'store.putModel',
      'store.putWaiting',
      'store.commitState',
      'store.commitObserved',
      'store.commitControl',
      'store.commitRegistration',
      'store.setDispatchedUntil',
    ],
  },
  paginateQuery: {
    actions: ['dynamodb:Query'],
    ports: ['store.samples', 'store.registrations', 'store.waiting'],
  },
  // A call that includes tags is authorized for listing them too: constructs/ecs-permissions.ts.
  DescribeServicesCommand: { actions: ['ecs:DescribeServices'], ports: ['services.describe'] },
  UpdateServiceCommand: { actions: ['ecs:UpdateService'], ports: ['services.updateDesiredTasks'] },
  paginateListTasks: { actions: ['ecs:ListTasks'], ports: ['services.protection'] },
  GetTaskProtectionCommand: { actions: ['ecs:GetTaskProtection'], ports: ['services.protection'] },
  GetMetricDataCommand: { actions: ['cloudwatch:GetMetricData'], ports: ['metrics.read'] },
  GetQueueAttributesCommand: { actions: ['sqs:GetQueueAttributes'], ports: ['queues.depth'] },
  GetQueueUrlCommand: { actions: ['sqs:GetQueueUrl'], ports: ['sources.resolve'] },
  SendMessageBatchCommand: { actions: ['sqs:SendMessage'], ports: ['tickQueue.send'] },
  SendMessageCommand: { actions: ['sqs:SendMessage'], ports: ['deadLetters.put'] },
  DescribeStreamSummaryCommand: { actions: ['kinesis:DescribeStreamSummary'], ports: ['sources.resolve'] },
  DescribeStreamConsumerCommand: { actions: ['kinesis:DescribeStreamConsumer'], ports: ['sources.resolve'] },
  paginateGetResources: { actions: ['tag:GetResources'], ports: ['tagged.list'] },
  paginateDescribeScalableTargets: {
    actions: ['application-autoscaling:DescribeScalableTargets'],
    ports: ['targets.activities'],
  },
  PutEventsCommand: { actions: ['events:PutEvents'], ports: ['bus.put'] },
};

/** What a role has beside what Weir's code calls, and who calls it. */
export const calledByAws: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'Lambda, for what a function logs',
  'logs:PutLogEvents': 'Lambda, for what a function logs',
  'xray:PutTraceSegments': 'Lambda and the tracer, for traces',
  'xray:PutTelemetryRecords': 'Lambda and the tracer, for traces',
  'sqs:ReceiveMessage': 'Lambda, that polls the queue for the function',
  'sqs:DeleteMessage': 'Lambda, that polls the queue for the function',
  'sqs:GetQueueAttributes': 'Lambda, that polls the queue for the function',
  'dynamodb:DescribeStream': "Lambda, that reads the table's stream for the function",
  'dynamodb:GetRecords': "Lambda, that reads the table's stream for the function",
  'dynamodb:GetShardIterator': "Lambda, that reads the table's stream for the function",
  'dynamodb:ListStreams': "Lambda, that reads the table's stream for the function",
  'lambda:InvokeFunction': 'EventBridge Scheduler',
  'ecs:ListTagsForResource': 'ECS, for a DescribeServices that includes tags',
};

/** Where control begins, for each function: what adapters/handlers.ts hands its events to. */
const entries: Readonly<Record<FunctionName, string>> = {
  discover: 'lib/control/discover.ts',
  dispatch: 'lib/control/dispatch.ts',
  evaluate: 'lib/control/evaluate.ts',
  instruct: 'lib/control/instruct.ts',
  learn: 'lib/control/learn.ts',
  observe: 'lib/control/observe.ts',
  publish: 'lib/control/relay.ts',
};

/** The commands that adapters import from the SDK. */
export function importedCommands(sources: Sources): string[] {
  const names = Object.entries(sources)
    .filter(([file]) => file.startsWith('lib/adapters/'))
    .flatMap(([, source]) =>
      [...source.matchAll(/import\s*\{([^}]*)\}\s*from '@aws-sdk\/(?:client|lib)-/g)].flatMap(
        ([, list = '']) => list.split(',').map((it) => it.trim()),
      ),
    )
    .filter((name) => /^(?:[A-Z]\w*Command|paginate[A-Z]\w*)$/.test(name));
  return [...new Set(names)].sort();
}

/** Control's files that a function reaches. */
function reached(sources: Sources, from: string): string[] {
  const seen = new Set([from]);
  for (const file of seen) {
    for (const { target, typeOnly } of importsOf(file, sources[file] ?? '')) {
      if (!typeOnly && target.startsWith('lib/control/')) seen.add(target);
    }
  }
  return [...seen];
}

/** The actions that a function's code calls, through whatever file: derived from the ports that its control calls. */
export function calledActions(name: FunctionName, sources: Sources): string[] {
  const text = reached(sources, entries[name])
    .map((file) => sources[file] ?? '')
    .join('\n');
  const called = Object.values(commands).filter(({ ports }) =>
    ports.some((port) => new RegExp(`\\b${port.replace('.', '\\.')}\\(`).test(text)),
  );
  return [...new Set(called.flatMap((it) => it.actions))].sort();
}
