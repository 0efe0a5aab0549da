import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** Source text by path from the root of the repository, e.g. `lib/core/window.ts`. */
export type Sources = Readonly<Record<string, string>>;

export type Import = {
  /** A path from the root for one of our own files, else the package's name as it stands. */
  readonly target: string;
  /** Nothing of it is there when the program runs. */
  readonly typeOnly: boolean;
};

/** Every file under these folders of the repository whose name ends like this. */
export function readSources(root: string, folders: readonly string[], ending: RegExp): Sources {
  const files = folders.flatMap((folder) =>
    readdirSync(posix.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && ending.test(entry.name))
      .map((entry) => posix.join(entry.parentPath, entry.name)),
  );
  return Object.fromEntries(
    files.sort().map((file) => [posix.relative(root, file), readFileSync(file, 'utf8')]),
  );
}

/** The source without comments, and with quoted text emptied unless it is to be kept; a template stays as it is. */
export function codeOf(source: string, options: { readonly keepText?: boolean } = {}): string {
  return source.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (found) =>
    found.startsWith('/') ? '' : options.keepText ? found : "''",
  );
}

// `import … from '…'`, `export … from '…'`, `import '…'`; what they bind is in the second group.
const statement = /^(?:import|export)\s+(type\s+)?(?:([\w\s{},*]+?)\s+from\s+)?['"]([^'"]+)['"]/gm;
// `import('…')` and `require('…')`; as a type, `import('…').Name` cannot be told apart, and is not written here.
const call = /\b(?:import|require(?:\.resolve)?)\s*\(\s*['"]([^'"]+)['"]/g;

/** What a file imports and re-exports. One whose names are all types still counts as a value if it says `{ type A }`. */
export function importsOf(file: string, source: string): readonly Import[] {
  const code = codeOf(source, { keepText: true });
  const target = (specifier: string) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
  return [
    ...[...code.matchAll(statement)].map((it) => ({
      target: target(it[3] ?? ''),
      typeOnly: it[1] !== undefined,
    })),
    ...[...code.matchAll(call)].map((it) => ({ target: target(it[1] ?? ''), typeOnly: false })),
  ];
}

/** The first way from a file to one that `isGoal`, along the imports that `follow` admits; files on it in order. */
export function findPath(
  sources: Sources,
  from: string,
  isGoal: (target: string) => boolean,
  follow: (it: Import) => boolean = () => true,
): readonly string[] | undefined {
  const seen = new Set<string>();
  const search = (file: string, path: readonly string[]): readonly string[] | undefined => {
    for (const { target } of importsOf(file, sources[file] ?? '').filter(follow)) {
      if (isGoal(target)) return [...path, target];
      if (seen.has(target) || !(target in sources)) continue;
      seen.add(target);
      const found = search(target, [...path, target]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(from, [from]);
}
