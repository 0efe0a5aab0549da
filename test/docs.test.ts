import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { main } from '../lib/cli/main.ts';
import { parseFleet } from '../lib/config/fleet.ts';
import { resolve } from '../lib/config/resolve.ts';
import { detailTypes, eventSource } from '../lib/contract/events.ts';
import { serviceIdFromArn } from '../lib/contract/service-id.ts';
import { WeirStack } from '../lib/weir-stack.ts';
import { prices } from './bench/prices.ts';
import { synthesize } from './constructs/synthesize.ts';
import { renderEventDocs } from './support/event-docs.ts';
import { betweenMarks, fenced } from './support/markdown.ts';
import { renderPolicyTable } from './support/policy-docs.ts';
import { renderPermissions } from './support/security-docs.ts';
import { monthlyMetrics, renderSourceDocs } from './support/source-docs.ts';
import { sourcePages } from './support/source-pages.ts';
import { readSources } from './support/sources.ts';

const fileOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

async function helpOf(...args: string[]): Promise<string> {
  const texts: string[] = [];
  const keep = (text: string) => {
    texts.push(text);
  };
  const terminal = { out: keep, err: keep, interrupted: new AbortController().signal };
  expect(await main([...args, '--help'], terminal)).toBe(0);
  return texts.join('');
}

// What differs is written anew by `npm run docs`.
describe('documents are up to date', () => {
  it('docs/events.md', async () => {
    await expect(renderEventDocs()).toMatchFileSnapshot(fileOf('docs/events.md'));
  });

  it('docs/sources.md', async () => {
    await expect(renderSourceDocs()).toMatchFileSnapshot(fileOf('docs/sources.md'));
  });

  it('docs/security.md: what each role may do', async () => {
    const page = readFileSync(fileOf('docs/security.md'), 'utf8');
    const sources = readSources(fileOf(''), ['lib'], /\.ts$/);
    const written = betweenMarks(page, 'permissions', renderPermissions(synthesize(), sources));
    await expect(written).toMatchFileSnapshot(fileOf('docs/security.md'));
  });

  it('README.md: the policy table and the help of the demo', async () => {
    const readme = readFileSync(fileOf('README.md'), 'utf8');
    const withPolicy = betweenMarks(readme, 'policy', renderPolicyTable());
    const written = betweenMarks(withPolicy, 'demo', fenced('text', await helpOf('demo')));
    await expect(written).toMatchFileSnapshot(fileOf('README.md'));
  });
});

describe('docs/sources.md', () => {
  const cases = sourcePages.flatMap(({ heading, missing }) =>
    missing.flatMap(({ what, shown }) => shown.map((it) => ({ heading, what, ...it }))),
  );

  it.each(cases)('$heading, $what: $file shows "$title"', ({ file, title }) => {
    const titles = readFileSync(fileOf(file), 'utf8').replace(/\\'/g, "'");
    expect(titles).toContain(title);
  });

  it('the worked price: two metrics each minute are $0.88 a month', () => {
    const arrivalsAndLag = 2 * 43_800;
    const cpuAndMemory = 2 * 4_380;
    expect(monthlyMetrics([{ kind: 'kinesis', stream: 'orders' }])).toBe(arrivalsAndLag + cpuAndMemory);
    expect(arrivalsAndLag * prices.metricsRequested.dollars).toBeCloseTo(0.88, 2);
  });

  it('its example is a configuration that is taken', () => {
    const page = renderSourceDocs();
    const [, text = ''] = /```ts\nconst fleet: FleetConfiguration = ([\s\S]*?);\n```/.exec(page) ?? [];
    const fleet = parseFleet(new Function(`return ${text}`)());
    expect(Object.keys(fleet.sources ?? {})).toEqual(['activemq', 'latency']);
  });
});

/** What the shell makes of the first commands of a section: a function in place of the AWS CLI tells its arguments. */
function awsCommandsIn(section: string): string[][] {
  const readme = readFileSync(fileOf('README.md'), 'utf8');
  const commands = readme.split(`\n## ${section}\n`)[1]?.split('```sh\n')[1]?.split('```')[0] ?? '';
  const recorder = `exec 3>&1
    aws() {
      printf '%s\\0' "$@" '' >&3
      case "$1 $2" in
        'sns create-topic') echo ${topicArn} ;;
        'events put-rule') echo ${ruleArn} ;;
      esac
    }`;
  const told = execFileSync('bash', ['-euc', `${recorder}\n${commands}`], { encoding: 'utf8' });
  return told
    .split('\0\0')
    .filter(Boolean)
    .map((it) => it.split('\0'));
}

const topicArn = 'arn:aws:sns:eu-central-1:111122223333:weir-changes';
const ruleArn = 'arn:aws:events:eu-central-1:111122223333:rule/weir/weir-changes';

describe('the commands of README.md', () => {
  const optionOf = (command: readonly string[] | undefined, name: string) =>
    command?.[command.indexOf(name) + 1] ?? '';

  it('subscribe to events that there are, on the bus of the stack, and let the rule reach its target', () => {
    const [, , putRule, setPolicy, putTargets] = awsCommandsIn('Subscribe');
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const buses = Template.fromStack(new WeirStack(app, 'Weir')).findResources('AWS::Events::EventBus');
    const busNames = Object.values(buses).map((it) => it['Properties'].Name);
    expect([putRule, putTargets].map((it) => optionOf(it, '--event-bus-name'))).toEqual([
      busNames[0],
      busNames[0],
    ]);

    const pattern = JSON.parse(optionOf(putRule, '--event-pattern'));
    expect(pattern.source).toEqual([eventSource]);
    expect(detailTypes).toEqual(expect.arrayContaining(pattern['detail-type']));

    const [statement] = JSON.parse(optionOf(setPolicy, '--attribute-value')).Statement;
    expect(statement).toMatchObject({
      Resource: topicArn,
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    });
    expect(optionOf(putTargets, '--rule')).toBe(optionOf(putRule, '--name'));
    expect(optionOf(putTargets, '--targets')).toBe(`Id=mail,Arn=${topicArn}`);
  });

  it('tag a service with what Weir understands', () => {
    const [tagging] = awsCommandsIn('Tag a service');
    expect(serviceIdFromArn(optionOf(tagging, '--resource-arn'))).toBe('main/orders');
    const words = tagging?.filter((it) => it.startsWith('key=')) ?? [];
    const tags = Object.fromEntries(words.map((it) => it.slice('key='.length).split(',value=')));
    expect(resolve(tags, parseFleet({}))).toMatchObject({
      kind: 'managed',
      mode: 'recommend',
      policy: { maxTasks: 40 },
      sources: [{ kind: 'kinesis', stream: 'orders' }],
    });
  });
});

describe('a text between marks', () => {
  it('is put there, and the rest left alone', () => {
    const text = 'before\n<!-- a: npm run docs -->\nold\n<!-- /a -->\nafter';
    expect(betweenMarks(text, 'a', 'new')).toBe(
      'before\n<!-- a: npm run docs -->\n\nnew\n\n<!-- /a -->\nafter',
    );
  });

  it.each(['', '<!-- a: npm run docs -->', '<!-- /a --><!-- a: npm run docs -->'])(
    'needs both: %j',
    (text) => {
      expect(() => betweenMarks(text, 'a', 'new')).toThrow('once each and in this order');
    },
  );
});
