import { Announcer } from './announcer.ts';
import { Balancers } from './balancers.ts';
import { KubeClient } from './client.ts';
import type { Journal } from './journal.ts';
import { Notices } from './notices.ts';
import { followPlanes } from './planes.ts';
import { PortNews } from './port-news.ts';
import { type Outcome, Ports } from './ports.ts';
import { type PortRow, portRows } from './rows.ts';
import type { RunningNode } from './seen.ts';
import { readService, type Service, type ServiceObject } from './services.ts';
import type { Forwarder } from './types.ts';
import { type Wanted, wantedPorts } from './wanted.ts';
import { follow } from './watch.ts';

/** Changes that come together are looked at together. Milliseconds. */
const GATHER_MS = 5;

interface Parts {
  readonly forwarder: Forwarder;
  readonly journal: Journal;
  /** The API refuses the node's credentials. */
  readonly onRefused: () => void;
  /** A token of the account that may write the status of Services; asked for on control planes alone. */
  readonly token: () => Promise<string>;
}

/** One running node whose ports are kept as its cluster's Services say. */
export class ServedNode {
  readonly name: string;
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  readonly #ports: Ports;
  #seen: RunningNode;
  #client: KubeClient;
  #watching = new AbortController();
  readonly #news: PortNews;
  readonly #announcer: Announcer;
  readonly #balancers: Balancers | undefined;
  readonly #services = new Map<string, Service>();
  #wanted: Wanted = { open: [], published: [], refused: [] };
  #listed = false;
  /** Where the control planes say they are. */
  #planes: readonly string[] = [];
  #following = false;
  #gathering: NodeJS.Timeout | undefined;
  #told: NodeJS.Timeout | undefined;
  #problem = 'the API has not answered yet';

  constructor(seen: RunningNode, parts: Parts) {
    const { signal } = this.#stop;
    this.#seen = seen;
    this.name = `${seen.cluster}/${seen.node}`;
    this.#parts = parts;
    this.#client = new KubeClient(seen.running.access);
    this.#ports = new Ports(parts.forwarder, (outcome) => this.#tell(outcome), signal);
    const problem = (message: string): void => parts.journal.warn(this.name, message);
    const notices = new Notices(() => this.#client, seen.node, signal, problem);
    this.#news = new PortNews({ name: this.name, node: seen.node, journal: parts.journal, notices });
    this.#announcer = new Announcer(() => this.#client, seen.node, problem);
    if (seen.role === 'control-plane') {
      const access = async () => ({ ...this.#seen.running.access, certificate: '', token: await parts.token() });
      const services = () => [...this.#services.values()];
      this.#balancers = new Balancers({ node: seen.node, access, services, problem });
    }
  }

  get seen(): RunningNode {
    return this.#seen;
  }

  /** Why its Services are not heard of; '' when they are. */
  get problem(): string {
    return this.#problem;
  }

  /** All control planes, when there is one among them that the node does not know: it joined later, or has moved. */
  get newPlanes(): readonly string[] {
    const { addresses } = this.#seen.running.access;
    return this.#planes.some((each) => !addresses.includes(each)) ? this.#planes : [];
  }

  get forwarder(): string {
    return this.#parts.forwarder.kind;
  }

  get rows(): readonly PortRow[] {
    return portRows(this.seen, this.#wanted, this.#ports);
  }

  /** Begins, or goes on with what is now known of the node: its credentials, its settings. */
  serve(seen: RunningNode): void {
    const renewed = JSON.stringify(seen.running.access) !== JSON.stringify(this.#seen.running.access);
    this.#seen = seen;
    this.#reconcile();
    if (!renewed && this.#following) return;
    this.#following = true;
    this.#watching.abort();
    this.#watching = new AbortController();
    this.#client.end();
    this.#client = new KubeClient(seen.running.access);
    const watcher = {
      onAll: (items: readonly ServiceObject[]) => {
        this.#services.clear();
        for (const service of items.flatMap((item) => readService(item) ?? []))
          this.#services.set(service.uid, service);
        this.#listed = true;
        this.#changed();
      },
      onChange: (kind: string, object: ServiceObject) => this.#note(kind, object),
      onState: (problem: string, refused: boolean) => this.#state(problem, refused),
    };
    const signal = AbortSignal.any([this.#stop.signal, this.#watching.signal]);
    void follow<ServiceObject>(this.#client, '/api/v1/services', '', watcher, signal);
    // A control plane asks itself first, and has least to spare just when another joins.
    if (seen.role === 'worker') followPlanes(this.#client, (planes) => void (this.#planes = planes), signal);
  }

  /** Resolves when what is to do is done, as far as it can be. */
  async settle(): Promise<void> {
    this.#reconcile();
    await this.#ports.settle();
  }

  /** Ends the watch and closes the ports. */
  async end(): Promise<void> {
    this.#balancers?.end();
    this.#stop.abort();
    clearTimeout(this.#gathering);
    clearTimeout(this.#told);
    await Promise.all([this.#ports.closeAll(), this.#announcer.end()]);
    await this.#parts.forwarder.end();
    this.#client.end();
  }

  #note(kind: string, object: ServiceObject): void {
    const service = kind === 'DELETED' ? undefined : readService(object);
    if (service !== undefined) this.#services.set(service.uid, service);
    else if (!this.#services.delete(object.metadata.uid)) return;
    this.#changed();
  }

  #changed(): void {
    this.#gathering ??= setTimeout(() => this.#reconcile(), GATHER_MS);
  }

  #reconcile(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const { address, listen, published, manual } = this.#seen;
    const services = [...this.#services.values()];
    this.#wanted = wantedPorts({ services, manual, published, address, listen });
    for (const refused of this.#wanted.refused) this.#news.refuse(refused);
    this.#ports.want(this.#wanted.open, this.#listed);
    if (!this.#listed) return;
    this.#announce();
    this.#balancers?.changed();
  }

  /** Tells the agents of control planes which load balancers are served here. */
  #announce(): void {
    const balancers = [...this.#services.values()].filter(({ type }) => type === 'LoadBalancer');
    if (balancers.length === 0) return this.#announcer.say(undefined);
    const { address, listen } = this.#seen;
    const closed = new Set(this.rows.flatMap((row) => (row.state === 'open' ? [] : row.for)));
    const names = balancers.map(({ namespace, name }) => `${namespace}/${name}`);
    this.#announcer.say({
      // Of 0.0.0.0 it is the host address that others know.
      address: listen.startsWith('127.') ? '' : listen === '0.0.0.0' ? address : listen,
      not: names.filter((name) => closed.has(`service ${name}`)).toSorted(),
    });
  }

  #tell(outcome: Outcome): void {
    this.#told ??= setTimeout(() => {
      this.#told = undefined;
      this.#announce();
    }, GATHER_MS);
    this.#news.tell(outcome, ({ uid }) => this.#services.get(uid)?.local === true && this.forwarder === 'relay');
  }

  #state(problem: string, refused: boolean): void {
    if (problem !== this.#problem) {
      if (problem === '') this.#parts.journal.info(this.name, 'following its Services');
      else this.#parts.journal.warn(this.name, `its Services are not heard of: ${problem}`);
    }
    this.#problem = problem;
    if (refused) this.#parts.onRefused();
  }
}
