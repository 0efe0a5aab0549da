import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { bottleneckKinds } from '../../lib/contract/bottleneck.ts';
import { clamps, holdReasons, scaleReasons } from '../../lib/contract/decision.ts';
import { detailTypes, eventSchemas, outboxSchema, weirEventSchema } from '../../lib/contract/events.ts';
import { explain } from '../../lib/core/explain.ts';
import { eventExamples } from '../support/event-examples.ts';

function undescribed(schema: z.core.JSONSchema.BaseSchema, path = ''): string[] {
  const inner = (schema.items ?? schema) as z.core.JSONSchema.BaseSchema;
  return Object.entries(inner.properties ?? {}).flatMap(([name, property]) => {
    const field = property as z.core.JSONSchema.BaseSchema;
    const here = `${path}${name}`;
    return [...(field.description === undefined ? [here] : []), ...undescribed(field, `${here}.`)];
  });
}

describe.each(detailTypes)('%s', (detailType) => {
  const schema = eventSchemas[detailType];
  const example = eventExamples[detailType];

  it('takes its example and drops nothing of it', () => {
    expect(schema.parse(example)).toEqual(example);
  });

  it('says what it means, and has a JSON Schema', () => {
    const jsonSchema = z.toJSONSchema(schema, { io: 'input' });
    expect(jsonSchema).toMatchObject({ type: 'object', description: expect.stringMatching(/^[A-Z].*\.$/) });
    expect(Object.keys(jsonSchema.properties ?? {})).toEqual(
      expect.arrayContaining(['version', 'id', 'service', 'at', ...Object.keys(example)]),
    );
  });

  it('says of each of its fields what it is', () => {
    expect(undescribed(z.toJSONSchema(schema, { io: 'input' }))).toEqual([]);
  });

  it('admits what a later version may add, so that an older reader goes on', () => {
    expect(schema.parse({ ...example, added: 'later' })).toEqual(example);
  });

  it.each([
    ['another version', { version: 2 }],
    ['no service', { service: undefined }],
    ['a service that is none', { service: 'orders' }],
    ['a time that is none', { at: 'yesterday' }],
    ['a local time', { at: '2026-11-27T18:41:03' }],
    ['an endless id', { id: 'x'.repeat(601) }],
  ])('refuses %s', (_, wrong) => {
    expect(schema.safeParse({ ...example, ...wrong }).success).toBe(false);
  });
});

describe('the examples', () => {
  it('have ids of their own, but for the outcome, which is one of two', () => {
    const ids = detailTypes.map((it) => eventExamples[it].id);
    expect(new Set(ids).size).toBe(ids.length - 1);
  });

  it('explain their decisions as Weir does', () => {
    for (const detailType of ['Scaling Decision', 'Scaling Held'] as const) {
      const { decision, explanation } = eventExamples[detailType];
      expect(explain(decision)).toBe(explanation);
    }
  });
});

describe('what is closed', () => {
  it.each([
    ['scale reasons', scaleReasons],
    ['hold reasons', holdReasons],
    ['clamps', clamps],
    ['bottlenecks', bottleneckKinds],
  ])('%s have a meaning each', (_, meanings) => {
    for (const [code, meaning] of Object.entries(meanings)) {
      expect(code).toMatch(/^[a-z0-9_-]{2,40}$/);
      expect(meaning.length).toBeGreaterThan(10);
    }
  });

  it('refuses a reason that is not on the list', () => {
    const example = eventExamples['Scaling Decision'];
    const decision = { ...example.decision, reason: 'a-hunch' };
    expect(eventSchemas['Scaling Decision'].safeParse({ ...example, decision }).success).toBe(false);
  });

  it.each([-1, 1.5, Number.NaN])('refuses a count of %d tasks', (to) => {
    const example = eventExamples['Scaling Decision'];
    const decision = { ...example.decision, to };
    expect(eventSchemas['Scaling Decision'].safeParse({ ...example, decision }).success).toBe(false);
  });
});

describe('an outbox', () => {
  const event = { detailType: 'Scaling Applied', detail: eventExamples['Scaling Applied'] };

  it('is read back as it was written, each event by the schema of its detail-type', () => {
    const outbox = detailTypes.map((detailType) => ({ detailType, detail: eventExamples[detailType] }));
    expect(outboxSchema.parse(JSON.parse(JSON.stringify(outbox)))).toEqual(outbox);
  });

  it.each([
    ['another event', { ...event, detailType: 'Scaling Failed' }, ['detail', 'cause']],
    ['no event', { ...event, detailType: 'Weather' }, ['detailType']],
    ['no detail', { detailType: 'Scaling Applied' }, ['detail']],
  ])('says where it is wrong: %s', (_, wrong, path) => {
    expect(weirEventSchema.safeParse(wrong).error?.issues[0]?.path).toEqual(path);
  });

  it('holds fifty events', () => {
    expect(outboxSchema.safeParse(Array(50).fill(event)).success).toBe(true);
    expect(outboxSchema.safeParse(Array(51).fill(event)).success).toBe(false);
  });
});
