import { isAddress } from '../config/ipv4.ts';
import type { Service } from './services.ts';

// How agents tell each other that they live: an annotation on their own Node, which a node may write. The time in it is
// never compared with a clock: what counts is when it was last seen to change, as with leases of leaders.

export const ANNOTATION = 'rkube.dev/agent';
/** An agent writes anew so often, while there are load balancers. Milliseconds. */
export const RENEW_MS = 60_000;
/** One that has not written for so long is gone. Milliseconds. */
const EXPIRY_MS = 180_000;

/** What an agent says of itself. */
export interface Heralded {
  /** ISO 8601. */
  readonly at: string;
  /** Address of the host that clients are served at; '' when others cannot reach it. */
  readonly address: string;
  /** `namespace/name` of load balancers that it does not serve. */
  readonly not: readonly string[];
}

/** The part of a Kubernetes Node that is read. */
export interface NodeObject {
  readonly metadata: {
    readonly uid: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export interface Herald {
  readonly name: string;
  readonly ready: boolean;
  readonly controlPlane: boolean;
  readonly text: string;
  readonly said: Heralded | undefined;
  /** When the text was first seen, performance.now(). Milliseconds. */
  readonly seenAt: number;
}

/** What a Node says, with the time when it began to say so. */
export function readHerald({ metadata, status }: NodeObject, before: Herald | undefined, now: number): Herald {
  const text = metadata.annotations?.[ANNOTATION] ?? '';
  return {
    name: metadata.name,
    ready: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    controlPlane: 'node-role.kubernetes.io/control-plane' in (metadata.labels ?? {}),
    text,
    said: parse(text),
    seenAt: before?.text === text ? before.seenAt : now,
  };
}

/** Another node wrote it: anything may stand there. */
function parse(text: string): Heralded | undefined {
  try {
    const { at, address, not } = JSON.parse(text) as Heralded;
    return (address === '' || isAddress(address)) && Array.isArray(not) ? { at, address, not } : undefined;
  } catch {
    return undefined;
  }
}

const lives = ({ ready, said, seenAt }: Herald, now: number): boolean =>
  ready && said !== undefined && now - seenAt < EXPIRY_MS;

/** One of the agents of control planes writes; the others stand by. */
export function writer(heralds: readonly Herald[], now: number): string | undefined {
  return heralds
    .filter((each) => each.controlPlane && lives(each, now))
    .map(({ name }) => name)
    .toSorted()[0];
}

/** Addresses of the hosts that serve a load balancer, in order. */
export function ingressOf(
  { namespace, name }: Pick<Service, 'namespace' | 'name'>,
  heralds: readonly Herald[],
  now: number,
): string[] {
  const serving = heralds.filter(
    (each) => lives(each, now) && each.said?.address !== '' && !each.said?.not.includes(`${namespace}/${name}`),
  );
  return [...new Set(serving.map(({ said }) => said?.address ?? ''))].toSorted();
}
