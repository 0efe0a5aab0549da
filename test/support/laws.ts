import { codeOf, findPath, type Import, importsOf, type Sources } from './sources.ts';

/** Where a file of a room may import from: prefixes of paths and names of packages. */
type Room = {
  readonly room: string;
  readonly values: readonly string[];
  /** Besides the values. */
  readonly types?: readonly string[];
};

const cdk = ['aws-cdk-lib', 'constructs', 'cdk-nag'];
const sdk = ['@aws-sdk/', '@aws-lambda-powertools/', 'aws-lambda', 'dataloader', 'p-retry', 'zod', 'node:'];
const anyPackage = [
  '@',
  'node:',
  'zod',
  'commander',
  'csv-parse',
  'd3-random',
  'dynalite',
  'pure-rand',
  'uplot',
];

/** The house of the design, from the inside outward. The first room that a file is in is its own. */
const rooms: readonly Room[] = [
  { room: 'lib/contract/', values: ['lib/contract/', 'zod'] },
  { room: 'lib/config/', values: ['lib/config/', 'lib/contract/', 'zod'] },
  { room: 'lib/core/', values: ['lib/core/'], types: ['lib/config/', 'lib/contract/'] },
  {
    room: 'lib/control/',
    values: ['lib/control/', 'lib/core/', 'lib/config/', 'lib/contract/', 'p-retry', 'zod', 'node:util'],
  },
  // What each handler does with an event: the one adapter that composes control.
  { room: 'lib/adapters/handlers.ts', values: ['lib/control/', 'lib/adapters/', ...sdk] },
  {
    room: 'lib/adapters/',
    // A loop state that cannot be read is read as the initial one.
    values: [
      'lib/adapters/',
      'lib/config/',
      'lib/contract/',
      'lib/control/ports.ts',
      'lib/core/loop-state.ts',
      ...sdk,
    ],
    types: ['lib/core/'],
  },
  { room: 'lib/cli/page/', values: ['lib/cli/page/', '/'] },
  { room: 'lib/cli/', values: ['lib/', ...anyPackage] },
  { room: 'lib/simulator/', values: ['lib/', ...anyPackage] },
  {
    room: 'lib/constructs/',
    values: ['lib/constructs/', 'lib/config/', 'lib/contract/', 'node:', ...cdk],
  },
  {
    room: 'lib/weir-stack.ts',
    values: ['lib/constructs/', 'lib/config/', 'lib/contract/', 'node:', ...cdk],
  },
  { room: 'functions/', values: ['lib/adapters/', 'lib/config/', 'lib/contract/', 'lib/control/', ...sdk] },
  { room: 'bin/app.ts', values: ['lib/weir-stack.ts', 'lib/constructs/', 'lib/config/', 'node:', ...cdk] },
  { room: 'bin/weir.ts', values: ['lib/cli/'] },
];

const admits = (prefixes: readonly string[], target: string) =>
  prefixes.some((it) => target === it || target.startsWith(it.endsWith('/') || it === '@' ? it : `${it}/`)) ||
  (prefixes.includes('node:') && target.startsWith('node:'));

/** Each import of each file that its room does not admit, and each file that is in no room. */
export function importsAgainstTheLaw(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, source]) => {
    const room = rooms.find((it) => file.startsWith(it.room));
    if (room === undefined) return [`${file} is in no room of the house`];
    const allowed = ({ target, typeOnly }: Import) =>
      admits(room.values, target) || (typeOnly && admits(room.types ?? [], target));
    return importsOf(file, source)
      .filter((it) => !allowed(it))
      .map((it) => `${file} imports ${it.typeOnly ? 'types' : 'values'} from ${it.target}`);
  });
}

const isCdk = (target: string) => cdk.some((it) => target === it || target.startsWith(`${it}/`));
const isOfTheStack = (file: string) =>
  ['lib/constructs/', 'lib/weir-stack.ts', 'bin/app.ts'].some((it) => file.startsWith(it));

/** Each runtime file from which aws-cdk-lib can be reached. */
export function waysToCdk(sources: Sources): string[] {
  return Object.keys(sources)
    .filter((file) => !isOfTheStack(file))
    .flatMap((file) => findPath(sources, file, isCdk)?.join(' → ') ?? []);
}

/** Each file from which the imports lead back to it, types included. */
export function cycles(sources: Sources): string[] {
  return Object.keys(sources).flatMap(
    (file) => findPath(sources, file, (target) => target === file)?.join(' → ') ?? [],
  );
}

const impure = [
  /\bDate\b/,
  /\bprocess\s*[.[]/,
  /\basync\b/,
  /\bawait\b/,
  /\bPromise\b/,
  /\bMath\s*\.\s*random\b/,
  /\bglobalThis\b/,
  /\bperformance\b/,
  /\bcrypto\b/,
  /\bconsole\b/,
  /\bfetch\s*\(/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
] as const;

/** Each thing in the core that depends on more than its arguments. */
export function impurities(sources: Sources): string[] {
  return Object.entries(sources)
    .filter(([file]) => file.startsWith('lib/core/'))
    .flatMap(([file, source]) => {
      const code = codeOf(source);
      return impure.flatMap((it) => (it.test(code) ? [`${file} says ${it.exec(code)?.[0]}`] : []));
    });
}

const linesOf = (source: string) => source.trimEnd().split('\n').length;
const maximumLines = 350;
const maximumFunctionLines = 30;

/** Files that are too long, folders of functions/ with more than an index.ts, and default exports. */
export function shapesAgainstTheLaw(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, source]) => {
    const isFunction = file.startsWith('functions/');
    const longest = isFunction ? maximumFunctionLines : maximumLines;
    return [
      ...(linesOf(source) > longest ? [`${file} has more than ${longest} lines`] : []),
      ...(isFunction && !/^functions\/[a-z-]+\/index\.ts$/.test(file)
        ? [`${file} is not the index.ts of a function`]
        : []),
      ...(/^export\s+default\b|\bas\s+default\b/m.test(codeOf(source))
        ? [`${file} has a default export`]
        : []),
    ];
  });
}

/** The stages that a source calls, in the order in which it calls them: `timed('collect', …)`. */
export function stagesOf(source: string): string[] {
  return [...codeOf(source, { keepText: true }).matchAll(/\btimed\('(\w+)'/g)].map((it) => it[1] ?? '');
}
