import { describe, expect, it } from 'vitest';
import { lostThroughVxlan, vtepAddresses } from '../../../src/cluster/pod-network.ts';

const NEIGHBOURS = [{ dst: '10.244.0.0', lladdr: '3a:f4:d8:88:62:92', state: ['PERMANENT'] }];
const TUNNELS = [
  { mac: '3a:f4:d8:88:62:92', dst: '192.0.2.1', flags: ['self'], state: 'permanent' },
  { mac: '00:00:00:00:00:01', flags: ['self'], state: 'permanent' },
];

describe('addresses on the interface of Flannel', () => {
  it('are found by host, what has no host left out', () => {
    expect([...vtepAddresses([...NEIGHBOURS, { dst: '10.244.7.0' }], TUNNELS)]).toEqual([['192.0.2.1', '10.244.0.0']]);
  });
});

/** A node in which these programs succeed, and of which the commands are kept. */
function nodeWhere(succeeds: readonly string[], neighbours: readonly object[] = NEIGHBOURS) {
  const argvs: string[][] = [];
  const stdout: Record<string, string> = { ip: JSON.stringify(neighbours), bridge: JSON.stringify(TUNNELS) };
  const node = {
    try: async (argv: string[]) => {
      argvs.push(argv);
      const [file = ''] = argv;
      return { exitCode: succeeds.includes(file) || file in stdout ? 0 : 28, stdout: stdout[file] ?? '', stderr: '' };
    },
    readFile: async () => '1450\n',
  };
  return { argvs, site: { node, config: { ports: { flannel: 8472 } } } as never };
}

const lost = (where: ReturnType<typeof nodeWhere>, measured?: number) =>
  lostThroughVxlan(where.site, ['192.0.2.9', '192.0.2.1'], 6443, async () => measured);

describe('what is lost through VXLAN', () => {
  it('is nothing when a request of more than one packet is answered', async () => {
    const where = nodeWhere(['curl']);
    expect(await lost(where)).toBe('');
    const curl = where.argvs.find(([file]) => file === 'curl') ?? [];
    expect(curl.at(-1)).toBe('https://10.244.0.0:6443/version');
    expect(curl.at(-2)?.length).toBeGreaterThan(1500);
  });
  it('is everything when not even a connection comes about', async () => {
    expect(await lost(nodeWhere([]))).toBe('192.0.2.1:8472/udp: nothing comes back');
  });
  it('is full packets when only a connection comes about, and says what the path carries', async () => {
    const seen = '192.0.2.1:8472/udp: small packets pass, full ones (1500 bytes) are lost';
    expect(await lost(nodeWhere(['timeout']), 1460)).toBe(`${seen}; the path carries 1460`);
    expect(await lost(nodeWhere(['timeout']))).toBe(seen);
  });
  it('is not known before Flannel has told of a control plane', async () => {
    expect(await lost(nodeWhere(['curl'], []))).toBe('Flannel has not told of the control plane yet');
  });
});
