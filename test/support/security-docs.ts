import type { Template } from 'aws-cdk-lib/assertions';
import { environmentOf, type FunctionName } from '../../lib/contract/environment.ts';
import { calledActions, calledByAws } from '../constructs/actions.ts';
import { type Statement, statementsOf } from '../constructs/statements.ts';
import { inWords } from '../constructs/synthesize.ts';
import { table } from './markdown.ts';
import type { Sources } from './sources.ts';

/** What each role of the stack may do, as the synthesized template has it, and which code or service of AWS needs it. */
export function renderPermissions(template: Template, sources: Sources): string {
  const roles = Object.entries(statementsOf(template));
  return roles
    .map(([role, statements]) => {
      const name = functionOf(role);
      const called = name === undefined ? [] : calledActions(name, sources);
      const heading = name === undefined ? `${role.replace(/Role$/, '')}, a schedule` : name;
      const rows = statements.flatMap((it) => rowsOf(it, called));
      return `### ${heading}\n\n${table(['action', 'resource', 'condition', 'called by'], rows)}`;
    })
    .join('\n\n');
}

function functionOf(role: string): FunctionName | undefined {
  return (Object.keys(environmentOf) as FunctionName[]).find((name) =>
    role.toLowerCase().endsWith(`${name}role`),
  );
}

function rowsOf(
  { Action, Resource, Principal, Condition }: Statement,
  called: readonly string[],
): string[][] {
  if (Principal !== undefined) return [];
  const on = [Resource ?? []]
    .flat()
    .map((it) => `\`${inWords(it)}\``)
    .join(', ');
  const only = Condition === undefined ? '' : `\`${JSON.stringify(Condition)}\``;
  return [Action].flat().map((action) => {
    const by = called.includes(action) ? 'its code' : (calledByAws[action] ?? '');
    return [`\`${action}\``, on, only, by];
  });
}
