import { type CommandRunner, type CommandSpec, quote } from '../../core/command.ts';
import { messageOf, RkubeError } from '../../core/errors.ts';
import type { Lifetime } from '../../core/lifetime.ts';
import type { NetworkDriver } from '../../engine/network/types.ts';
import { overSsh } from '../../host/ssh.ts';
import type { Ground } from './measure.ts';
import { Probe, program, type Sent } from './probe.ts';

/** Of a network for measurements only (RFC 2544). */
const INNER = ['198.18.0.1', '198.18.0.2'] as const;
/** Bytes that VXLAN adds to a packet over IPv4. */
const VXLAN = 50;

/** A second host, reached by the user's own ssh; it needs node, and for VXLAN the driver that is measured. */
export interface Peer {
  /** Runs there, outside all namespaces. */
  readonly probe: Probe;
  /** TCP from the namespace here to one behind the same driver there, inside VXLAN. */
  vxlan(ground: Ground, driver: NetworkDriver, inside: Probe, seconds: number): Promise<Sent>;
}

/** @throws RkubeError `peer-out-of-reach` with ssh's last words */
export async function openPeer(
  runner: CommandRunner,
  lifetime: Lifetime,
  name: string,
  /** Where this host listens. */
  here: { readonly host: string; readonly port: number },
): Promise<Peer> {
  const probe = await Probe.start(runner, lifetime, remote(name, program('node'), {})).catch((error: unknown) =>
    unreached(error, lifetime, `${name} as peer`, `\`ssh ${name} node --version\` must answer without a prompt.`),
  );
  const { from: address } = await probe.send(here, 0).catch(async (error: unknown) => {
    await probe.end();
    return unreached(error, lifetime, `${name} to ${here.host}`, 'The peer must reach the address of this host.');
  });
  return { probe, vxlan: (...given) => vxlan(runner, lifetime, name, address, ...given) };
}

async function vxlan(
  runner: CommandRunner,
  lifetime: Lifetime,
  name: string,
  address: string,
  { address: here, ports, env, hostMtu }: Ground,
  driver: NetworkDriver,
  inside: Probe,
  seconds: number,
): Promise<Sent> {
  const { file, args } = driver.inside({ argv: program('node'), folders: [], address, ports });
  const far = await Probe.start(runner, lifetime, remote(name, [file, ...args], env)).catch((error: unknown) =>
    unreached(error, lifetime, `VXLAN, on ${name}`, 'The peer needs the same driver.'),
  );
  try {
    const [port, tunnel] = ports;
    const mtu = hostMtu - VXLAN;
    await far.listen({ host: '0.0.0.0', port });
    await far.vxlan({ remote: here, port: tunnel, address: INNER[1], mtu });
    await inside.vxlan({ remote: address, port: tunnel, address: INNER[0], mtu });
    return await inside.send({ host: INNER[1], port }, seconds);
  } finally {
    await far.end();
  }
}

function unreached(cause: unknown, lifetime: Lifetime, what: string, next: string): never {
  if (lifetime.interrupted) throw cause;
  throw new RkubeError({ id: 'peer-out-of-reach', message: `${what}: ${messageOf(cause)}`, next, cause });
}

/** The command on the other host, with a folder for what it writes, which goes when it ends. */
export function remote(
  name: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Pick<CommandSpec, 'file' | 'args'> {
  const path = env['PATH'] === undefined ? '' : ` PATH=$PATH:${quote(env['PATH'])}`;
  const line = `d=$(mktemp -d) && { TMPDIR=$d${path} ${argv.map(quote).join(' ')}; c=$?; rm -rf "$d"; exit $c; }`;
  return overSsh(name, line);
}
