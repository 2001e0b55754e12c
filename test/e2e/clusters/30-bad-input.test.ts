import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lab, mustBeClean, ok, on, residue } from '../lab.ts';

// host1 has the cluster that the tests before left; host3 is empty, and must stay so.
const first = 'alice@1';
const who = 'alice@3';
let ticket = '';

const word = (line: string): string => /rkube1\.[\w.-]+/.exec(line)?.[0] ?? '';

/** Fails with this exit code and these words, and leaves nothing behind. */
async function refused(line: string, code: number, words: readonly string[], input = ''): Promise<void> {
  const outcome = await on(who, line, { input });
  const said = `${outcome.stdout}\n${outcome.stderr}`;
  expect(outcome.code, said).toBe(code);
  for (const each of words) expect(said).toContain(each);
  expect(said, 'no stack for what is expected').not.toContain('    at ');
  expect(await residue(who)).toBe('');
}

describe.sequential('bad input is refused clearly and leaves nothing', () => {
  beforeAll(async () => {
    await lab('up', '3');
    await ok(first, 'rkube init');
    ticket = await ok(first, 'rkube join-command');
    await mustBeClean(who);
  });
  afterAll(async () => {
    await on(
      'root@3',
      'systemctl stop lab-port; umount /home/alice/small 2>/dev/null; rmdir /home/alice/small 2>/dev/null',
    );
  });

  test('a garbled ticket', async () => {
    const middle = Math.floor(word(ticket).length / 2);
    const garbled =
      word(ticket).slice(0, middle) + (word(ticket)[middle] === 'A' ? 'B' : 'A') + word(ticket).slice(middle + 1);
    await refused('rkube join', 2, ['damaged', 'rkube join-command'], garbled);
  });
  test('a truncated ticket', () => refused('rkube join', 2, ['cut off'], word(ticket).slice(0, -30)));
  test('no ticket at all', () => refused('rkube join', 2, ['Expected a ticket'], 'hello'));
  test('an expired ticket', async () => {
    const short = await ok(first, 'rkube join-command --ttl 1s');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await refused('rkube join', 2, ['expired'], short);
  });
  test('a ticket on the command line, with the reason', () =>
    refused(`rkube join ${word(ticket)}`, 2, ['must not stand on the command line', 'standard input']));
  test('an API port that is taken', async () => {
    await ok('root@3', 'systemd-run --unit=lab-port --collect socat TCP-LISTEN:6443,bind=10.99.0.13,fork /dev/null');
    await refused('rkube init', 3, ['ports-free', '6443']);
    await ok('root@3', 'systemctl stop lab-port');
  });
  test('an unknown engine', () => refused('rkube init --engine lxc', 2, ['lxc', 'podman']));
  test('a rootful engine', async () => {
    const { code, stderr } = await on('root@3', 'rkube init --engine podman');
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('rootful');
  });
  test('no engine', () =>
    refused(
      'mkdir -p /tmp/nopath; ln -sf "$(command -v node)" /tmp/nopath/node; PATH=/tmp/nopath node /usr/local/bin/rkube init',
      3,
      ['podman is not installed'],
    ));
  test('a host address that is not on this host', () => refused('rkube init --address 10.99.0.99', 3, ['10.99.0.99']));
  test('overlapping pod and service ranges', () =>
    refused('rkube init --pod-subnet 10.96.0.0/12', 2, ['10.96.0.0/12', 'service']));
  test('a pod range that holds the host address', () =>
    refused('rkube init --pod-subnet 10.99.0.0/16', 2, ['10.99.0.13']));
  test('a node name with capitals', () => refused('rkube init --node Host3', 2, ['Host3', 'lower']));
  test('bad YAML', () =>
    refused("printf 'ports:\\n  kubelet: [\\n' > /tmp/bad.yaml; rkube init --config /tmp/bad.yaml", 2, [
      '/tmp/bad.yaml:',
    ]));
  test('an unknown key in rkube.yaml, with its place', () =>
    refused("printf 'cluster: x\\nprots: {}\\n' > /tmp/bad.yaml; rkube init --config /tmp/bad.yaml", 2, [
      '/tmp/bad.yaml:2:1',
      'ports',
    ]));
  test('an image that is missing and comes from no registry', () =>
    refused('rkube init --image localhost/none:1', 1, ['localhost/none:1', 'make node-image']));
  test('an image that no registry can be asked for', () =>
    refused('rkube init --image registry.invalid/none:1', 1, ['registry.invalid/none:1', 'could not be pulled']));
  test('a disk that is full while the image is loaded', async () => {
    await ok(
      'root@3',
      'install -d -o alice -g alice /home/alice/small && mount -t tmpfs -o size=100m,uid=1001,gid=1001 tmpfs /home/alice/small',
    );
    await ok(who, 'podman save -o /tmp/node-image.tar localhost/rkube-node:v1.36.3 >/dev/null 2>&1');
    await refused('XDG_DATA_HOME=/home/alice/small/share rkube init --image /tmp/node-image.tar', 1, [
      'no space left on device',
      'Free space',
    ]);
    await on(who, 'rm -f /tmp/node-image.tar');
  });
  test('a control plane that does not answer', async () => {
    await ok(first, 'rkube down');
    await refused('rkube join', 3, ['10.99.0.11:6443/tcp', 'refused'], ticket);
  });
});
