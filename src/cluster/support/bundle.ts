import { redact } from '../../core/redact.ts';
import { unpack } from './archive.ts';
import type { Entry } from './types.ts';

/** What came from one host. */
export interface Part {
  readonly host: string;
  /** Name of its node; '' when not known. */
  readonly node: string;
  readonly entries: readonly Entry[];
}

/** A file that is listed, without its text. */
export interface Listed extends Omit<Entry, 'text'> {
  /** undefined when there is no such file. */
  readonly bytes?: number;
}

/** What a bundle holds, and what not. */
export interface Index {
  readonly made: string;
  readonly hosts: readonly { readonly host: string; readonly node: string; readonly entries: readonly Listed[] }[];
  /** Nodes of the cluster whose hosts were not asked. */
  readonly others: readonly string[];
  readonly leftOut: readonly string[];
}

/** What nobody should expect in a bundle. */
const LEFT_OUT: readonly string[] = [
  "private keys, certificates' too; kubeconfigs; tokens, tickets, certificate keys; Secrets",
  "registries' logins, passwords in URLs, ssh keys",
  'variables and command lines of containers; logs and descriptions of pods that neither kubeadm nor rkube made',
  'what looks like one of these where none is expected: it reads ***',
];

/** The index of these parts. `nodes` are all of the cluster, as far as known. */
export function makeIndex(parts: readonly Part[], nodes: readonly string[]): Index {
  return {
    made: new Date().toISOString(),
    hosts: parts.map(({ host, node, entries }) => ({ host, node, entries: entries.map(listed) })),
    others: nodes.filter((name) => parts.every(({ node }) => node !== name)),
    leftOut: LEFT_OUT,
  };
}

const listed = ({ text, ...entry }: Entry): Listed =>
  text === undefined ? entry : { ...entry, bytes: Buffer.byteLength(text) };

/** All files of a bundle by path: those of each host in its folder, and the index for people and for programs. */
export function files(parts: readonly Part[], index: Index): ReadonlyMap<string, string> {
  const texts = parts.flatMap(({ host, entries }) =>
    entries.flatMap(({ path, text }) => (text === undefined ? [] : [[`${host}/${path}`, text] as const])),
  );
  return new Map([
    ['index.txt', indexText(index)],
    ['index.json', `${JSON.stringify(index, undefined, 2)}\n`],
    ...texts,
  ]);
}

/** The index for people. */
function indexText({ made, hosts, others, leftOut }: Index): string {
  const lines = hosts.flatMap(({ host, entries }) => [
    '',
    `${host}:`,
    ...entries.map(({ path, what, bytes, problem }) => {
      const size = bytes === undefined ? 'not there' : `${bytes} bytes`;
      return `  ${path}  (${what}; ${size}${problem === undefined ? '' : `; ${problem}`})`;
    }),
  ]);
  const missing = others.map((name) => `  ${name}: its host was not asked; name it: rkube support --peer HOST`);
  const rest = ['', 'Left out on purpose:', ...leftOut.map((each) => `  ${each}`)];
  return [
    `rkube support, ${made}`,
    ...lines,
    ...(missing.length > 0 ? ['', 'Other nodes of the cluster:', ...missing] : []),
    ...rest,
    '',
  ].join('\n');
}

/** Paths that a bundle of another host may have. */
const PATH = /^(?!.*\.\.)[\w.][\w./-]*$/;

/** The part in a bundle that another host made. It is redacted anew: that host's rkube may be older. @throws Error */
export async function partOf(archive: Uint8Array): Promise<Part> {
  const found = await unpack(archive);
  const index = JSON.parse(found.get('index.json') ?? '') as Index;
  const [first] = index.hosts;
  if (first === undefined || !PATH.test(first.host)) throw new Error('its index names no host');
  const entries = first.entries.filter(({ path }) => PATH.test(path));
  return {
    host: first.host,
    node: first.node,
    entries: entries.map(({ path, what, problem }) => {
      const text = found.get(`${first.host}/${path}`);
      return {
        path,
        what,
        ...(text === undefined ? {} : { text: redact(text) }),
        ...(problem === undefined ? {} : { problem: redact(problem) }),
      };
    }),
  };
}
