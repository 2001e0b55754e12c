#!/usr/bin/env node
// Launcher. Kept to syntax of old Node versions, so that they get a sentence instead of a SyntaxError.
import fs from 'fs';
import module from 'module';

const MAIN = new URL('../dist/main.js', import.meta.url);
const found = process.versions.node.split('.').map(Number);

function stop(sentence) {
  process.stderr.write('rkube: ' + sentence + '\n');
  process.exit(1);
}

if (found[0] < 20 || (found[0] === 20 && found[1] < 19)) {
  stop(
    'needs Node.js 20.19 or newer, this is ' + process.versions.node + '. Install a newer one and run rkube with it.',
  );
} else if (!fs.existsSync(MAIN)) {
  stop('is not built yet. Run `npm ci && npm run build` in ' + decodeURI(new URL('..', import.meta.url).pathname));
} else {
  // From Node 22.1 on: keeps compiled code between runs.
  if (module.enableCompileCache) module.enableCompileCache();
  void import(MAIN.href);
}
