import * as z from 'zod';
import { bottleneckKinds } from '../../lib/contract/bottleneck.ts';
import { clamps, evidenceSchema, holdReasons, scaleReasons } from '../../lib/contract/decision.ts';
import { type DetailType, detailTypes, eventSchemas, eventSource } from '../../lib/contract/events.ts';
import { measurements } from '../../lib/contract/measurement.ts';
import { actionsAgainst } from '../../lib/core/actions.ts';
import { eventExamples } from './event-examples.ts';
import { code, fenced, table } from './markdown.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** Lists that several fields share: each is told once, under its heading. */
const lists: readonly { readonly heading: string; readonly meanings: Readonly<Record<string, string>> }[] = [
  { heading: 'Scale reasons', meanings: scaleReasons },
  { heading: 'Hold reasons', meanings: holdReasons },
  { heading: 'Clamps', meanings: clamps },
  { heading: 'Bottlenecks', meanings: bottleneckKinds },
  { heading: 'Measurements', meanings: measurements },
];

const anchor = (heading: string) => `[${heading}](#${heading.toLowerCase().replaceAll(' ', '-')})`;

/** The page for subscribers. Everything in it comes from the schemas and from examples that pass them. */
export function renderEventDocs(): string {
  return `${[
    '# Events',
    introduction,
    table(
      ['detail-type', 'is sent when'],
      detailTypes.map((it) => [anchor(it), meaningOf(it)]),
    ),
    ...detailTypes.map(renderEvent),
    '## Evidence',
    'The numbers that a decision rests on. Each is there when it was known; none is made up.',
    fieldTable(z.toJSONSchema(evidenceSchema, { io: 'input' })),
    ...lists.flatMap(({ heading, meanings }) => [
      `## ${heading}`,
      heading === 'Bottlenecks' ? bottleneckTable() : meaningTable(meanings),
    ]),
  ].join('\n\n')}\n`;
}

const introduction = [
  '<!-- Written by `npm run docs` from lib/contract. Change it there. -->',
  `Weir puts these events on its bus, with the source ${code(eventSource)}. README.md says how to subscribe.`,
  [
    '- Delivery is at least once. `detail.id` names what happened, not its delivery: remember it where acting twice matters.',
    '- `detail.version` is that of the format. Within a version fields may be added; none is taken away or changes its meaning, and a closed list stays as it is.',
    '- EventBridge keeps no order: `detail.at` tells it, and of one service also the number in `detail.id`.',
  ].join('\n'),
  'A whole event, as a target of a rule gets it:',
  fenced('json', JSON.stringify(wholeEvent('Scaling Applied'), null, 2)),
].join('\n\n');

function wholeEvent(detailType: DetailType) {
  const detail = eventExamples[detailType];
  return {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': detailType,
    source: eventSource,
    account: '111122223333',
    time: `${detail.at.slice(0, 19)}Z`,
    region: 'eu-central-1',
    resources: [],
    detail,
  };
}

const meaningOf = (detailType: DetailType) => eventSchemas[detailType].description ?? '';

function renderEvent(detailType: DetailType): string {
  return [
    `## ${detailType}`,
    meaningOf(detailType),
    fieldTable(z.toJSONSchema(eventSchemas[detailType], { io: 'input' })),
    fenced('json', JSON.stringify(eventExamples[detailType], null, 2)),
  ].join('\n\n');
}

function fieldTable(schema: Schema): string {
  return table(['field', 'type', 'always there', 'is'], rowsOf(schema, '', true));
}

/** One row for each field, and for each field of an object in it, by its path. */
function rowsOf(schema: Schema, path: string, always: boolean): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = property as Schema;
    const here = `${path}${name}`;
    const there = always && (schema.required ?? []).includes(name);
    const row = [code(here), typeOf(field, name), there ? 'yes' : '', field.description ?? ''];
    const inner = field.type === 'array' ? (field.items as Schema) : field;
    const suffix = field.type === 'array' ? '[].' : '.';
    return [row, ...(name === 'evidence' ? [] : rowsOf(inner, `${here}${suffix}`, there))];
  });
}

function typeOf(schema: Schema, name: string): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) {
    const list = lists.find(({ meanings }) => isSame(Object.keys(meanings), schema.enum ?? []));
    return list ? `one of ${anchor(list.heading)}` : schema.enum.map((it) => code(String(it))).join(', ');
  }
  if (schema.type === 'array') return `list of ${typeOf(schema.items as Schema, name)}`;
  if (schema.type === 'object') {
    if (schema.properties !== undefined) return name === 'evidence' ? anchor('Evidence') : 'object';
    const values = schema.additionalProperties as Schema | undefined;
    return values?.type === undefined ? 'object' : `object of ${values.type}s`;
  }
  return `${schema.format === 'date-time' ? 'date-time' : schema.type}${boundsOf(schema)}`;
}

function boundsOf({ minimum, maximum, maxLength }: Schema): string {
  // What a double holds exactly is no bound that anybody chose.
  const highest = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  const lowest = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  if (maxLength !== undefined) return `, at most ${maxLength} characters`;
  if (lowest !== undefined && highest !== undefined) return `, ${lowest} to ${highest}`;
  return lowest === undefined ? '' : `, at least ${lowest}`;
}

const isSame = (a: readonly unknown[], b: readonly unknown[]) => a.join() === b.join();

function meaningTable(meanings: Readonly<Record<string, string>>): string {
  return table(
    ['code', 'means'],
    Object.entries(meanings).map(([name, meaning]) => [code(name), meaning]),
  );
}

function bottleneckTable(): string {
  return table(
    ['code', 'means', 'what helps'],
    Object.entries(bottleneckKinds).map(([kind, meaning]) => [
      code(kind),
      meaning,
      actionsAgainst[kind as keyof typeof bottleneckKinds].join('; '),
    ]),
  );
}
