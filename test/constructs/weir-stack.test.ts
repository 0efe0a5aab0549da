import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { registrationItem } from '../../lib/adapters/table-items.ts';
import { createTableInput, tableSchema } from '../../lib/adapters/table-schema.ts';
import { environmentOf, type FunctionName, readEnvironment } from '../../lib/contract/environment.ts';
import type { WeirEvent } from '../../lib/contract/events.ts';
import { dispatchHorizonSeconds } from '../../lib/contract/messages.ts';
import { evidenceSeconds } from '../../lib/control/act.ts';
import { readEcsEvent } from '../../lib/control/ecs-events.ts';
import { runSeconds } from '../../lib/control/learn.ts';
import { giveUpSeconds } from '../../lib/control/relay.ts';
import { retired } from '../contracts/fixtures.ts';
import { actionEvent, deploymentEvent } from '../support/ecs-events.ts';
import { resourcesOf, synthesize } from './synthesize.ts';

const fleet = { policies: { patient: { lagObjectiveSeconds: 300 } } };
const template = synthesize({ fleet });

/** The properties of one resource, as deep as a test looks into them. */
const only = <P extends object = Readonly<Record<string, unknown>>>(type: string, name: string): P => {
  const found = resourcesOf(template, type)[name];
  if (found === undefined) throw new Error(`no ${type} ${name}`);
  return found.Properties as P;
};

type WithEnvironment = { readonly Environment: { readonly Variables: Readonly<Record<string, string>> } };

const functions = {
  discover: 'WeirDiscoveryDiscover',
  dispatch: 'WeirLoopDispatch',
  evaluate: 'WeirLoopEvaluate',
  instruct: 'WeirInstructingInstruct',
  learn: 'WeirLearningLearn',
  observe: 'WeirObservingObserve',
  publish: 'WeirNewsPublish',
} as const satisfies Record<FunctionName, string>;

describe('the table', () => {
  const table = only('AWS::DynamoDB::Table', 'WeirTable');

  it('has the keys and the index that the adapter knows', () => {
    const { TableName, ...input } = createTableInput('any');
    const { AttributeDefinitions, ...shape } = input;
    expect(table).toMatchObject(shape);
    expect(table['AttributeDefinitions']).toEqual(expect.arrayContaining(AttributeDefinitions ?? []));
    expect(table['TimeToLiveSpecification']).toEqual({
      AttributeName: tableSchema.timeToLive,
      Enabled: true,
    });
  });

  it('streams what is written, can be restored, and outlives the stack', () => {
    expect(table).toMatchObject({
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(resourcesOf(template, 'AWS::DynamoDB::Table')['WeirTable']?.DeletionPolicy).toBe('Retain');
  });
});

describe('the functions', () => {
  it('are seven, each as small and as observed as the others', () => {
    const found = resourcesOf(template, 'AWS::Lambda::Function');
    expect(Object.keys(found).sort()).toEqual(Object.values(functions).sort());
    for (const { Properties } of Object.values(found)) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogGroup: { Ref: expect.stringMatching(/Logs[0-9A-F]{8}$/) } },
      });
    }
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    template.resourceCountIs('AWS::Logs::LogGroup', 7);
  });

  it.each(Object.entries(functions))('%s is given its environment and nothing else', (name, id) => {
    const { Environment } = only<WithEnvironment>('AWS::Lambda::Function', id);
    const { NODE_OPTIONS, POWERTOOLS_LOG_LEVEL, POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS, ...own } =
      Environment.Variables;
    expect({ NODE_OPTIONS, POWERTOOLS_LOG_LEVEL, POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS }).toEqual({
      NODE_OPTIONS: '--enable-source-maps',
      POWERTOOLS_LOG_LEVEL: 'INFO',
      POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'false',
    });
    expect(Object.keys(own).sort()).toEqual([...environmentOf[name as FunctionName]].sort());
  });

  it('gives discover the fleet as it was written', () => {
    const { Environment } = only<WithEnvironment>('AWS::Lambda::Function', functions.discover);
    const read = readEnvironment('discover', { TABLE_NAME: 'weir', FLEET: Environment.Variables['FLEET'] });
    expect(JSON.parse(read.FLEET)).toEqual(fleet);
  });
});

type TickQueue = {
  readonly MessageRetentionPeriod: number;
  readonly VisibilityTimeout: number;
  readonly RedrivePolicy: { readonly maxReceiveCount: number };
};

describe('the loop', () => {
  const ticks = only<TickQueue>('AWS::SQS::Queue', 'WeirLoopTicks');
  const evaluate = only<{ readonly Timeout: number }>('AWS::Lambda::Function', functions.evaluate);

  it('begins each minute, at the minute, and is not tried again', () => {
    const schedules = Object.values(resourcesOf(template, 'AWS::Scheduler::Schedule'));
    expect(schedules.map(({ Properties }) => Properties['ScheduleExpression']).sort()).toEqual([
      'rate(1 hour)',
      'rate(1 minute)',
      'rate(10 minutes)',
    ]);
    for (const { Properties } of schedules) {
      expect(Properties).toMatchObject({
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
      });
    }
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 3);
    template.allResourcesProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });

  it('keeps ticks for five minutes, within which one that crashes evaluate is set aside', () => {
    const { MessageRetentionPeriod: retention, VisibilityTimeout: visibility, RedrivePolicy } = ticks;
    expect(retention).toBe(300);
    expect(visibility).toBeGreaterThan(evaluate.Timeout);
    // A large fleet's last tick comes most of a minute after its slot.
    expect(dispatchHorizonSeconds + 54 + RedrivePolicy.maxReceiveCount * visibility).toBeLessThan(retention);
    expect(evaluate.Timeout).toBe(evidenceSeconds);
  });

  it('evaluates message by message', () => {
    expect(only('AWS::Lambda::EventSourceMapping', 'WeirLoopTicksToEvaluate')).toMatchObject({
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 10 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('keeps dead letters for two weeks, and nothing unencrypted', () => {
    const queues = resourcesOf(template, 'AWS::SQS::Queue');
    expect(Object.keys(queues)).toHaveLength(4);
    for (const [id, { Properties }] of Object.entries(queues)) {
      expect(Properties['SqsManagedSseEnabled']).toBe(true);
      const isRead = id === 'WeirLoopTicks' || id === 'WeirObservingEvents';
      if (!isRead) expect(Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
    }
  });
});

describe('learning', () => {
  it('ends by itself before it is stopped', () => {
    const { Timeout } = only<{ readonly Timeout: number }>('AWS::Lambda::Function', functions.learn);
    expect(Timeout).toBe(runSeconds + 60);
  });
});

describe('discovery', () => {
  it('is woken by a change of one of its tags on an ECS service', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      EventPattern: {
        source: ['aws.tag'],
        'detail-type': ['Tag Change on Resource'],
        detail: {
          service: ['ecs'],
          'resource-type': ['service'],
          'changed-tag-keys': [{ prefix: 'weir:' }],
        },
      },
    });
  });
});

type Rule = { readonly EventPattern: { readonly source: readonly string[] } };

describe('observing', () => {
  const rules = Object.values(resourcesOf(template, 'AWS::Events::Rule'))
    .map(({ Properties }) => Properties as Rule)
    .filter(({ EventPattern }) => EventPattern.source.includes('aws.ecs'));

  it('hears of tasks of services that have started or stopped by themselves, and of what their scheduler says', () => {
    const patternOf = (detailType: string, detail: object) => ({
      source: ['aws.ecs'],
      'detail-type': [detailType],
      detail,
    });
    const ofService = { group: [{ prefix: 'service:' }] };
    expect(rules.map((it) => it.EventPattern)).toHaveLength(4);
    expect(rules.map((it) => it.EventPattern)).toEqual(
      expect.arrayContaining([
        patternOf('ECS Task State Change', {
          ...ofService,
          lastStatus: ['RUNNING'],
          desiredStatus: ['RUNNING'],
        }),
        patternOf('ECS Task State Change', {
          ...ofService,
          lastStatus: ['STOPPED'],
          $or: [
            { stopCode: ['EssentialContainerExited', 'TaskFailedToStart'] },
            { stoppedReason: [{ prefix: 'Task failed ' }] },
          ],
        }),
        patternOf('ECS Service Action', { eventName: expect.arrayContaining(['SERVICE_STEADY_STATE']) }),
        patternOf('ECS Deployment State Change', {
          eventName: ['SERVICE_DEPLOYMENT_FAILED', 'SERVICE_DEPLOYMENT_COMPLETED'],
        }),
      ]),
    );
  });

  it('reads everything that it hears of', () => {
    const names = rules.flatMap(
      ({ EventPattern }) =>
        (EventPattern as { detail?: { eventName?: readonly string[] } }).detail?.eventName ?? [],
    );
    expect(names).toHaveLength(6);
    for (const name of names) {
      const event = name.includes('DEPLOYMENT')
        ? deploymentEvent(name, 0, 'ecs-svc/1', 'because')
        : actionEvent(name, 0);
      expect(readEcsEvent(JSON.stringify(event)).kind, name).toBe('news');
    }
  });

  it('takes events in batches, and sets aside what it cannot keep', () => {
    expect(only('AWS::Lambda::EventSourceMapping', 'WeirObservingEventsToObserve')).toMatchObject({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const queue = only<TickQueue>('AWS::SQS::Queue', 'WeirObservingEvents');
    const observe = only<{ readonly Timeout: number }>('AWS::Lambda::Function', functions.observe);
    expect(queue.VisibilityTimeout).toBeGreaterThan(observe.Timeout);
    expect(queue.RedrivePolicy).toEqual({
      maxReceiveCount: 3,
      deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^WeirDeadLetters/), 'Arn'] },
    });
  });
});

type StreamMapping = {
  readonly FilterCriteria: { readonly Filters: readonly { readonly Pattern: string }[] };
  readonly MaximumRetryAttempts: number;
  readonly MaximumRecordAgeInSeconds: number;
};

describe('the news', () => {
  const mapping = only<StreamMapping>('AWS::Lambda::EventSourceMapping', 'WeirNewsStreamToPublish');

  it('comes from the items that have an outbox', () => {
    const { Filters } = mapping.FilterCriteria;
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      { dynamodb: { NewImage: { outbox: { S: [{ exists: true }] } } } },
    ]);
    const item = (...outbox: WeirEvent[]) =>
      registrationItem({ service: 'prod/a', version: 1, outbox, status: 'retired' });
    expect(item(retired('prod/a'))['outbox']).toEqual(expect.any(String));
    expect(item()).not.toHaveProperty('outbox');
  });

  it('is tried for as long as publish itself would try, and not for ever', () => {
    expect(mapping).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^WeirDeadLetters/), 'Arn'] } },
      },
    });
    // A try of publish takes 0.7 s of waiting at least.
    expect(mapping.MaximumRetryAttempts * 0.7).toBeGreaterThan(giveUpSeconds);
    expect(mapping.MaximumRecordAgeInSeconds).toBeGreaterThan(2 * giveUpSeconds);
  });

  it('is on a bus of its own', () => {
    expect(only('AWS::Events::EventBus', 'WeirNewsBus')['Name']).toBe('weir');
  });
});

describe('the outputs', () => {
  it('name what people work with', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual(
      [
        ...['EventBusName', 'EventBusArn', 'TableName', 'TickQueueUrl', 'UndeliveredTicksUrl'],
        'DeadLettersUrl',
        ...['Discover', 'Dispatch', 'Evaluate', 'Instruct', 'Learn', 'Observe', 'Publish'].flatMap((name) => [
          `${name}Function`,
          `${name}LogGroup`,
        ]),
      ].sort(),
    );
  });
});
