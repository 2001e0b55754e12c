import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../core/errors.ts';
import { VXLAN_OVERHEAD } from '../../host/mtu.ts';
import type { Probe } from '../network/probe.ts';
import type { Facts } from './facts.ts';

/** An end of tries: a host, and the program that runs there where a node would. */
export interface End {
  readonly facts: Facts;
  readonly probe: Probe;
}

/** What one host found of another. */
export interface Way {
  readonly from: Facts;
  readonly to: Facts;
  /** Why a TCP port could not be reached; '' where it could. */
  readonly tcp: readonly { readonly port: number; readonly problem: string }[];
  /** The same of the UDP port of VXLAN. */
  readonly udp: string;
  /** The address that the other saw of whom sent the datagram; '' where it saw none. */
  readonly seen: string;
}

/** Takes connections and datagrams at all ports of a node. */
export async function openPorts({ facts, probe }: End): Promise<void> {
  for (const port of [...facts.tcpPorts, facts.vxlanPort]) await probe.listen({ host: '0.0.0.0', port });
}

/** Connects from one host to each port of the other. */
export async function tryWay(from: End, to: End): Promise<Way> {
  const host = to.facts.address;
  const tcp: { port: number; problem: string }[] = [];
  for (const port of to.facts.tcpPorts) {
    const problem = await soon(() => why(from.probe.send({ host, port }, 0)));
    tcp.push({ port, problem });
  }
  let seen = '';
  const asked = from.probe.ask({ host, port: to.facts.vxlanPort }).then((answer) => (seen = answer.from));
  return { from: from.facts, to: to.facts, tcp, udp: await why(asked), seen };
}

const TRIES = 3;
const PAUSE_MS = 1_000;
/** Seconds that full packets are sent through VXLAN. */
const FULL_S = 0.2;

/**
 * A VXLAN link between two ends, on the port of VXLAN: what comes through. `index` tells links of one end apart; `full`:
 * bytes of a packet outside. The datagrams' listeners must have been closed.
 */
export async function tryVxlan(
  here: End,
  there: End,
  index: number,
  full: number,
): Promise<'all' | 'small' | 'nothing'> {
  const [mine, others] = [1, 2].map((last) => `198.18.${index}.${last}`) as [string, string];
  const link = { port: here.facts.vxlanPort, mtu: full - VXLAN_OVERHEAD, id: index + 1 };
  await there.probe.vxlan({ ...link, remote: here.facts.address, address: others });
  await here.probe.vxlan({ ...link, remote: there.facts.address, address: mine });
  const [port = 0] = here.facts.tcpPorts;
  if ((await why(here.probe.send({ host: others, port }, 0))) !== '') return 'nothing';
  const away = await why(here.probe.send({ host: others, port }, FULL_S));
  const back = away === '' ? await why(there.probe.send({ host: mine, port }, FULL_S)) : away;
  return back === '' ? 'all' : 'small';
}

/** '' when it came to an end, else why not. */
const why = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => '',
    (error: unknown) => messageOf(error),
  );

/** Port drivers that open what is listened on look once a second: what is refused at once is tried again. */
async function soon(attempt: () => Promise<string>): Promise<string> {
  for (let tries = 1; ; tries++) {
    const started = performance.now();
    const problem = await attempt();
    if (problem === '' || tries === TRIES || performance.now() - started > PAUSE_MS) return problem;
    await sleep(PAUSE_MS);
  }
}
