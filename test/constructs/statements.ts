import type { Template } from 'aws-cdk-lib/assertions';
import { inWords, resourcesOf } from './synthesize.ts';

export type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Condition?: unknown;
};
export type Document = { readonly Statement: readonly Statement[] };

/** E.g. `sqs:SendMessage on <WeirDeadLetters.Arn>`. */
export function sentence({ Effect, Action, Resource, Principal, Condition }: Statement): string {
  const who = Principal && Object.values(Principal).join(', ');
  const on = [Resource ?? []].flat().map(inWords).join(', ');
  return [
    Effect === 'Allow' ? '' : `${Effect} `,
    [Action].flat().join(', '),
    on && ` on ${on}`,
    who && ` by ${who}`,
    Condition
      ? ` if ${JSON.stringify(Condition, (_, it) => (it?.Ref || it?.['Fn::GetAtt'] ? inWords(it) : it))}`
      : '',
  ].join('');
}

/** Every statement of every role in one line each: who may take it, what is in it, and what is attached to it. */
export function sentencesOf(from: Template): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(statementsOf(from)).map(([role, statements]) => [role, statements.map(sentence)]),
  );
}

/** @throws Error for a role that is given more than statements of its own. */
export function statementsOf(from: Template): Record<string, Statement[]> {
  const roles: Record<string, Statement[]> = {};
  for (const [id, { Properties }] of Object.entries(resourcesOf(from, 'AWS::IAM::Role'))) {
    const { AssumeRolePolicyDocument, Policies, ManagedPolicyArns, ...rest } = Properties;
    const inline = (Policies ?? []) as { PolicyDocument: Document }[];
    const others = Object.keys(rest).filter((it) => it !== 'Description');
    if (ManagedPolicyArns !== undefined || others.length > 0) {
      throw new Error(
        `${id} is given more than the statements of its own: ${others.join(', ')} or managed policies`,
      );
    }
    roles[id] = [AssumeRolePolicyDocument as Document, ...inline.map((it) => it.PolicyDocument)].flatMap(
      (it) => it.Statement,
    );
  }
  for (const { Properties } of Object.values(resourcesOf(from, 'AWS::IAM::Policy'))) {
    for (const role of Properties['Roles'] as unknown[]) {
      const id = inWords(role).slice(1, -1);
      roles[id]?.push(...(Properties['PolicyDocument'] as Document).Statement);
    }
  }
  return roles;
}
