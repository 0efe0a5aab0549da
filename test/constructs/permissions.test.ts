import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { environmentOf, type FunctionName } from '../../lib/contract/environment.ts';
import { updatableTagValues } from '../../lib/contract/tags.ts';
import { readSources } from '../support/sources.ts';
import { calledActions, calledByAws, commands, importedCommands } from './actions.ts';
import { type Document, sentence, sentencesOf, statementsOf } from './statements.ts';
import { inWords, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize();
const sources = readSources(fileURLToPath(new URL('../../', import.meta.url)), ['lib'], /\.ts$/);

const assumedByLambda = 'sts:AssumeRole by lambda.amazonaws.com';
const assumedByScheduler =
  'sts:AssumeRole by scheduler.amazonaws.com if {"StringEquals":{"aws:SourceAccount":"<AWS::AccountId>"}}';
const traces = 'xray:PutTraceSegments, xray:PutTelemetryRecords on *';
const logsTo = (group: string) => `logs:CreateLogStream, logs:PutLogEvents on <${group}.Arn>`;
const arn = (rest: string) => `arn:<AWS::Partition>:${rest.replace(':', ':<AWS::Region>:<AWS::AccountId>:')}`;

const expected = {
  WeirDiscoveryDiscoverRole: [
    assumedByLambda,
    traces,
    logsTo('WeirDiscoveryDiscoverLogs'),
    'dynamodb:BatchGetItem, dynamodb:PutItem on <WeirTable.Arn>',
    'dynamodb:Query on <WeirTable.Arn>/index/registrations',
    `ecs:DescribeServices on ${arn('ecs:service/*')}`,
    `ecs:ListTagsForResource on ${arn('ecs:service/*')}`,
    'tag:GetResources on *',
    'application-autoscaling:DescribeScalableTargets on *',
    `kinesis:DescribeStreamSummary, kinesis:DescribeStreamConsumer on ${arn('kinesis:stream/*')}`,
    `sqs:GetQueueUrl on ${arn('sqs:*')}`,
  ],
  WeirDiscoveryEvery10MinutesRole: [
    assumedByScheduler,
    'lambda:InvokeFunction on <WeirDiscoveryDiscover.Arn>',
  ],
  WeirLoopDispatchRole: [
    assumedByLambda,
    traces,
    logsTo('WeirLoopDispatchLogs'),
    'dynamodb:GetItem, dynamodb:PutItem on <WeirTable.Arn>',
    'dynamodb:Query on <WeirTable.Arn>/index/registrations',
    'sqs:SendMessage on <WeirLoopTicks.Arn>',
  ],
  WeirLoopEveryMinuteRole: [assumedByScheduler, 'lambda:InvokeFunction on <WeirLoopDispatch.Arn>'],
  WeirLoopEvaluateRole: [
    assumedByLambda,
    traces,
    logsTo('WeirLoopEvaluateLogs'),
    'dynamodb:BatchGetItem, dynamodb:Query, dynamodb:PutItem on <WeirTable.Arn>',
    `ecs:DescribeServices on ${arn('ecs:service/*')}`,
    `ecs:UpdateService on ${arn('ecs:service/*')} if {"StringEquals":{"aws:ResourceTag/weir:managed":["auto","true","approve"]}}`,
    'ecs:ListTasks on *',
    `ecs:GetTaskProtection on ${arn('ecs:task/*')}`,
    'cloudwatch:GetMetricData on *',
    `sqs:GetQueueAttributes on ${arn('sqs:*')}`,
    'sqs:SendMessage on <WeirDeadLetters.Arn>',
    'sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes on <WeirLoopTicks.Arn>',
  ],
  WeirLearningLearnRole: [
    assumedByLambda,
    traces,
    logsTo('WeirLearningLearnLogs'),
    'dynamodb:BatchGetItem, dynamodb:PutItem on <WeirTable.Arn>',
    'dynamodb:Query on <WeirTable.Arn>/index/registrations',
    'cloudwatch:GetMetricData on *',
  ],
  WeirLearningEveryHourRole: [assumedByScheduler, 'lambda:InvokeFunction on <WeirLearningLearn.Arn>'],
  WeirObservingObserveRole: [
    assumedByLambda,
    traces,
    logsTo('WeirObservingObserveLogs'),
    'dynamodb:BatchGetItem, dynamodb:PutItem on <WeirTable.Arn>',
    'sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes on <WeirObservingEvents.Arn>',
  ],
  WeirInstructingInstructRole: [
    assumedByLambda,
    traces,
    logsTo('WeirInstructingInstructLogs'),
    'dynamodb:BatchGetItem, dynamodb:PutItem on <WeirTable.Arn>',
    'sqs:SendMessage on <WeirDeadLetters.Arn>',
  ],
  WeirNewsPublishRole: [
    assumedByLambda,
    traces,
    logsTo('WeirNewsPublishLogs'),
    'events:PutEvents on <WeirNewsBus.Arn>',
    'sqs:SendMessage on <WeirDeadLetters.Arn>',
    'dynamodb:DescribeStream, dynamodb:GetRecords, dynamodb:GetShardIterator on <WeirTable.StreamArn>',
    'dynamodb:ListStreams on <WeirTable.Arn>/stream/*',
  ],
};

describe('who may do what', () => {
  it('is what is listed here, statement by statement, and nothing else', () => {
    expect(sentencesOf(template)).toEqual(expected);
  });

  it('knows an action for every command of the SDK that an adapter sends', () => {
    expect(importedCommands(sources)).toEqual(Object.keys(commands).sort());
  });

  it.each(Object.keys(environmentOf) as FunctionName[])(
    '%s may do what its code calls, and nothing else',
    (name) => {
      const [role] = Object.entries(statementsOf(template)).filter(([id]) =>
        id.toLowerCase().endsWith(`${name}role`),
      );
      const granted = role?.[1].flatMap((it) => [it.Action].flat()) ?? [];
      const called = calledActions(name, sources);
      expect(called.length).toBeGreaterThan(0);
      expect(granted).toEqual(expect.arrayContaining(called));
      const rest = granted.filter((it) => !called.includes(it) && it !== 'sts:AssumeRole');
      expect(rest.filter((it) => calledByAws[it] === undefined)).toEqual([]);
    },
  );

  it('is said in roles and their policies alone', () => {
    const types = Object.values(template.toJSON()['Resources'] as Record<string, { Type: string }>);
    const identity = types.filter(({ Type }) => Type.startsWith('AWS::IAM::')).map(({ Type }) => Type);
    expect(new Set(identity)).toEqual(new Set(['AWS::IAM::Role', 'AWS::IAM::Policy']));
  });

  it('lets Weir change only services whose tag says so', () => {
    const sentences = Object.values(sentencesOf(template)).flat();
    const updates = sentences.filter((it) => it.includes('ecs:UpdateService'));
    expect(updates).toHaveLength(1);
    expect(updates[0]).toContain(JSON.stringify(updatableTagValues));
    // Nothing else that changes, starts or stops anything in ECS.
    const ecs = sentences.flatMap((it) => it.match(/ecs:[A-Z]\w+/g) ?? []);
    expect(new Set(ecs)).toEqual(
      new Set([
        'ecs:DescribeServices',
        'ecs:GetTaskProtection',
        'ecs:ListTagsForResource',
        'ecs:ListTasks',
        'ecs:UpdateService',
      ]),
    );
  });

  it('lets the rules for tags and instructions, and nobody else by name, invoke a function', () => {
    const permissions = Object.values(resourcesOf(template, 'AWS::Lambda::Permission'));
    expect(permissions.map(({ Properties }) => inWords(Properties['SourceArn']))).toEqual([
      '<WeirDiscoveryTagChange.Arn>',
      '<WeirInstructingInstruction.Arn>',
    ]);
  });

  it('lets nobody but its own rules put events into queues', () => {
    const statements = Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy'))
      .flatMap(({ Properties }) => (Properties['PolicyDocument'] as Document).Statement)
      .filter((it) => it.Effect === 'Allow');
    const rules = ['TaskStarted', 'TaskFailed', 'SchedulerSays', 'DeploymentEnded'];
    const reading = 'sqs:SendMessage, sqs:GetQueueAttributes, sqs:GetQueueUrl on <WeirObservingEvents.Arn>';
    expect(statements.map(sentence).sort()).toEqual(
      [
        ...rules.map(
          (rule) =>
            `${reading} by events.amazonaws.com if {"ArnEquals":{"aws:SourceArn":"<WeirObserving${rule}.Arn>"}}`,
        ),
        'sqs:SendMessage on <WeirDeadLetters.Arn> by events.amazonaws.com if {"ArnEquals":{"aws:SourceArn":"<WeirInstructingInstruction.Arn>"}}',
      ].sort(),
    );
  });

  it('keeps plain HTTP out of every queue', () => {
    const policies = Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy'));
    expect(policies).toHaveLength(4);
    for (const { Properties } of policies) {
      const { Statement } = Properties['PolicyDocument'] as Document;
      expect(Statement.filter((it) => it.Effect === 'Deny')).toHaveLength(1);
      expect(Statement[0]).toMatchObject({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });
});
