import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { FunctionName } from '../contract/environment.ts';

/**
 * How a function is bundled, in esbuild's own words: one ES module with the AWS SDK in it, so that what runs
 * is what was tested, and so that a cold start reads one file.
 */
export const buildOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  // The ES module build of a package where it has one: only that lets esbuild leave out what is not called.
  mainFields: ['module', 'main'],
  // X-Ray's SDK is CommonJS and requires Node's own modules, for which an ES module has no `require`.
  banner: {
    js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
  },
} as const;

/** The same for CDK's NodejsFunction, which needs esbuild and no Docker. */
export const bundling: BundlingOptions = {
  format: OutputFormat.ESM,
  target: buildOptions.target,
  minify: buildOptions.minify,
  sourceMap: buildOptions.sourcemap,
  sourcesContent: buildOptions.sourcesContent,
  mainFields: [...buildOptions.mainFields],
  banner: buildOptions.banner.js,
  bundleAwsSDK: true,
  logLevel: LogLevel.ERROR,
};

/**
 * The file of a function's handler, beside this one: TypeScript in the repository, JavaScript once it is
 * built.
 */
export function entryOf(name: FunctionName): string {
  const here = fileURLToPath(import.meta.url);
  return join(dirname(here), '..', '..', 'functions', name, `index${extname(here)}`);
}
