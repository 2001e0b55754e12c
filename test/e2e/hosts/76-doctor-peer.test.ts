import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lab, nodesReady, ok, on, residue } from '../lab.ts';

// What keeps two hosts from each other is told before anything is joined: by name, port and what mends it. Each fault is
// put on a host as a site's firewall, clock or network would have it, and taken away again.

const admin = 'alice@1';
const user = 'alice@2';

const firewall = (rule: string): string =>
  `nft "add table ip lab; add chain ip lab in { type filter hook input priority -300; }; add rule ip lab in ${rule}"`;
const mended = 'nft delete table ip lab';

interface Fault {
  readonly title: string;
  /** Host, what spoils it, and what mends it. */
  readonly host: 1 | 2;
  readonly spoil: string;
  readonly mend: string;
  readonly flags?: string;
  readonly says: readonly string[];
}

/** Found out before a node is made. */
const BEFORE: readonly Fault[] = [
  {
    title: 'a clock 2 h ahead',
    host: 2,
    spoil: "date -s '2 hours'",
    mend: "date -s '-2 hours'",
    says: ['the clock of host2 is 2 h 0 min ahead of that of 10.99.0.11', 'timedatectl'],
  },
  {
    title: 'a network in the pod range',
    host: 2,
    spoil: 'ip address add 10.244.5.1/24 dev vec0',
    mend: 'ip address delete 10.244.5.1/24 dev vec0',
    says: ["10.244.5.0/24 on vec0 of host2 is in the cluster's pod range 10.244.0.0/16", '--pod-subnet'],
  },
  {
    title: 'the name of another node',
    host: 2,
    spoil: 'true',
    mend: 'true',
    flags: '--node host1',
    says: ['cluster rkube has a node host1 at 10.99.0.11; this host is 10.99.0.12', '--node NAME'],
  },
];

/** Found out by the node, before it joins. */
const PATHS: readonly Fault[] = [
  {
    title: '8472/udp rejected on the control plane',
    host: 1,
    spoil: firewall('udp dport 8472 reject with icmp type admin-prohibited'),
    mend: mended,
    says: ['host2 cannot reach 10.99.0.11:8472/udp: a firewall on the way prohibits it', '--add-port=8472/udp'],
  },
  {
    title: '8472/udp dropped on the host that joins',
    host: 2,
    spoil: firewall('udp dport 8472 drop'),
    mend: mended,
    says: ['10.99.0.11 cannot reach host2 at 10.99.0.12:8472/udp: nothing comes through', 'ufw allow 8472/udp'],
  },
  {
    title: '10250/tcp dropped on the host that joins',
    host: 2,
    spoil: firewall('tcp dport 10250 drop'),
    mend: mended,
    says: ['10.99.0.11 cannot reach host2 at 10.99.0.12:10250/tcp: nothing comes through', 'ufw allow 10250/tcp'],
  },
];

interface Result {
  readonly reports: readonly { id: string; finding: { state: string; evidence: string; fix?: string } }[];
}

/** What `rkube doctor --peer` finds of one peer: exit code, and `id: state: evidence` of what is not well. */
async function doctor(who: string, flags: string): Promise<{ code: number; wrong: readonly string[] }> {
  const { code, stdout } = await on(who, `rkube doctor --json ${flags}`, { seconds: 120 });
  const [{ reports } = { reports: [] }] = JSON.parse(stdout) as readonly Result[];
  expect(reports.map(({ id }) => id)).toContain('peer-mtu');
  const wrong = reports.filter(({ finding }) => finding.state !== 'ok');
  return { code, wrong: wrong.map(({ id, finding }) => `${id}: ${finding.state}: ${finding.evidence}`) };
}

describe.sequential('rkube doctor --peer', () => {
  beforeAll(() => lab('up', '2', '--fresh'));

  test.for([
    ['Podman and Podman', 'alice@1', '--peer host2'],
    ['Docker and Podman', 'bob@1', '--engine docker --peer alice@host2'],
  ] as const)('finds that %s reach each other, by their own network drivers', async ([, who, flags]) => {
    expect(await doctor(who, flags)).toEqual({ code: 0, wrong: [] });
  });

  test('names the port that is closed, and the host', async () => {
    await ok('root@2', firewall('udp dport 8472 drop'));
    try {
      const { code, wrong } = await doctor(admin, '--peer host2');
      expect(code).toBe(3);
      expect(wrong[0]).toBe('peer-vxlan: problem: host1 cannot reach 10.99.0.12:8472/udp (host2)');
    } finally {
      await ok('root@2', mended);
    }
  });
});

describe.sequential('hosts that cannot reach each other', () => {
  let ticket = '';
  beforeAll(async () => {
    await lab('up', '2');
    await ok(admin, 'rkube init');
    ticket = await ok(admin, 'rkube join-command');
  });
  afterAll(async () => {
    await ok(admin, 'rkube delete --yes');
  });

  test.for([...BEFORE, ...PATHS])('join tells of $title, and leaves no trace', async (fault) => {
    const root = `root@${fault.host}`;
    await ok(root, fault.spoil);
    try {
      const { code, stderr } = await on(user, `rkube join ${fault.flags ?? ''}`, { input: ticket });
      for (const words of fault.says) expect(stderr).toContain(words);
      expect(code).toBe(3);
      expect(stderr).not.toContain('kubeadm join)');
    } finally {
      await ok(root, fault.mend);
    }
    expect(await residue(user)).toBe('');
  });

  test('with all of it mended the same ticket joins', async () => {
    await ok(user, 'rkube join', { input: ticket });
    await nodesReady(admin, ['host1', 'host2']);
    await ok(user, 'rkube delete --yes');
  });
});
