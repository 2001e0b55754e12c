import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, mustBeClean, nodesReady, ok, on, residue } from '../lab.ts';

// Engines fail, are stopped, restarted, and hold things of others. One host: bob's Docker, which has a daemon to stop,
// and one node of it from test to test; alice's Podman where it is another matter.

const who = 'bob@1';
const other = 'alice@1';
const NODE = 'rkube-rkube-host1';
const rkube = (verb: string): string => `rkube ${verb} --engine docker`;

/** Ends `line` as soon as the engine is stopped in the middle of it; says how it ended. */
const stoppedDuring = (line: string, moment: string) =>
  ok(
    who,
    `${line} >/tmp/verb.log 2>&1 & pid=$!
     for try in $(seq 600); do ${moment} && break; sleep 0.1; done
     ${moment} || { echo "never came: ${moment.replaceAll('"', '')}"; cat /tmp/verb.log; }
     systemctl --user stop docker.service docker.socket 2>/dev/null; wait $pid; echo "ended $?"; tail -n 12 /tmp/verb.log
     systemctl --user start docker`,
    { seconds: 280 },
  );

/** A verb that fails with this exit code and these words, without a stack. */
async function refused(line: string, code: number, words: readonly (string | RegExp)[], user = who): Promise<void> {
  const outcome = await on(user, line, { seconds: 120 });
  const said = `${outcome.stdout}\n${outcome.stderr}`;
  expect(outcome.code, said).toBe(code);
  for (const each of words) expect(said).toMatch(each);
  expect(said).not.toContain('    at ');
}

describe.sequential('engines fail and hold things of others', () => {
  beforeAll(async () => {
    await lab('up', '1');
    await mustBeClean(who);
    await mustBeClean(other);
  });
  afterAll(async () => {
    await on(who, 'systemctl --user start docker; rkube delete --yes --engine docker');
    await on(other, `podman rm -f ${NODE}; podman volume rm ${NODE}-var`);
  });

  test('a socket without a daemon, and a daemon that hangs, are told apart', async () => {
    const listener = "require('net').createServer(()=>{}).listen('/tmp/hung.sock')";
    await ok(
      who,
      `rm -f /tmp/dead.sock; node -e "require('net').createServer().listen('/tmp/dead.sock',()=>process.kill(process.pid,9))"; test -S /tmp/dead.sock`,
    );
    await refused(`DOCKER_HOST=unix:///tmp/dead.sock ${rkube('init')}`, 3, [
      /docker does not answer: .*daemon/,
      'systemctl --user start docker',
    ]);
    await refused(
      `node -e "${listener}" & pid=$!; until test -S /tmp/hung.sock; do sleep 0.1; done; DOCKER_HOST=unix:///tmp/hung.sock timeout 60 ${rkube('init')}; code=$?; kill $pid; rm -f /tmp/hung.sock /tmp/dead.sock; exit $code`,
      3,
      [/docker does not answer: no answer within 2\d s/, 'restart docker'],
    );
    expect(await residue(who, 'docker')).toBe('');
  });

  test('a socket that this user may not use, and an engine elsewhere', async () => {
    await ok(
      'root@1',
      'systemd-run --unit=lab-sock --collect socat UNIX-LISTEN:/run/docker.sock,mode=0600,fork /dev/null && until test -S /run/docker.sock; do sleep 0.1; done',
    );
    await refused(`DOCKER_HOST=unix:///run/docker.sock ${rkube('init')}`, 3, [
      /permission denied/,
      /rootless Docker of your own/,
    ]);
    await ok('root@1', 'systemctl stop lab-sock; rm -f /run/docker.sock');
    await refused(`DOCKER_HOST=ssh://bob@far ${rkube('init')}`, 3, ['ssh://bob@far', 'DOCKER_HOST']);
    await refused(
      'CONTAINER_HOST=ssh://alice@far/x.sock rkube init --engine podman',
      3,
      ['ssh://alice@far/x.sock'],
      other,
    );
  });

  test('container, volume and network of our names that are not ours: named, never touched, nothing half-made', async () => {
    const image = (await ok(who, 'docker images --format "{{.Repository}}:{{.Tag}}"')).split('\n')[0];
    const mine = `docker run -d --name ${NODE} --network none --entrypoint sleep ${image} 1000`;
    const before = await ok(who, `${mine} && docker inspect ${NODE} --format '{{.Id}} {{.State.StartedAt}}'`);
    const words = [`Container ${NODE} is not node`, 'leaves it alone'];
    for (const verb of ['init', 'up', 'down', 'reset --yes', 'delete --yes']) await refused(rkube(verb), 1, words);
    expect(before).toContain(await ok(who, `docker inspect ${NODE} --format '{{.Id}} {{.State.StartedAt}}'`));
    await ok(who, `docker rm -f ${NODE} && docker network create rkube-rkube`);
    await refused(rkube('init'), 1, ["Network rkube-rkube is not rkube's"]);
    await ok(who, 'docker network inspect rkube-rkube && docker network rm rkube-rkube');
    await ok(other, `podman volume create ${NODE}-var`);
    await refused('rkube init --engine podman', 1, [`Volume ${NODE}-var is not rkube's`], other);
    await ok(other, `podman volume inspect ${NODE}-var && podman volume rm ${NODE}-var`);
    expect(await residue(who, 'docker')).toBe('');
    expect(await residue(other)).toBe('');
  });

  test('stopped in the middle of up: a clear error, and the next run repairs', async () => {
    const said = await stoppedDuring(rkube('init'), `docker container inspect ${NODE} >/dev/null 2>&1`);
    expect(said).toMatch(/ended 1$/m);
    expect(said).toMatch(/Cannot connect to the Docker daemon|docker ended with/);
    expect(said).toMatch(/systemctl --user start docker|next run repairs/);
  });

  test('stopped in the middle of kubeadm: the same', async () => {
    const said = await stoppedDuring(rkube('init'), `docker exec ${NODE} pgrep -x kubeadm >/dev/null 2>&1`);
    expect(said).toMatch(/ended 1$/m);
    await ok(who, rkube('init'), { seconds: 500 });
    await nodesReady(who, ['host1']);
  });

  test('restarted underneath: the node comes back, with its port and its cluster', async () => {
    await ok(who, 'systemctl --user restart docker');
    await eventually(
      'the published port answers',
      120,
      () => on(who, 'curl -sk --max-time 5 https://10.99.0.11:6443/readyz'),
      ({ stdout }) => stdout === 'ok',
    );
    await nodesReady(who, ['host1']);
  });

  test('stopped in the middle of down, and up and delete without it: clear errors, and all is as it was', async () => {
    const said = await stoppedDuring(rkube('down'), 'grep -q "Stop the node" /tmp/verb.log');
    expect(said).toMatch(/ended [01]$/m);
    await ok(who, 'systemctl --user stop docker.service docker.socket 2>/dev/null; true');
    for (const verb of ['up', 'down', 'delete --yes', 'status'])
      await refused(rkube(verb), 3, [/docker does not answer/, 'systemctl --user start docker']);
    await ok(who, 'systemctl --user start docker');
    await ok(who, rkube('up'), { seconds: 280 });
    await nodesReady(who, ['host1']);
  });

  test('the node container removed behind our back is made again, with its state', async () => {
    await ok(who, `docker rm -f ${NODE}`);
    await ok(who, rkube('up'), { seconds: 280 });
    await nodesReady(who, ['host1']);
  });

  test('stopped in the middle of delete: the next delete leaves nothing', async () => {
    await stoppedDuring(rkube('delete --yes'), 'grep -q "Remove node" /tmp/verb.log');
    await ok(who, rkube('delete --yes'));
    expect(await residue(who, 'docker')).toBe('');
  });
});
