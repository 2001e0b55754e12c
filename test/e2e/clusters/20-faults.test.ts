import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, mustBeClean, nodesReady, ok, residue } from '../lab.ts';

const who = 'alice@1';

/**
 * Starts `rkube init` in the background, sends it a signal as soon as `moment` succeeds, and says how it ended.
 * Without job control bash lets background commands ignore SIGINT; rkube takes it all the same.
 */
const initUntil = (moment: string, signal: string) =>
  ok(
    who,
    `rkube init >/tmp/init.log 2>&1 & pid=$!
     for try in $(seq 600); do ${moment} >/dev/null 2>&1 && break; sleep 0.2; done
     ${moment} >/dev/null 2>&1 || { echo "never came: ${moment.replaceAll('"', '')}"; cat /tmp/init.log; }
     kill -${signal} $pid; wait $pid; echo "ended $?"; tail -n 5 /tmp/init.log`,
  );

const KUBEADM_RUNS = 'podman exec rkube-rkube-host1 pgrep -x kubeadm';

describe.sequential('rkube is interrupted and killed', () => {
  beforeAll(async () => {
    await lab('up', '2');
    await mustBeClean(who);
  });

  test('SIGINT in the middle of init takes back what was begun', async () => {
    const said = await initUntil(KUBEADM_RUNS, 'INT');
    expect(said).toContain('ended 130');
    expect(await residue(who)).toBe('');
  });

  test('killed as soon as the container exists, and the next one in the middle of kubeadm: init succeeds', async () => {
    expect(await initUntil('podman container exists rkube-rkube-host1', 'KILL')).toContain('ended 137');
    expect(await initUntil(KUBEADM_RUNS, 'KILL')).toContain('ended 137');
    await ok(who, 'rkube init');
    await nodesReady(who, ['host1']);
  });

  test('SIGINT in the middle of join takes back what was begun, and the next join succeeds', async () => {
    const ticket = await ok(who, 'rkube join-command');
    const said = await ok(
      'alice@2',
      `cat > /tmp/ticket; rkube join /tmp/ticket >/tmp/join.log 2>&1 & pid=$!
       for try in $(seq 600); do podman exec rkube-rkube-host2 pgrep -x kubeadm >/dev/null 2>&1 && break; sleep 0.2; done
       kill -INT $pid; wait $pid; echo "ended $?"`,
      { input: ticket },
    );
    expect(said).toContain('ended 130');
    expect(await residue('alice@2')).toBe('');
    await ok('alice@2', 'rkube join /tmp/ticket; code=$?; rm /tmp/ticket; exit $code');
    await nodesReady(who, ['host1', 'host2']);
  });

  test('a power failure right after it takes no file, and the worker is back by itself', async () => {
    await lab('reboot', '2', '--hard');
    const empty = (places: string): string => `find ${places} -type f -size 0`;
    const kept = empty('/etc/kubernetes /var/lib/kubelet/pki /usr/local/lib/rkube');
    const answers = async (line: string, words: RegExp) =>
      eventually(
        line,
        120,
        () => ok('alice@2', line),
        (said) => words.test(said),
      );
    await answers('podman exec rkube-rkube-host2 systemctl is-active kubelet', /^active/);
    expect(await ok('alice@2', `podman exec rkube-rkube-host2 ${kept}; ${empty('~/.config/systemd')}`)).toBe('');
    await answers('rkube agent status', /^host2/m);
  });

  test('a container removed behind its back is made again, with its state', async () => {
    await ok('alice@2', 'podman rm --force --time 5 rkube-rkube-host2');
    await ok('alice@2', 'rkube up --worker');
    await nodesReady(who, ['host1', 'host2']);
  });

  test('two at once: one works, the other is refused', async () => {
    const said = await ok(
      'alice@2',
      'rkube down >/tmp/a.log 2>&1 & rkube down >/tmp/b.log 2>&1; echo $?; wait $!; echo $?; cat /tmp/a.log /tmp/b.log',
    );
    expect(said).toContain('Another rkube is working on');
    await ok('alice@2', 'rkube up');
  });
});
