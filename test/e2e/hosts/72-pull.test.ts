import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ProgressEvent } from '../../../src/core/reporter.ts';
import { eventually, lab, mustBeClean, ok, on } from '../lab.ts';

// A registry as an ordinary process on host 1, and pulls from it by both engines over their sockets.
const REGISTRY = '10.99.0.11:5000';
const OWN = 'localhost/rkube-node:v1.36.3';
const REF = `${REGISTRY}/rkube-node:v1.36.3`;
const CONFIG = `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: /var/tmp/rkube-registry } }
http: { addr: "${REGISTRY}" }
`;
const START = `mkdir -p /var/tmp/rkube-registry && cat > /var/tmp/rkube-registry.yml &&
  systemd-run --user --quiet --collect --unit=rkube-registry docker-registry serve /var/tmp/rkube-registry.yml`;
const STOP = 'systemctl --user stop rkube-registry; rm -rf /var/tmp/rkube-registry /var/tmp/rkube-registry.yml';

/** Fastest for a slow guest; both engines unpack it. */
const PUSH = `podman push --quiet --compression-format zstd --compression-level 1 ${OWN} ${REF}`;

const PODMAN = {
  who: 'alice@1',
  engine: 'podman',
  trust: `mkdir -p ~/.config/containers && printf '[[registry]]\\nlocation = "${REGISTRY}"\\ninsecure = true\\n' > ~/.config/containers/registries.conf
    systemctl --user start podman.socket`,
  forget: 'rm -f ~/.config/containers/registries.conf; systemctl --user stop podman.socket podman.service',
};
const DOCKER = {
  who: 'bob@1',
  engine: 'docker',
  trust: `mkdir -p ~/.config/docker && printf '{"insecure-registries": ["${REGISTRY}"]}' > ~/.config/docker/daemon.json
    systemctl --user restart docker`,
  forget: 'rm -f ~/.config/docker/daemon.json; systemctl --user restart docker',
};
const UP = `rkube up --image ${REF} --progress json`;

const events = (text: string): ProgressEvent[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{"ts"'))
    .map((line) => JSON.parse(line) as ProgressEvent);

describe.sequential('a node image from a registry', () => {
  beforeAll(async () => {
    await lab('up', '1');
    for (const { who, engine } of [PODMAN, DOCKER]) await mustBeClean(who, engine);
    await ok(PODMAN.who, START, { input: CONFIG });
    for (const { who, trust } of [PODMAN, DOCKER]) await ok(who, trust);
    await eventually(
      'the registry',
      30,
      () => ok(PODMAN.who, `curl -sSf http://${REGISTRY}/v2/`),
      (text) => text === '{}',
    );
    await ok(PODMAN.who, PUSH);
  });
  // Whatever went wrong, no node stays, and the store has its node image for the tests after.
  afterEach(async () => {
    for (const { who, engine } of [PODMAN, DOCKER])
      await on(
        who,
        `CONTAINER_ENGINE=${engine} rkube delete --yes
        ${engine} image inspect ${OWN} >/dev/null 2>&1 || { ${engine} pull -q ${REF}; ${engine} tag ${REF} ${OWN}; }
        ${engine} rmi ${REF}`,
      );
  });
  afterAll(async () => {
    for (const { who, forget } of [PODMAN, DOCKER]) await on(who, forget);
    await on(PODMAN.who, STOP);
  });

  test.for([DOCKER, PODMAN])('rkube up pulls it by $engine and tells the bytes', async ({ who, engine }) => {
    // Without what it holds already there is something to pull.
    await ok(who, `${engine} rmi ${OWN}`);
    const { code, stderr } = await on(who, `CONTAINER_ENGINE=${engine} ${UP}`);
    const told = events(stderr);
    expect(code, stderr).toBe(0);
    const bytes = told.filter(({ step }) => step === `Pull ${REF}`).flatMap((event) => event.bytes ?? []);
    // How often is the fast or slow host's affair.
    expect(bytes, stderr).not.toEqual([]);
    expect(bytes.map(({ done }) => done)).toEqual(bytes.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(bytes.at(-1)?.total).toBeGreaterThan(100e6);
    expect(bytes.at(-1)?.done).toBe(bytes.at(-1)?.total);
    expect(told.find(({ step, state }) => step === `Pull ${REF}` && state === 'ok')?.seconds).toBeGreaterThan(0);
  });

  test.for([DOCKER, PODMAN])(
    'what the registry does not have is said in its words by $engine',
    async ({ who, engine }) => {
      const { code, stderr } = await on(who, `CONTAINER_ENGINE=${engine} rkube up --image ${REGISTRY}/none:1`);
      expect(code).toBe(1);
      expect(stderr).toContain(
        `Node image ${REGISTRY}/none:1 is not in the engine's store, and it could not be pulled`,
      );
      expect(stderr).toContain('manifest unknown');
    },
  );

  test('Ctrl-C ends a pull: nothing is left, and no engine goes on', async () => {
    const { who } = DOCKER;
    const there = 'docker image ls --all --quiet; docker ps --all --quiet';
    const before = await ok(who, `docker rmi ${OWN} >/dev/null; ${there}`);
    const script = `export CONTAINER_ENGINE=docker; ${UP} 2> pull.log & pid=$!
      until grep -q '"bytes"' pull.log; do kill -0 $pid || break; sleep 0.1; done; kill -INT $pid; wait $pid; code=$?
      cat pull.log >&2; rm pull.log; ${there}; exit $code`;
    const { code, stdout, stderr } = await on(who, script);
    expect(code, stderr).toBe(130);
    expect(stdout).toBe(before);
    expect(events(stderr).at(-1)).toMatchObject({ state: 'fail', msg: `Interrupted during: Pull ${REF}` });
  });
});
