import type { CommandResult } from '../core/command.ts';
import type { NodeContainer } from '../node/container.ts';

/** Name every cluster can resolve; its address is the first of the service range. */
export const PROBE_NAME = 'kubernetes.default.svc.cluster.local';

const HEADER_BYTES = 12;

/** A DNS query for an A record (RFC 1035), with the two-byte length that TCP wants in front. */
export function dnsQuery(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  // id 1, recursion desired, one question; then the name, type A, class IN
  const header = Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const query = Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length);
  return Buffer.concat([length, query]);
}

/** What a DNS server answered: how many records, or why none. */
export function readAnswer(reply: Buffer): { ok: boolean; seen: string } {
  if (reply.length < 2 + HEADER_BYTES) return { ok: false, seen: 'no answer' };
  const code = reply.readUInt8(2 + 3) & 0x0f;
  const answers = reply.readUInt16BE(2 + 6);
  if (code !== 0) return { ok: false, seen: `DNS answered with error code ${code}` };
  return { ok: answers > 0, seen: `DNS answered with ${answers} records` };
}

/** bash is in every node image and speaks TCP; nslookup and dig are not. Reads the query, prints the reply in hexadecimal. */
const ASK = 'exec 3<>"/dev/tcp/$0/53" && cat >&3 && timeout 3 head -c 14 <&3 | od -An -v -tx1';

/** Asks the cluster's DNS at its service address, from the node. */
export async function askClusterDns(node: NodeContainer, server: string): Promise<{ ok: boolean; seen: string }> {
  const result: CommandResult = await node.try(['timeout', '5', 'bash', '-c', ASK, server], {
    effect: 'read',
    stdin: dnsQuery(PROBE_NAME),
    timeoutMs: 15_000,
  });
  if (result.exitCode !== 0)
    return { ok: false, seen: result.stderr.trim().split('\n').at(-1) || `no answer from ${server}` };
  return readAnswer(Buffer.from(result.stdout.replaceAll(/\s/g, ''), 'hex'));
}
