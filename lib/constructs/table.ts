import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { acceptFindings } from './findings.ts';

/** Partition and sort key of the sparse index that lists registrations. */
export const registrationsIndex = 'registrations';

/**
 * Everything that Weir remembers. Keys, index and time to live are as the adapter knows them (adapters/table-
 * schema.ts); a test holds the two together. The table outlives the stack: what has been learned is in it.
 */
export function createTable(scope: Construct): Table {
  const table = new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'ttl',
    stream: StreamViewType.NEW_IMAGE,
    // By a key that DynamoDB owns: one of KMS would be charged for each request.
    encryption: TableEncryption.DEFAULT,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  table.addGlobalSecondaryIndex({
    indexName: registrationsIndex,
    partitionKey: { name: 'registered', type: AttributeType.STRING },
    sortKey: { name: 'pk', type: AttributeType.STRING },
    projectionType: ProjectionType.ALL,
  });
  acceptFindings(table, {
    CKV_AWS_119: 'DynamoDB encrypts it with a key of its own: one of KMS would be charged for each request.',
  });
  return table;
}

export const registrationsIndexArn = (table: Table) => `${table.tableArn}/index/${registrationsIndex}`;
