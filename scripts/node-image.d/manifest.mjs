// manifest.mjs VERSIONS_JSON DPKG_STATUS BUSYBOX_VERSION GO_VERSION FILES: what the node image is made of, as JSON on stdout.
import { readFileSync } from 'node:fs';

const [versions, dpkgStatus, busybox, go, files] = process.argv.slice(2);
const field = (stanza, name) => stanza.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1];

const packages = readFileSync(dpkgStatus, 'utf8')
  .split('\n\n')
  .filter((stanza) => field(stanza, 'Status')?.endsWith(' installed'))
  .map((stanza) => [field(stanza, 'Package'), field(stanza, 'Version')]);
if (packages.length === 0) throw new Error(`${dpkgStatus}: expected installed packages, found none`);

const manifest = {
  versions: JSON.parse(versions),
  go,
  busybox: readFileSync(busybox, 'utf8').trim(),
  debian: Object.fromEntries(packages),
  sha256: Object.fromEntries(
    readFileSync(files, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/))
      .map(([sum, path]) => [path, sum]),
  ),
};
process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
