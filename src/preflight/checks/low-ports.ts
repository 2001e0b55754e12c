import { NETWORKS } from '../../engine/network/index.ts';
import { findExecutable } from '../../host/executable.ts';
import type { Host } from '../../host/types.ts';
import { curable, ok, skip } from '../finding.ts';
import type { Check, CheckInput } from '../types.ts';

const KEY = 'net.ipv4.ip_unprivileged_port_start';
const FILE = '/proc/sys/net/ipv4/ip_unprivileged_port_start';

export const lowPorts: Check = {
  id: 'low-ports',
  title: "ordinary users may open the node's host ports",
  severity: 'fatal',
  root: true,
  probe: async (input) => {
    const first = Number((await input.host.readFile(FILE)) ?? Number.NaN);
    if (Number.isNaN(first)) return skip(`${FILE} can not be read; ports-free tries each port`);
    const low = input.ports.filter(({ port }) => port < first);
    const evidence = `${FILE} is ${first}`;
    if (low.length === 0) return ok(evidence);
    const program = await privileged(input);
    if (program !== '') return ok(`${evidence}, and ${program} may open lower ones`);
    const names = low.map(({ port, protocol, what }) => `${port}/${protocol} (${what})`);
    return curable(`${evidence}; asked for: ${[...new Set(names)].join(', ')}`, {
      kind: 'switch',
      file: '/etc/sysctl.d/99-rkube-ports.conf',
      key: KEY,
      value: String(Math.min(...low.map(({ port }) => port))),
      instead: `Choose ports from ${first} on`,
    });
  },
};

/** Who opens ports for the engine may have a capability of its own: RootlessKit's documents advise it. '' when not. */
async function privileged({ host, engine }: CheckInput): Promise<string> {
  const programs = engine === undefined ? [] : NETWORKS[engine.kind].forwarders;
  for (const name of programs) {
    const program = await findExecutable(host, name, `${host.env['PATH'] ?? ''}:/usr/bin`);
    if (program !== undefined && (await has(host, program))) return program;
  }
  return '';
}

/** getcap lies in a folder that ordinary users often do not have on PATH. */
async function has(host: Host, program: string): Promise<boolean> {
  const env = { PATH: `${host.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
  const result = await host.runner.run({ file: 'getcap', args: [program], effect: 'read', env, timeoutMs: 3_000 });
  return result.stdout.includes('cap_net_bind_service');
}
