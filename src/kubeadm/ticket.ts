import { createHash } from 'node:crypto';
import { usageError } from '../core/errors.ts';

/** What a joining host needs. Holds secrets: a bootstrap token, and for a control plane the certificate key. */
export interface Ticket {
  readonly cluster: string;
  readonly kubernetesVersion: string;
  /** Name of the API that all nodes use. */
  readonly endpoint: string;
  /** TCP port of the API on every control plane. */
  readonly port: number;
  /** Host addresses of the control planes when the ticket was made. */
  readonly controlPlanes: readonly string[];
  readonly token: string;
  /** `sha256:…` of the cluster CA's public key. */
  readonly caCertHash: string;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  /** UDP port of Flannel, the same on every node. */
  readonly flannelPort: number;
  /**
   * Bytes of a full packet between hosts. Absent where the control plane was made by a rkube that does not answer
   * nodes about the paths between them.
   */
  readonly mtu?: number;
  /** ISO 8601, UTC. */
  readonly expires: string;
  /** Present in tickets for control planes: decrypts the certificates that kubeadm uploaded. */
  readonly certificateKey?: string;
}

const AGAIN = 'Make a new one on a control-plane host: `rkube join-command | ssh THIS-HOST rkube join`.';
const PREFIX = 'rkube1.';
const SHAPE = /rkube1\.([\w-]+)\.([\w-]*)/;
/** Characters of the checksum: enough to tell damage, which is all it is for. */
const SUM_LENGTH = 12;

const checksum = (payload: string): string =>
  createHash('sha256').update(payload).digest('base64url').slice(0, SUM_LENGTH);

/** The ticket as one word that survives copying, mail and terminals. */
export function encodeTicket(ticket: Ticket): string {
  const payload = Buffer.from(JSON.stringify(ticket)).toString('base64url');
  return `${PREFIX}${payload}.${checksum(payload)}`;
}

/**
 * Finds and reads a ticket in text (the line of `rkube join-command`, or the bare ticket).
 * @throws RkubeError `ticket-missing` or `ticket-damaged`, exit 2
 */
export function decodeTicket(text: string): Ticket {
  const match = SHAPE.exec(text);
  if (!match) {
    const got = text.trim() === '' ? 'nothing' : `${text.trim().length} characters without one`;
    throw usageError({
      id: text.includes('rkube1') ? 'ticket-damaged' : 'ticket-missing',
      message: text.includes('rkube1')
        ? 'The ticket is cut off or damaged: its end is missing'
        : `Expected a ticket (a word that begins with rkube1.) on standard input, got ${got}`,
      next: AGAIN,
    });
  }
  const [, payload = '', sum = ''] = match;
  if (sum !== checksum(payload)) {
    throw usageError({
      id: 'ticket-damaged',
      message: `The ticket is cut off or damaged: its checksum is ${sum === '' ? 'missing' : 'wrong'} (${payload.length} characters arrived)`,
      next: AGAIN,
    });
  }
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Ticket;
}

/** @throws RkubeError `ticket-expired`, exit 2, when its time has come by then */
export function rejectExpired(ticket: Ticket, now: Date, whose = "this host's"): void {
  const late = now.getTime() - Date.parse(ticket.expires);
  if (late < 0) return;
  throw usageError({
    id: 'ticket-expired',
    message: `The ticket for cluster ${ticket.cluster} expired ${Math.ceil(late / 60_000)} min ago, at ${ticket.expires} (${whose} clock says ${now.toISOString()})`,
    next: AGAIN,
  });
}

/** Strings of a ticket that must never be shown. */
export function ticketSecrets(ticket: Ticket): readonly string[] {
  return [ticket.token, ...(ticket.certificateKey === undefined ? [] : [ticket.certificateKey])];
}
