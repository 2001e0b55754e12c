// Bundles src/ into dist/: one small entry and chunks that are loaded when a verb needs them.
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Costly to load (20 to 90 ms): reached through `import()` only, so that `rkube --version` stays quick. */
const LAZY = ['execa', 'yaml', 'zod', 'modern-tar', 'dockerode'];
/** What every verb loads, commander included, KiB; 90 KiB is about 10 ms of parsing. */
const START_LIMIT = 100;

/**
 * What dockerode loads and rkube has no use for, as it speaks over unix sockets only and builds nothing: BuildKit's
 * sessions and ssh, which are four fifths of it.
 */
const unused = {
  name: 'unused',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|ssh2)$/ }, ({ path }) => ({
      path,
      namespace: 'unused',
    }));
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  // The relay is a program of its own: it runs in the network of a node.
  entryPoints: { main: 'src/main.ts', relay: 'src/agent/forward/relay/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Half the bytes to parse at every start; names stay, so traces read as the source.
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  plugins: [unused],
  // commander and yaml are CommonJS and call require('node:…'), which ES modules lack.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});

// After, not before: a rkube that starts while this runs still finds its files.
for (const file of readdirSync(`${root}/dist`)) {
  if (!(`dist/${file}` in metafile.outputs)) rmSync(`${root}/dist/${file}`, { recursive: true });
}

// What every verb loads before its own part.
const [program] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'src/cli/program.ts');
const eager = staticClosure(metafile.outputs, program);
const inputs = eager.flatMap((file) => Object.keys(metafile.outputs[file].inputs));
const size = eager.reduce((sum, file) => sum + metafile.outputs[file].bytes, 0) / 1024;
const wrong = LAZY.filter((name) => inputs.some((input) => input.includes(`node_modules/${name}/`)));
if (wrong.length > 0) throw new Error(`every verb loads ${wrong.join(', ')} at start: import() it where it is needed`);
if (size > START_LIMIT)
  throw new Error(
    `every verb loads ${size.toFixed(0)} KiB at start, limit ${START_LIMIT} KiB: import() what few verbs need`,
  );
console.error(`dist/: ${Object.keys(metafile.outputs).length} files, ${size.toFixed(0)} KiB loaded at start`);

/** The file and everything it imports statically, directly or not. */
function staticClosure(outputs, entry) {
  const seen = new Set();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { path, kind, external } of outputs[file].imports) {
      if (kind === 'import-statement' && !external) queue.push(path);
    }
  }
  return [...seen];
}
