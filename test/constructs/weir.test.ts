import { type App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { type FleetConfiguration, Weir } from '../../lib/constructs/weir.ts';
import { updatableTagValues } from '../../lib/contract/tags.ts';
import { ConfigurationError } from '../../lib/contract/weir-error.ts';
import { WeirStack } from '../../lib/weir-stack.ts';
import { createApp, foreignStack, resourcesOf } from './synthesize.ts';

/** What stops the synth of an app that cdk-nag looks at; nothing when it finds nothing. */
function objectionTo(app: App): string | undefined {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

describe('Weir in the stack of another app', () => {
  const stack = foreignStack();
  const weir = new Weir(stack, 'Autoscaler', { eventBusName: 'shop-scaling' });

  it('is whole, under its own name, on a bus that is named there', () => {
    const template = Template.fromStack(stack);
    expect(Object.keys(resourcesOf(template, 'AWS::Lambda::Function')).sort()).toEqual([
      'AutoscalerDiscoveryDiscover',
      'AutoscalerInstructingInstruct',
      'AutoscalerLearningLearn',
      'AutoscalerLoopDispatch',
      'AutoscalerLoopEvaluate',
      'AutoscalerNewsPublish',
      'AutoscalerObservingObserve',
    ]);
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'shop-scaling' });
  });

  it('keeps logs for as long as is said there', () => {
    const stack = foreignStack();
    new Weir(stack, 'Autoscaler', { logRetention: RetentionDays.ONE_YEAR });
    const own = new WeirStack(createApp(), 'Weir', { logRetention: RetentionDays.ONE_YEAR });
    for (const it of [stack, own]) {
      Template.fromStack(it).allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
    }
  });

  it('lets the app use its bus, table and queues', () => {
    const resolved = [weir.bus.eventBusArn, weir.table.tableArn, weir.deadLetters.queueArn];
    expect(resolved.map((it) => stack.resolve(it))).toEqual(
      resolved.map(() => ({ 'Fn::GetAtt': [expect.stringMatching(/^Autoscaler/), 'Arn'] })),
    );
  });

  it('has an answer to each finding of cdk-nag, whatever the account and Region are called', () => {
    const app = createApp();
    new Weir(foreignStack(app), 'Autoscaler');
    expect(objectionTo(app)).toBeUndefined();
  });

  // `cdk init` writes them into a new app. They merge statements of roles, among other things.
  it('stands beside another Weir under the feature flags that a new app has', () => {
    const app = createApp(recommendedFlags);
    const stack = foreignStack(app);
    new Weir(stack, 'Autoscaler', { eventBusName: 'shop-scaling' });
    new WeirStack(app, 'Weir');
    expect(objectionTo(app)).toBeUndefined();
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'ecs:UpdateService',
            Condition: { StringEquals: { 'aws:ResourceTag/weir:managed': [...updatableTagValues] } },
          }),
        ]),
      },
    });
  });
});

describe('cdk-nag', () => {
  it('finds nothing in the stack that is not answered', () => {
    const app = createApp();
    new WeirStack(app, 'Weir');
    expect(objectionTo(app)).toBeUndefined();
  });

  it('stops the synth at a resource that is not safe', () => {
    const app = createApp();
    new Bucket(new WeirStack(app, 'Weir'), 'Open');
    expect(objectionTo(app)).toMatch(/AwsSolutions-S1\b/);
  });

  it('stops it at one more wildcard in a role whose others are answered', () => {
    const app = createApp();
    const stack = new WeirStack(app, 'Weir');
    const weir = stack.node.findChild('Weir') as Weir;
    const everything = new PolicyStatement({ actions: ['ecs:*'], resources: ['*'] });
    new Policy(stack, 'More', { statements: [everything] }).attachToRole(weir.loop.evaluate.role!);
    expect(objectionTo(app)).toMatch(/AwsSolutions-IAM5/);
  });
});

describe('a wrong fleet configuration', () => {
  const synthOf = (fleet: unknown) => () =>
    new WeirStack(createApp(), 'Weir', { fleet: fleet as FleetConfiguration });

  it.each([
    [
      { policies: { patient: { maxTasks: 1e9 } } },
      /policies\.patient\.maxTasks: expected a whole number from 1 to 5000.*; received 1000000000/,
    ],
    [
      { policies: { patient: { minTask: 2 } } },
      /policies\.patient\.minTask: expected one of minTasks, .*; received 2/,
    ],
    [{ polices: {} }, 'polices: expected one of policies, sources as the name; received {}'],
  ])('%j fails the synth: field, what would be right, what it was', (fleet, words) => {
    expect(synthOf(fleet)).toThrow(ConfigurationError);
    expect(synthOf(fleet)).toThrow(words);
  });
});
