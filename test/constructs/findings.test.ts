import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { acceptFindings } from '../../lib/constructs/findings.ts';

describe('acceptFindings', () => {
  it('stands in the metadata of the resource, where each tool looks for it', () => {
    const stack = new Stack();
    acceptFindings(new Queue(stack, 'Queue'), { CKV_AWS_27: 'a reason', W3005: 'another' });
    const [queue] = Object.values(Template.fromStack(stack).findResources('AWS::SQS::Queue'));
    expect(queue?.['Metadata']).toEqual({
      checkov: { skip: [{ id: 'CKV_AWS_27', comment: 'a reason' }] },
      'cfn-lint': { config: { ignore_checks: ['W3005'] } },
    });
  });

  it('is refused of what no template has', () => {
    const several = new Construct(new Stack(), 'Several');
    expect(() => acceptFindings(several, { W3005: 'none' })).toThrow('Several is no resource of a template');
  });
});
