import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { metricsDimensions, metricsNamespace, publishedCounters } from '../../lib/adapters/powertools.ts';
import { Weir } from '../../lib/constructs/weir.ts';
import { dispatchHorizonSeconds } from '../../lib/contract/messages.ts';
import { foreignStack, resourcesOf, synthesize } from './synthesize.ts';

type Dimension = { readonly Name: string; readonly Value: unknown };
type Stat = {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: Dimension[];
  };
};
type Alarm = {
  readonly AlarmDescription: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: Dimension[];
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly TreatMissingData: string;
  readonly ComparisonOperator: string;
  readonly Metrics?: { readonly Expression?: string; readonly MetricStat?: Stat }[];
  readonly AlarmActions?: unknown[];
  readonly OKActions?: unknown[];
};

const template = synthesize();
const alarmsOf = (from: Template) =>
  Object.fromEntries(
    Object.entries(resourcesOf(from, 'AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
      id.replace('WeirAlarms', ''),
      Properties as Alarm,
    ]),
  );
const alarms = alarmsOf(template);
const alarm = (name: string): Alarm => {
  const found = alarms[name];
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
};

const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const sections = runbook.split(/^## /m).slice(1);
const anchorOf = (section: string) => section.slice(0, section.indexOf('\n'));
const linked = (text: string) => text.match(/docs\/runbook\.md#([a-z-]+)$/)?.[1];

describe('each alarm', () => {
  it('has its section of the runbook, and each section its alarm', () => {
    const anchors = Object.values(alarms).map((it) => linked(it.AlarmDescription));
    expect(anchors.sort()).toEqual(sections.map(anchorOf).sort());
  });

  it('is described, and so are the ways to look into it and to end it', () => {
    for (const section of sections) {
      for (const part of ['**Description.**', '**Investigation.**', '**Resolution.**']) {
        expect(section, anchorOf(section)).toContain(part);
      }
    }
  });

  it('is told to a topic, with its end, where there is one', () => {
    expect(Object.values(alarms).filter((it) => it.AlarmActions ?? it.OKActions)).toEqual([]);
    const stack = foreignStack();
    new Weir(stack, 'Weir', { alarmTopic: new Topic(stack, 'OnCall') });
    for (const told of Object.values(alarmsOf(Template.fromStack(stack)))) {
      expect(told.AlarmActions).toHaveLength(1);
      expect(told.OKActions).toEqual(told.AlarmActions);
    }
  });

  it('costs little: twelve of them, over thirteen metrics', () => {
    const metrics = Object.values(alarms).map(
      ({ Metrics }) => Metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1,
    );
    expect(Object.keys(alarms)).toHaveLength(12);
    expect(metrics.reduce((sum, it) => sum + it)).toBe(13);
  });
});

describe('the runbook', () => {
  it('links to sections that it has', () => {
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(0);
    expect(sections.map(anchorOf)).toEqual(expect.arrayContaining([...new Set(links)]));
  });

  it('uses outputs that the stack has', () => {
    const used = [...runbook.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(0);
    expect(Object.keys(template.findOutputs('*'))).toEqual(expect.arrayContaining([...new Set(used)]));
  });
});

describe('no data', () => {
  it('is an alarm only where dispatch is not run at all', () => {
    const breaching = Object.keys(alarms).filter((name) => alarm(name).TreatMissingData !== 'notBreaching');
    expect(breaching).toEqual(['DispatchSilent']);
    expect(alarm('DispatchSilent')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });
});

describe('the age of the last tick', () => {
  it('counts only while ticks are sent: a fleet without services raises no alarm', () => {
    const { Metrics = [], EvaluationPeriods } = alarm('LastTick');
    expect(Metrics.map((it) => it.Expression ?? it.MetricStat?.Metric.MetricName).sort()).toEqual([
      'IF(sent > 0, ticks, 1)',
      'NumberOfMessagesSent',
      'ticks',
    ]);
    expect(EvaluationPeriods).toBe(3);
    expect(alarm('LastTick')).toMatchObject({ ComparisonOperator: 'LessThanThreshold', Threshold: 1 });
  });

  it('is noticed beyond the time that a tick may wait for its slot', () => {
    expect(alarm('OldestTick')).toMatchObject({ MetricName: 'ApproximateAgeOfOldestMessage' });
    // Its turn comes most of a minute after the slot in a large fleet.
    expect(alarm('OldestTick').Threshold).toBe(dispatchHorizonSeconds + 54 + 36);
  });
});

describe("Weir's own metrics", () => {
  it('are found where the functions write them', () => {
    const stats = Object.values(alarms).flatMap((it) => [
      { Namespace: it.Namespace, MetricName: it.MetricName, Dimensions: it.Dimensions },
      ...(it.Metrics ?? []).map(({ MetricStat }) => MetricStat?.Metric),
    ]);
    const own = stats.filter((it) => it?.Namespace === metricsNamespace);
    const dimensions = Object.entries(metricsDimensions).map(([Name, Value]) => ({ Name, Value }));
    expect(own.map((it) => it?.MetricName).sort()).toEqual(['failures', 'ticks']);
    expect(publishedCounters).toEqual(expect.arrayContaining(own.map((it) => it?.MetricName)));
    for (const it of own) expect(it?.Dimensions).toEqual(dimensions);
  });
});
