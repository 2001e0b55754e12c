import type { Journal } from './journal.ts';
import type { Notices } from './notices.ts';
import type { Outcome } from './ports.ts';
import { type Owner, portName, type Refused } from './wanted.ts';

interface Parts {
  /** `rkube/host1`: cluster and node, for the journal. */
  readonly name: string;
  readonly node: string;
  readonly journal: Journal;
  readonly notices: Pick<Notices, 'say'>;
}

/** Tells what has become of a node's ports: in the journal, and as events on their Services. */
export class PortNews {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param hides the Service asks for clients' addresses, which the forwarder cannot keep */
  tell(outcome: Outcome, hides: (owner: Owner) => boolean): void {
    const { journal, name, node, notices } = this.#parts;
    if (outcome.what === 'closed') return journal.info(name, `closed ${portName(outcome.port)}`);
    if (outcome.what === 'broken') return journal.warn(name, `ports cannot be opened or closed: ${outcome.message}`);
    const { owner, port } = outcome.claim;
    const whom = owner.kind === 'manual' ? 'rkube ports add' : owner.name;
    if (outcome.what === 'failed') {
      if (!outcome.again) journal.warn(name, `cannot open ${portName(port)} for ${whom}: ${outcome.message}`);
      return this.#warn(owner, REASONS[outcome.id] ?? 'PortFailed', portName(port), outcome.message);
    }
    journal.info(name, `opened ${portName(port)} for ${whom}`);
    if (!hides(owner)) return;
    const message = `externalTrafficPolicy Local is kept, but clients have the node's address: node ${node} is rootless`;
    notices.say({ service: serviceOf(owner), type: 'Normal', reason: 'ClientAddressLost', subject: '', message });
  }

  refuse({ owner, port, reason, message }: Refused): void {
    this.#warn(owner, reason, portName(port), message);
  }

  #warn(owner: Owner, reason: string, subject: string, words: string): void {
    if (owner.kind !== 'service') return;
    const message = `On node ${this.#parts.node}: ${words}`;
    this.#parts.notices.say({ service: serviceOf(owner), type: 'Warning', reason, subject, message });
  }
}

const REASONS: Readonly<Record<string, string>> = { 'port-taken': 'PortTaken', 'port-refused': 'PortRefused' };

function serviceOf({ name, uid }: Owner): { namespace: string; name: string; uid: string } {
  const [namespace = '', service = ''] = name.split('/');
  return { namespace, name: service, uid };
}
