import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lab, mustBeClean, nodesReady, ok, on } from './lab.ts';

// A host that lacks what only an administrator can give: host3, spoiled in one way at a time, then in all.
const who = 'alice@3';
const root = 'root@3';

interface Spoil {
  /** The check that must find it. */
  readonly id: string;
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

const SPOILS: readonly Spoil[] = [
  range('subuid'),
  range('subgid'),
  {
    id: 'inotify',
    spoil:
      'cat /proc/sys/fs/inotify/max_user_instances > /root/inotify; echo 100 > /proc/sys/fs/inotify/max_user_instances',
    restore: 'cat /root/inotify > /proc/sys/fs/inotify/max_user_instances',
  },
  { id: 'lingering', spoil: 'loginctl disable-linger alice', restore: 'loginctl enable-linger alice' },
  {
    id: 'id-map-tools',
    spoil: 'chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap',
    restore: 'chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap',
  },
  {
    id: 'cgroup-controllers',
    // systemd 255 and newer delegates cpu by itself: taken back here.
    spoil: `mv ${DELEGATE} /root/ && printf '[Service]\\nDelegate=\\nDelegate=memory pids\\n' > ${DELEGATE} && systemctl daemon-reload`,
    restore: `mv -f /root/delegate.conf ${DELEGATE} && systemctl daemon-reload && ${AGAIN}`,
    login: true,
  },
];

/** Everything that spoiling and mending touch, byte for byte. */
async function fingerprint(): Promise<string> {
  return ok(
    root,
    `find /etc -type f -exec sha256sum {} + | sort -k 2; find /etc -printf '%p %m %u\\n' | sort; ls /var/lib/systemd/linger
     stat -c '%n %a' /usr/bin/new[ug]idmap; getcap /usr/bin/new[ug]idmap; head /proc/sys/fs/inotify/max_user_*; ls /var/lib/rkube 2>&1 || true`,
  );
}

/** Ids of the checks that find something. */
async function problems(): Promise<string[]> {
  const { stdout } = await on(who, 'rkube doctor --json');
  const reports = JSON.parse(stdout) as { id: string; finding: { state: string } }[];
  return reports.filter(({ finding }) => finding.state === 'problem').map(({ id }) => id);
}

/** What doctor prints is reviewed, carried to the administrator, and run there. */
const asRoot = async (flag: string): Promise<string> =>
  ok(root, 'cat > /root/rkube.sh && sh /root/rkube.sh; code=$?; rm /root/rkube.sh; exit $code', {
    input: await ok(who, `rkube doctor ${flag}`),
  });

/** Finds what was spoiled, mends it by the root script, twice, and takes that back. */
async function mendAndUndo(spoils: readonly Spoil[], mended = async (): Promise<void> => {}): Promise<void> {
  const login = spoils.some(({ login }) => login) ? [AGAIN] : [];
  await ok(root, [...spoils.map(({ spoil }) => spoil), ...login].join(' && '));
  const spoiled = await fingerprint();
  expect(await problems()).toEqual(expect.arrayContaining(spoils.map(({ id }) => id)));
  await asRoot('--root-script');
  for (const line of login) await ok(root, line);
  expect(await problems()).toEqual([]);
  const right = await fingerprint();
  await asRoot('--root-script');
  expect(await fingerprint()).toBe(right);
  await mended();
  await asRoot('--undo-script');
  expect(await fingerprint()).toBe(spoiled);
}

describe.sequential('one script for the administrator', () => {
  beforeAll(async () => {
    await lab('up', '3');
    await mustBeClean(who);
  });
  afterEach(async () => {
    await on(root, SPOILS.map(({ restore }) => `(${restore})`).join('; '));
  });

  test('an unspoiled host has no problem', async () => expect(await problems()).toEqual([]));

  test.for(SPOILS)('doctor finds $id, the script mends it, undo brings it back', (spoil) => mendAndUndo([spoil]));

  test('all at once: mended, a cluster is made, and undone', () =>
    mendAndUndo(SPOILS, async () => {
      await ok(who, 'rkube init');
      await nodesReady(who, ['host3']);
      await ok(who, 'rkube delete --yes');
    }));
});
