import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lab, mustBeClean, nodesReady, ok, on } from '../lab.ts';

// A host that lacks what only an administrator can give: host1, spoiled in one way at a time, then in all. Not spoiled:
// kernel modules (those of a user-mode Linux are built in) and packages (its mirrors are out of reach); these are run in
// a sandbox, test/unit/preflight/administrator.
const who = 'alice@1';
const root = 'root@1';

interface Spoil {
  /** The check that must find it. */
  readonly id: string;
  /** How, where the check can find several things; such a spoil is left out when all are made at once. */
  readonly how?: string;
  readonly spoil: string;
  /** Puts the host right again, whatever happened. */
  readonly restore: string;
  /** What takes effect only with a new login. */
  readonly login?: boolean;
}

const DELEGATE = '/etc/systemd/system/user@.service.d/delegate.conf';
/** A new login, as far as the user's manager goes; systemd allows five in ten seconds unless told to forget them. */
const AGAIN = 'systemctl reset-failed user@1001.service && systemctl restart user@1001.service';

const range = (id: 'subuid' | 'subgid'): Spoil => ({
  id,
  spoil: `cp -p /etc/${id} /root/${id} && sed -i /^alice:/d /etc/${id}`,
  restore: `mv -f /root/${id} /etc/${id}`,
});

/** A kernel setting, which the running system alone has. */
const setting = (id: string, key: string, value: string): Spoil => {
  const [path, kept] = [`/proc/sys/${key.replaceAll('.', '/')}`, `/root/${key}`];
  return { id, spoil: `cat ${path} > ${kept}; echo ${value} > ${path}`, restore: `cat ${kept} > ${path}` };
};

/** A file of somebody who meant to keep users small. */
const file = (id: string, path: string, text: string): Spoil => ({
  id,
  spoil: `mkdir -p ${path.slice(0, path.lastIndexOf('/'))} && printf '${text}\\n' > ${path} && systemctl daemon-reload`,
  restore: `rm -f ${path} && systemctl daemon-reload`,
  login: true,
});

const SPOILS: readonly Spoil[] = [
  range('subuid'),
  range('subgid'),
  {
    ...range('subuid'),
    how: ' (too few)',
    spoil: 'cp -p /etc/subuid /root/subuid && sed -i s/^alice:.*/alice:300000:2000/ /etc/subuid',
  },
  setting('inotify', 'fs.inotify.max_user_instances', '100'),
  setting('user-namespaces', 'user.max_user_namespaces', '0'),
  setting('ping-group-range', 'net.ipv4.ping_group_range', '1 0'),
  setting('keyrings', 'kernel.keys.maxkeys', '45'),
  setting('low-ports', 'net.ipv4.ip_unprivileged_port_start', '7000'),
  file('open-files', '/etc/security/limits.d/50-small.conf', 'alice hard nofile 4096'),
  file('processes', '/etc/systemd/system/user-.slice.d/50-small.conf', '[Slice]\\nTasksMax=2000'),
  { id: 'lingering', spoil: 'loginctl disable-linger alice', restore: 'loginctl enable-linger alice' },
  {
    id: 'id-map-tools',
    spoil: 'chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap',
    restore: 'chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap',
  },
  {
    id: 'cgroup-controllers',
    // Debian's systemd delegates cpu, memory and pids by itself: cpu is taken back here.
    spoil: `mv ${DELEGATE} /root/ && printf '[Service]\\nDelegate=\\nDelegate=memory pids\\n' > ${DELEGATE} && systemctl daemon-reload`,
    restore: `mv -f /root/delegate.conf ${DELEGATE} && systemctl daemon-reload`,
    login: true,
  },
];

/** Prints everything that spoiling and mending touch, byte for byte. */
const FINGERPRINT = `find /etc -type f -exec sha256sum {} + | sort -k 2; find /etc -printf '%p %m %u\\n' | sort; ls /var/lib/systemd/linger
  stat -c '%n %a' /usr/bin/new[ug]idmap; getcap /usr/bin/new[ug]idmap; head /proc/sys/fs/inotify/max_user_* /proc/sys/user/max_user_namespaces /proc/sys/net/ipv4/ping_group_range
  head /proc/sys/kernel/keys/max* /proc/sys/net/ipv4/ip_unprivileged_port_start; ls /var/lib/rkube 2>&1 || true`;

/** Ids of the checks that find something. */
function problemsIn(json: string): string[] {
  const reports = JSON.parse(json) as { id: string; finding: { state: string } }[];
  return reports
    .filter(({ finding }) => finding.state === 'problem')
    .map(({ id }) => id)
    .sort();
}

const problems = async (): Promise<string[]> => problemsIn((await on(who, 'rkube doctor --json')).stdout);

const NEXT = '-- next --';

/** What doctor finds and prints is reviewed, and carried to the administrator. One login for all: each costs a second. */
async function consult(): Promise<{ found: string[]; root: string; undo: string }> {
  const lines = ['rkube doctor --json', 'rkube doctor --root-script', 'rkube doctor --undo-script'];
  const { stdout } = await on(who, lines.join(`; echo; echo '${NEXT}'; `));
  const [json = '', root = '', undo = ''] = stdout.split(`\n${NEXT}\n`);
  return { found: problemsIn(json), root, undo };
}

const newLogin = (spoils: readonly Spoil[]): string => (spoils.some(({ login }) => login) ? AGAIN : ':');

let made: readonly Spoil[] = [];

/** The commands that spoil the host; what they do is put right after the test. */
function spoil(spoils: readonly Spoil[]): string {
  made = spoils;
  return [...spoils.map((each) => each.spoil), newLogin(spoils)].join('\n');
}

/** Finds exactly what was spoiled, mends it by the root script, twice, and takes that back. */
async function mendAndUndo(
  spoils: readonly Spoil[],
  also: readonly string[] = [],
  mended = async (): Promise<void> => {},
): Promise<void> {
  const spoiled = await ok(root, `set -e\n${spoil(spoils)}\n${FINGERPRINT}`);
  const scripts = await consult();
  expect(scripts.found).toEqual([...spoils.map(({ id }) => id), ...also].sort());
  const twice = `cat > /root/rkube.sh; set -e; sh /root/rkube.sh >&2; ${newLogin(spoils)}; ${FINGERPRINT}; echo '${NEXT}'; sh /root/rkube.sh >&2; rm /root/rkube.sh; ${FINGERPRINT}`;
  const [right, again] = (await ok(root, twice, { input: scripts.root })).split(`\n${NEXT}\n`);
  expect(again).toBe(right);
  expect(await problems()).toEqual([]);
  await mended();
  expect(await ok(root, `set -e; sh /dev/stdin >&2; ${FINGERPRINT}`, { input: scripts.undo })).toBe(spoiled);
}

describe.sequential('one script for the administrator', () => {
  beforeAll(async () => {
    await lab('up', '1', '--fresh');
    await mustBeClean(who);
  });
  afterEach(async () => {
    await on(root, [...made.map(({ restore }) => restore), newLogin(made)].join('\n'));
    made = [];
  });

  test('an unspoiled host has no problem', async () => expect(await problems()).toEqual([]));

  test.for(SPOILS.map((each) => [`${each.id}${each.how ?? ''}`, each] as const))(
    'doctor finds %s, the script mends it, undo brings it back',
    ([, each]) => mendAndUndo([each]),
  );

  test('subordinate ids that somebody else has are told, and left to a person', async () => {
    const overlap = 'cp -p /etc/subuid /root/subuid && sed -n s/^alice:/eve:/p /root/subuid >> /etc/subuid';
    await ok(root, spoil([{ ...range('subuid'), spoil: overlap }]));
    const { found, root: script } = await consult();
    expect(found).toEqual(['subid-overlap']);
    expect(script).toMatch(/# not for a script: Give alice ranges of their own/);
  });

  test('all at once: mended, a cluster is made, and undone', () =>
    mendAndUndo(
      SPOILS.filter(({ how }) => how === undefined),
      // A Podman that a new login has to start anew can not make its user namespace.
      ['engine-found'],
      async () => {
        await ok(who, 'rkube init');
        await nodesReady(who, ['host1']);
        await ok(who, 'rkube delete --yes');
      },
    ));
});
