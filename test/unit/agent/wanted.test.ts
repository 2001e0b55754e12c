import { describe, expect, it } from 'vitest';
import { readService, type ServiceObject } from '../../../src/agent/services.ts';
import { portName, type Wish, wantedPorts } from '../../../src/agent/wanted.ts';

type Spec = NonNullable<ServiceObject['spec']>;

function service(name: string, spec: Spec, created = '2026-11-21T10:00:00Z') {
  const metadata = { uid: `uid-${name}`, namespace: 'default', name, creationTimestamp: created };
  const read = readService({ metadata, spec });
  return read === undefined ? [] : [read];
}

const nodePort = (nodePort: number, protocol = 'TCP'): Spec => ({
  type: 'NodePort',
  clusterIP: '10.96.0.9',
  ports: [{ protocol, port: 80, nodePort }],
});
const balancer = (port: number, nodePort: number, more: Spec = {}): Spec => ({
  type: 'LoadBalancer',
  clusterIP: '10.96.0.9',
  ports: [{ protocol: 'TCP', port, nodePort }],
  ...more,
});

const wish = (over: Partial<Wish>): Wish => ({
  services: [],
  manual: [],
  published: [],
  address: '192.0.2.7',
  listen: '192.0.2.7',
  ...over,
});

/** `tcp 192.0.2.7:30080 > 192.0.2.7:30080` */
const opened = (over: Partial<Wish>): string[] =>
  wantedPorts(wish(over)).open.map(
    ({ port }) =>
      `${portName(port)} > ${port.target.address}:${port.target.port}${port.sources.map((s) => ` ${s}`).join('')}`,
  );
const refused = (over: Partial<Wish>): string[] =>
  wantedPorts(wish(over)).refused.map(({ owner, reason, message }) => `${owner.name} ${reason}: ${message}`);

describe('wantedPorts', () => {
  it.each<[string, Spec, string[]]>([
    ['a node port', nodePort(30080), ['tcp 192.0.2.7:30080 > 192.0.2.7:30080']],
    ['a UDP node port', nodePort(30053, 'UDP'), ['udp 192.0.2.7:30053 > 192.0.2.7:30053']],
    ['no ClusterIP Service', { type: 'ClusterIP', clusterIP: '10.96.0.9', ports: [{ port: 80 }] }, []],
    [
      'a load balancer: its port, and its node port',
      balancer(8080, 31000),
      ['tcp 192.0.2.7:8080 > 192.0.2.7:31000', 'tcp 192.0.2.7:31000 > 192.0.2.7:31000'],
    ],
    ['a load balancer without node ports', balancer(8080, 0), ['tcp 192.0.2.7:8080 > 10.96.0.9:8080']],
    [
      "another's load balancer: its node port alone",
      balancer(8080, 31000, { loadBalancerClass: 'example.com/other', loadBalancerSourceRanges: ['10.0.0.0/8'] }),
      ['tcp 192.0.2.7:31000 > 192.0.2.7:31000'],
    ],
    [
      'a load balancer of our class, for some clients',
      balancer(8080, 31000, {
        loadBalancerClass: 'rkube.dev/host',
        loadBalancerSourceRanges: ['10.0.0.0/8', ' fd00::/8'],
      }),
      ['tcp 192.0.2.7:8080 > 192.0.2.7:31000 10.0.0.0/8', 'tcp 192.0.2.7:31000 > 192.0.2.7:31000 10.0.0.0/8'],
    ],
  ])('opens %s', (_, spec, expected) => {
    expect(opened({ services: service('web', spec) })).toEqual(expected);
  });

  it('listens where it is told, and leads to the node all the same', () => {
    const services = service('web', nodePort(30080));
    expect(opened({ services, listen: '127.0.0.1' })).toEqual(['tcp 127.0.0.1:30080 > 192.0.2.7:30080']);
  });

  it('opens what was asked for by hand, on the address named there', () => {
    expect(opened({ manual: ['8080:30080', '127.0.0.1:5353:53/udp'] })).toEqual([
      'tcp 192.0.2.7:8080 > 192.0.2.7:30080',
      'udp 127.0.0.1:5353 > 192.0.2.7:53',
    ]);
  });

  it.each(['192.0.2.7', '0.0.0.0'])('does not open again what the engine publishes at %s', (address) => {
    const published = [{ address, hostPort: 30080, nodePort: 30080, protocol: 'tcp' as const }];
    const services = service('web', nodePort(30080));
    expect(opened({ services, published })).toEqual([]);
    expect(refused({ services, published })).toEqual([]);
    expect(wantedPorts(wish({ services, published })).published).toHaveLength(1);
  });

  it('refuses a port that the engine publishes for something else', () => {
    const published = [{ address: '192.0.2.7', hostPort: 6443, nodePort: 6443, protocol: 'tcp' as const }];
    expect(refused({ services: service('web', balancer(6443, 0)), published })).toEqual([]);
    expect(refused({ services: service('web', balancer(6443, 31000)), published })).toEqual([
      'default/web PortTaken: Port 6443/tcp of 192.0.2.7 leads to port 6443 of the node since it was made',
    ]);
  });

  it('refuses clients to be chosen for a port that the engine publishes to all', () => {
    const published = [{ address: '192.0.2.7', hostPort: 31000, nodePort: 31000, protocol: 'tcp' as const }];
    const spec = balancer(8080, 31000, { loadBalancerSourceRanges: ['10.0.0.0/8'] });
    expect(refused({ services: service('web', spec), published })).toEqual([
      expect.stringMatching(/PortTaken: Port 31000\/tcp/),
    ]);
  });

  it('refuses SCTP', () => {
    expect(refused({ services: service('web', nodePort(30080, 'SCTP')) })).toEqual([
      'default/web PortRefused: Port 30080/sctp: only tcp and udp can be opened on a host',
    ]);
  });

  it('gives a port to the older of two Services, whatever the order they are heard of', () => {
    const young = service('a', balancer(8080, 31000), '2026-11-21T11:00:00Z');
    const old = service('b', balancer(8080, 31001), '2026-11-21T10:00:00Z');
    expect(opened({ services: [...young, ...old] })).toContain('tcp 192.0.2.7:8080 > 192.0.2.7:31001');
    expect(refused({ services: [...young, ...old] })).toEqual([
      'default/a PortTaken: Port 8080/tcp of 192.0.2.7 is open for Service default/b',
    ]);
  });

  it('gives a port to who asked by hand before any Service', () => {
    const all = { services: service('web', nodePort(30080)), manual: ['30080:22'] };
    expect(opened(all)).toEqual(['tcp 192.0.2.7:30080 > 192.0.2.7:22']);
    expect(refused(all)).toEqual([expect.stringContaining('is open for `rkube ports add`')]);
  });
});
