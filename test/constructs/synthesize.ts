import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WeirStack, type WeirStackProps } from '../../lib/weir-stack.ts';

/** An app that bundles no function: a template names its assets, and nothing here looks into them. */
export const createApp = (flags: Readonly<Record<string, unknown>> = {}) =>
  new App({ context: { ...flags, 'aws:cdk:bundling-stacks': [] } });

export const synthesize = (props: WeirStackProps = {}) =>
  Template.fromStack(new WeirStack(createApp(), 'Weir', props));

/** A stack of somebody else's, in an account and Region that it names. */
export const foreignStack = (app = createApp()) =>
  new Stack(app, 'Shop', { env: { account: '111122223333', region: 'eu-central-1' } });

export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
};

/** Resources of a type by logical id, the hash at its end cut off. */
export function resourcesOf(template: Template, type: string): Readonly<Record<string, Resource>> {
  const found = Object.entries(template.findResources(type)) as [string, Resource][];
  return Object.fromEntries(found.map(([id, resource]) => [withoutHash(id), resource]));
}

export const withoutHash = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');

/**
 * A value of a template in one line, references in angle brackets. E.g.
 * `<WeirTable.Arn>/index/registrations`.
 */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, ...functions } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return `<${withoutHash(Ref)}>`;
  const [id, attribute] = (functions['Fn::GetAtt'] ?? []) as string[];
  if (id !== undefined) return `<${withoutHash(id)}.${attribute}>`;
  const [separator, parts] = functions['Fn::Join'] as [string, unknown[]];
  return parts.map(inWords).join(separator);
}
