import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stages } from '../lib/control/ports.ts';
import {
  cycles,
  importsAgainstTheLaw,
  impurities,
  shapesAgainstTheLaw,
  stagesOf,
  waysToCdk,
} from './support/laws.ts';
import { importsOf, readSources, type Sources } from './support/sources.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readSources(root, ['bin', 'functions', 'lib'], /\.(ts|js)$/);
const textOf = (file: string) => readFileSync(`${root}${file}`, 'utf8');

describe('the house', () => {
  it('is all there to be looked at', () => {
    expect(Object.keys(sources)).toEqual(
      expect.arrayContaining(['bin/weir.ts', 'lib/core/decide.ts', 'lib/control/run-once.ts']),
    );
  });

  it.each([
    ['imports point inward', importsAgainstTheLaw],
    ['no runtime file reaches the CDK', waysToCdk],
    ['no file leads back to itself', cycles],
    ['the core depends on its arguments alone', impurities],
    ['files are short, functions are an index.ts each, and exports have names', shapesAgainstTheLaw],
  ])('%s', (_, against) => {
    expect(against(sources)).toEqual([]);
  });

  it('has at its top only what the design allows', () => {
    const allowed = [
      ...['bin', 'docs', 'functions', 'lib', 'test'],
      ...[
        'package.json',
        'package-lock.json',
        'tsconfig.json',
        'tsconfig.build.json',
        'cdk.json',
        'biome.json',
      ],
      ...['vitest.config.ts', '.ci', '.git', '.gitignore', '.npmrc', 'LICENSE', 'README.md'],
    ];
    const ignored = textOf('.gitignore')
      .split('\n')
      .map((it) => it.replace(/\/$/, ''));
    expect(readdirSync(root).filter((it) => !allowed.includes(it) && !ignored.includes(it))).toEqual([]);
  });

  it('has a sentence, and a file for each of its words', () => {
    expect(stagesOf(textOf('lib/control/run-once.ts'))).toEqual(stages);
    for (const stage of stages) {
      const files = ['core', 'control'].map((room) => `${root}lib/${room}/${stage}.ts`);
      expect(files.filter((file) => existsSync(file))).toHaveLength(1);
    }
  });
});

describe('imports are read', () => {
  it.each([
    ["import { a } from './a.ts';", 'lib/core/a.ts', false],
    ["import type { A } from './a.ts';", 'lib/core/a.ts', true],
    ["import { type A } from './a.ts';", 'lib/core/a.ts', false],
    ["import {\n  a,\n  type B,\n} from '../a.ts';", 'lib/a.ts', false],
    ["import type {\n  A,\n} from '../a.ts';", 'lib/a.ts', true],
    ["import * as a from './a.ts';", 'lib/core/a.ts', false],
    ["import a, { b } from 'zod';", 'zod', false],
    ["import './a.ts';", 'lib/core/a.ts', false],
    ["export { a } from './a.ts';", 'lib/core/a.ts', false],
    ["export * from './a.ts';", 'lib/core/a.ts', false],
    ["export type { A } from './a.ts';", 'lib/core/a.ts', true],
    ["const a = await import('./a.ts');", 'lib/core/a.ts', false],
    ["const a = require('node:fs');", 'node:fs', false],
  ])('%j', (source, target, typeOnly) => {
    expect(importsOf('lib/core/here.ts', source)).toEqual([{ target, typeOnly }]);
  });

  it.each(["// import { a } from './a.ts';", "/*\nimport { a } from './a.ts';\n*/", "export const a = 'b';"])(
    'and %j is none',
    (source) => {
      expect(importsOf('lib/core/here.ts', source)).toEqual([]);
    },
  );
});

describe('a broken law is seen', () => {
  it.each<[string, string, string]>([
    ['lib/core/x.ts', "import { b } from '../contract/b.ts';", 'values from lib/contract/b.ts'],
    ['lib/core/x.ts', "import { c } from '../config/c.ts';", 'values from lib/config/c.ts'],
    ['lib/core/x.ts', "import { z } from 'zod';", 'values from zod'],
    ['lib/core/x.ts', "import { randomBytes } from 'node:crypto';", 'values from node:crypto'],
    ['lib/core/x.ts', "import type { P } from '../control/ports.ts';", 'types from lib/control/ports.ts'],
    ['lib/contract/x.ts', "import type { P } from '../config/p.ts';", 'types from lib/config/p.ts'],
    ['lib/contract/x.ts', "import { readFile } from 'node:fs';", 'values from node:fs'],
    [
      'lib/config/x.ts',
      "import { ECSClient } from '@aws-sdk/client-ecs';",
      'values from @aws-sdk/client-ecs',
    ],
    ['lib/control/x.ts', "import type { E } from '../adapters/ecs.ts';", 'types from lib/adapters/ecs.ts'],
    [
      'lib/control/x.ts',
      "import { ECSClient } from '@aws-sdk/client-ecs';",
      'values from @aws-sdk/client-ecs',
    ],
    ['lib/adapters/x.ts', "import { act } from '../control/act.ts';", 'values from lib/control/act.ts'],
    ['lib/adapters/x.ts', "import { decide } from '../core/decide.ts';", 'values from lib/core/decide.ts'],
    ['lib/adapters/x.ts', "import { main } from '../cli/main.ts';", 'values from lib/cli/main.ts'],
    [
      'lib/constructs/x.ts',
      "import type { S } from '../control/ports.ts';",
      'types from lib/control/ports.ts',
    ],
    [
      'lib/constructs/x.ts',
      "import { t } from '../adapters/table-schema.ts';",
      'values from lib/adapters/table-schema.ts',
    ],
    [
      'lib/constructs/x.ts',
      "import { h } from '../../functions/evaluate/index.ts';",
      'values from functions/evaluate/index.ts',
    ],
    [
      'functions/x/index.ts',
      "import { decide } from '../../lib/core/decide.ts';",
      'values from lib/core/decide.ts',
    ],
    ['functions/x/index.ts', "import { App } from 'aws-cdk-lib';", 'values from aws-cdk-lib'],
    ['bin/weir.ts', "import { c } from '../lib/control/c.ts';", 'values from lib/control/c.ts'],
    ['lib/cli/x.ts', "import { Stack } from 'aws-cdk-lib';", 'values from aws-cdk-lib'],
  ])('%s: %s', (file, source, words) => {
    expect(importsAgainstTheLaw({ [file]: source })).toEqual([`${file} imports ${words}`]);
  });

  it('a file in no room', () => {
    expect(importsAgainstTheLaw({ 'lib/utils/x.ts': '' })).toEqual([
      'lib/utils/x.ts is in no room of the house',
    ]);
  });

  it('a way to the CDK, however long, but not from the stack itself', () => {
    const files: Sources = {
      'lib/weir-stack.ts': "import { Stack } from 'aws-cdk-lib';",
      'lib/cli/a.ts': "import type { B } from './b.ts';",
      'lib/cli/b.ts': "import { WeirStack } from '../weir-stack.ts';",
    };
    expect(waysToCdk(files)).toEqual([
      'lib/cli/a.ts → lib/cli/b.ts → lib/weir-stack.ts → aws-cdk-lib',
      'lib/cli/b.ts → lib/weir-stack.ts → aws-cdk-lib',
    ]);
  });

  it('a cycle', () => {
    const files: Sources = {
      'lib/core/a.ts': "import { b } from './b.ts';",
      'lib/core/b.ts': "import type { A } from './a.ts';",
      'lib/core/c.ts': "import { a } from './a.ts';",
    };
    expect(cycles(files)).toEqual([
      'lib/core/a.ts → lib/core/b.ts → lib/core/a.ts',
      'lib/core/b.ts → lib/core/a.ts → lib/core/b.ts',
    ]);
  });

  it.each([
    ['const now = Date.now();', 'Date'],
    ['const now = new Date();', 'Date'],
    ["const region = process.env['AWS_REGION'];", 'process.'],
    ['export async function decide() {}', 'async'],
    ['const it: Promise<number> = f();', 'Promise'],
    ['const dice = Math.random();', 'Math.random'],
    ['const at = performance.now();', 'performance'],
    ['setTimeout(f, 1);', 'setTimeout'],
    ["console.error('x');", 'console'],
  ])('in the core: %s', (source, word) => {
    expect(impurities({ 'lib/core/x.ts': source })).toEqual([`lib/core/x.ts says ${word}`]);
  });

  it('but words are no deeds, and other rooms may', () => {
    const words = "// Date.now()\n/** async */\nconst a = 'Promise';\nconst processed = 1;";
    expect(impurities({ 'lib/core/x.ts': words, 'lib/control/x.ts': 'const now = Date.now();' })).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['lib/core/x.ts', 'a\n'.repeat(351), 'has more than 350 lines'],
    ['functions/x/index.ts', 'a\n'.repeat(31), 'has more than 30 lines'],
    ['functions/x/helper.ts', '', 'is not the index.ts of a function'],
    ['functions/index.ts', '', 'is not the index.ts of a function'],
    ['lib/core/x.ts', 'export default 1;', 'has a default export'],
    ['lib/core/x.ts', 'const a = 1;\nexport { a as default };', 'has a default export'],
  ])('%s: %.20j', (file, source, words) => {
    expect(shapesAgainstTheLaw({ [file]: source })).toEqual([`${file} ${words}`]);
  });

  it('a sentence in another order', () => {
    expect(stagesOf("timed('decide', f); // timed('act', g)\ntimed('collect', h);")).toEqual([
      'decide',
      'collect',
    ]);
  });
});
