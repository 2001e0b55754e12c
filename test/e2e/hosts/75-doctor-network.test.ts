import { beforeAll, describe, expect, test } from 'vitest';
import { eventually, lab, ok, on } from '../lab.ts';

// Drivers are measured for real, and the drop-in that doctor writes is what the engine starts with.

interface Said {
  readonly measurements: readonly {
    network: string;
    ports: string;
    problem: string;
    uplink?: { bitsPerSecond: number; noise: number; cpuSecondsPerGB: number };
    published?: { bitsPerSecond: number };
    source?: { tcp: string; udp: string };
  }[];
  readonly advice: { driver: string; reasons: readonly string[] };
  readonly dropIn: { path: string; text: string; written: boolean };
}

/** Measures and parses; `engine` and further flags. */
const doctor = async (who: string, flags: string): Promise<Said> =>
  JSON.parse(await ok(who, `rkube doctor --network --json ${flags}`, { seconds: 120 })) as Said;

/** Everything below the folder of configuration, byte for byte. */
const fingerprint = (who: string): Promise<string> =>
  ok(who, 'cd && find .config | sort; find .config -type f -exec sha256sum {} + | sort -k 2');

/** What a measurement could leave: processes of drivers that are no engine's, containers, folders. */
const traces = (who: string): Promise<string> =>
  ok(
    who,
    `ps -u $(id -u) -o args= | grep -E '[p]robe|[p]asta|[s]lirp4netns|[r]ootlesskit|[r]ootlessport|input-type=[m]odule' | sort
     podman ps -aq; ls -d /tmp/rootlesskit* $XDG_RUNTIME_DIR/rkube-network-* 2>/dev/null; podman volume ls -q`,
  );

/** Bits a second that no driver stays below, however busy the machine is: the figure is one. */
const SOME = 1e6;

describe.sequential('rkube doctor --network', () => {
  beforeAll(() => lab('up', '1'));

  test.for([
    ['alice@1', 'podman', ['pasta/pasta unknown', 'slirp4netns/rootlessport lost', 'slirp4netns/slirp4netns kept']],
    ['bob@1', 'docker', ['pasta/implicit kept', 'slirp4netns/builtin lost', 'slirp4netns/slirp4netns kept']],
  ] as const)('%s: figures of each driver that is installed, advice, and no trace', async ([who, engine, expected]) => {
    const [config, before] = [await fingerprint(who), await traces(who)];
    const { measurements, advice } = await doctor(who, `--engine ${engine}`);
    const measured = measurements.filter(({ problem }) => problem === '');
    expect(measured.map(({ network, ports, source }) => `${network}/${ports} ${source?.udp}`)).toEqual(expected);
    for (const { uplink, published } of measured) {
      expect(uplink?.bitsPerSecond).toBeGreaterThan(SOME);
      expect(uplink?.cpuSecondsPerGB).toBeGreaterThan(0);
      expect(published?.bitsPerSecond).toBeGreaterThan(SOME);
    }
    expect(measured.map(({ network, ports }) => `${network}/${ports}`)).toContain(advice.driver);
    expect(advice.reasons.length).toBe(measured.length);
    expect(await fingerprint(who)).toBe(config);
    expect(await traces(who)).toBe(before);
  });

  test('bob: the drop-in is shown, written when confirmed, taken by his Docker, and taken back byte for byte', async () => {
    const who = 'bob@1';
    const driver = '--network --engine docker --driver pasta/implicit';
    const drivers = (): Promise<string> =>
      ok(
        who,
        `docker version --format '{{json .Server.Components}}' | jq -r '.[] | select(.Name == "rootlesskit") | .Details.NetworkDriver'`,
      );
    const restart = 'systemctl --user daemon-reload && systemctl --user restart docker.service';
    const before = await fingerprint(who);

    const shown = await on(who, `rkube doctor ${driver} --apply`);
    expect(shown.code).toBe(2);
    expect(shown.stderr).toContain('Environment=DOCKERD_ROOTLESS_ROOTLESSKIT_NET=pasta');
    expect(await fingerprint(who)).toBe(before);

    const { dropIn } = await doctor(who, `${driver.replace('--network ', '')} --apply --yes`);
    expect(dropIn).toMatchObject({
      path: '/home/bob/.config/systemd/user/docker.service.d/rkube-network.conf',
      written: true,
    });
    expect(await ok(who, `cat ${dropIn.path}`)).toBe(dropIn.text.trimEnd());
    expect(await drivers()).toBe('slirp4netns');
    await ok(who, restart);
    await eventually('Docker on pasta', 60, drivers, (name) => name === 'pasta');
    expect((await on(who, `rkube doctor ${driver}`)).stderr).toContain('docker uses pasta/implicit already');

    await ok(who, `cp ${dropIn.path} /tmp/kept && echo '#' >> ${dropIn.path}`);
    expect(await on(who, 'rkube doctor --network --undo')).toMatchObject({ code: 1 });
    await ok(who, `mv /tmp/kept ${dropIn.path}`);
    expect(await ok(who, 'rkube doctor --network --undo')).toContain(dropIn.path);
    expect(await fingerprint(who)).toBe(before);
    await ok(who, restart);
    await eventually('Docker on slirp4netns again', 60, drivers, (name) => name === 'slirp4netns');
  });

  test('alice: what Podman takes for containers from then on is chosen and taken back', async () => {
    const who = 'alice@1';
    const network = (): Promise<string> => ok(who, "podman info --format '{{.Host.RootlessNetworkCmd}}'");
    const before = await fingerprint(who);
    expect(await network()).toBe('pasta');
    const { dropIn } = await doctor(who, '--engine podman --driver slirp4netns/rootlessport --apply --yes');
    expect(dropIn.written).toBe(true);
    expect(await network()).toBe('slirp4netns');
    await ok(who, 'rkube doctor --network --undo');
    expect(await network()).toBe('pasta');
    expect(await fingerprint(who)).toBe(before);
  });

  test('interrupted in the middle, nothing is left', async () => {
    const who = 'alice@1';
    const before = await traces(who);
    const said = await ok(
      who,
      `rkube doctor --network --engine podman >/tmp/network.log 2>&1 & pid=$!
       for try in $(seq 300); do podman ps -q | grep -q . && break; sleep 0.1; done
       kill -INT $pid; wait $pid; echo "ended $?"; cat /tmp/network.log; rm /tmp/network.log`,
      { seconds: 60 },
    );
    expect(said).toContain('ended 130');
    expect(await traces(who)).toBe(before);
  });
});
