import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type ClientOptions, standard } from './clients.ts';

/** In a file of its own: the document client is in the bundle of whoever imports it, called or not. */
export const createTableClient = (options: ClientOptions = {}) =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ ...standard, ...options }), {
    marshallOptions: { removeUndefinedValues: true },
  });
