import { Aws, type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentOf, FunctionName } from '../contract/environment.ts';
import { bundling, entryOf } from './bundling.ts';
import { acceptFindings } from './findings.ts';

/** One statement of a function's role. */
export type Permission = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Why its resources have wildcards: there where they have, and only there. */
  readonly wildcardBecause?: string;
};

export type WeirFunctionProps<F extends FunctionName> = {
  readonly name: F;
  readonly description: string;
  readonly environment: EnvironmentOf<F>;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly logRetention: RetentionDays;
  readonly permissions: readonly Permission[];
};

/** One folder of functions/ as a Lambda function, with a log group and a role of its own. */
export class WeirFunction<F extends FunctionName = FunctionName> extends NodejsFunction {
  constructor(scope: Construct, id: string, props: WeirFunctionProps<F>) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${props.name} of Weir may do`,
    });
    super(scope, id, {
      entry: entryOf(props.name),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      bundling,
      logGroup,
      role,
      tracing: Tracing.ACTIVE,
      awsSdkConnectionReuse: false,
      environment: { ...props.environment, ...settings },
    });
    grant(role, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      // The ARN of a log group ends in `:*`: the log streams in it.
      resources: [logGroup.logGroupArn],
    });
    for (const permission of props.permissions) grant(role, permission);
    acceptFindings(logGroup, {
      CKV_AWS_158:
        'CloudWatch encrypts logs with a key of its own; they name services, and hold nothing of what they process.',
    });
    acceptFindings(this, {
      CKV_AWS_115:
        'A reserved share of concurrency cannot be had in accounts with few; event sources and schedules bound it.',
      CKV_AWS_116:
        'Queues and streams keep what fails in dead letters of their own; a schedule comes again, and needs none.',
      CKV_AWS_117: 'It calls public APIs of AWS alone: a VPC would add endpoints, and protect nothing.',
      CKV_AWS_173: 'Its environment has names and settings, and no secret.',
      // The CDK makes a function wait for its role's policies as well as for the role.
      W3005: 'A dependency that is said twice does no harm.',
    });
    acknowledgeWildcard(role, '*', 'X-Ray takes segments without naming a resource: IAM offers none for it.');
  }
}

/**
 * One line of log for each run, what changed, and what went wrong: a fleet of any size writes some 100 MB a
 * month. The tracer follows the SDK's calls; the HTTPS requests beneath them would only be the same once
 * more.
 */
const settings = {
  NODE_OPTIONS: '--enable-source-maps',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'false',
} as const;

/** The ARN of something in the stack's own account and Region. */
export const arnOf = (service: string, resource: string) =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

function grant(role: Role, { actions, resources, conditions, wildcardBecause }: Permission): void {
  const statement = new PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions && { conditions }),
  });
  role.addToPolicy(statement);
  // One acknowledged `*` would cover every other `*` of the role, for cdk-nag tells them by their resource
  // only.
  const hasWildcard = resources.some((resource) => resource.includes('*'));
  if (hasWildcard !== (wildcardBecause !== undefined)) {
    const advice = hasWildcard ? 'say in wildcardBecause why' : 'leave wildcardBecause out';
    throw new TypeError(`${actions.join(', ')} on ${resources.join(', ')}: ${advice}.`);
  }
  if (wildcardBecause === undefined) return;
  for (const resource of resources) acknowledgeWildcard(role, resource, wildcardBecause);
}

/** cdk-nag names a finding after the resource as the template has it: `arn:<AWS::Partition>:sqs:…:*`. */
function acknowledgeWildcard(role: Role, resource: string, reason: string): void {
  const finding = inBrackets(Stack.of(role).resolve(resource));
  Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
}

type Intrinsic =
  | string
  | { readonly 'Fn::Join': readonly [string, readonly Intrinsic[]] }
  | { readonly 'Fn::GetAtt': readonly string[] }
  | { readonly Ref: string };

function inBrackets(value: Intrinsic): string {
  if (typeof value === 'string') return value;
  if ('Fn::Join' in value) return value['Fn::Join'][1].map(inBrackets).join(value['Fn::Join'][0]);
  return `<${'Ref' in value ? value.Ref : value['Fn::GetAtt'].join('.')}>`;
}
