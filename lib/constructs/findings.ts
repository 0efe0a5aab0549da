import { CfnResource } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * Findings of checkov and cfn-lint that stand, by their id, each with the reason: in the metadata of the resource, where
 * both look for it. What is not named here fails the build.
 */
export function acceptFindings(of: Construct, reasons: Readonly<Record<string, string>>): void {
  const resource = of.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) {
    throw new TypeError(
      `${of.node.path} is no resource of a template: name the one that a finding is about.`,
    );
  }
  const found = Object.entries(reasons);
  const ofCheckov = found.filter(([id]) => id.startsWith('CKV'));
  const ofLint = found.filter(([id]) => !id.startsWith('CKV'));
  if (ofCheckov.length > 0) {
    resource.addMetadata('checkov', { skip: ofCheckov.map(([id, comment]) => ({ id, comment })) });
  }
  if (ofLint.length > 0) {
    resource.addMetadata('cfn-lint', { config: { ignore_checks: ofLint.map(([id]) => id) } });
  }
}

export function acceptQueueFindings(queue: Queue): void {
  acceptFindings(queue, {
    CKV_AWS_27: 'It is encrypted, with a key that SQS owns: one of KMS would be charged for each message.',
  });
}
