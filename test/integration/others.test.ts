import { describe, expect, it } from 'vitest';
import type { EngineKind } from '../../src/config/types.ts';
import { says } from './says.ts';
import { IMAGE, TestSite } from './site.ts';

// Somebody else's things with names of ours: labels tell. They are never touched.

/** A site on whose engine somebody runs these commands first; NODE stands for the node's name. */
async function siteWith(engine: EngineKind, ...commands: readonly string[]): Promise<TestSite> {
  const site = new TestSite({ engine });
  for (const command of commands) {
    const args = command.replaceAll('NODE', site.node).split(' ');
    const { exitCode, stderr } = await site.fakes.runner.run({ file: engine, args, effect: 'write' });
    expect(exitCode, stderr).toBe(0);
  }
  return site;
}

const CONTAINER = `create --name rkube-rkube-NODE --network none ${IMAGE}`;
const RUNNING = [CONTAINER, 'start rkube-rkube-NODE'];
const OTHER_NODE = `create --name rkube-a-b-c --network none --label dev.rkube.cluster=a-b --label dev.rkube.node=c ${IMAGE}`;

/** What the verb did to the engine and the home folder, and what it said. */
async function outcome(site: TestSite, args: readonly string[]) {
  const before = { things: site.fingerprint(), changes: site.changes() };
  const { exitCode, stdout, stderr } = await site.run(args);
  const untouched = site.fingerprint() === before.things && site.changes().length === before.changes.length;
  return { exitCode, stdout, stderr, untouched };
}

const refused = (message: RegExp) => ({
  exitCode: 1,
  stdout: '',
  stderr: says(new RegExp(`${message.source}[^]*rkube leaves it alone`)),
  untouched: true,
});

const UNLABELLED = /Container rkube-rkube-\S+ is not node .*: it has no label dev\.rkube\.node/;

it.each(['up', 'down', 'delete --yes', 'reset --yes', 'status', 'kubectl get nodes', 'shell', 'logs'])(
  '`rkube %s` leaves a container of the name, which is not ours, alone',
  async (verb) => {
    using site = await siteWith('podman', ...RUNNING);
    expect(await outcome(site, verb.split(' '))).toEqual(refused(UNLABELLED));
  },
);

describe.each(['podman', 'docker', 'nerdctl'] as const)('%s', (engine) => {
  it('a container of the name, not ours', async () => {
    using site = await siteWith(engine, ...RUNNING);
    expect(await outcome(site, ['init'])).toEqual(refused(UNLABELLED));
  });

  it('a node whose cluster and name only read the same when joined', async () => {
    using site = await siteWith(engine, OTHER_NODE);
    expect(await outcome(site, ['delete', '--yes', '--cluster', 'a', '--node', 'b-c'])).toEqual(
      refused(/it is node c of cluster a-b/),
    );
  });

  it('a volume of the name, not ours', async () => {
    using site = await siteWith(engine, 'volume create rkube-rkube-NODE-kubernetes');
    expect(await outcome(site, ['init'])).toEqual(refused(/Volume rkube-rkube-\S+-kubernetes is not rkube's/));
  });
});

describe.each(['docker', 'nerdctl'] as const)('%s', (engine) => {
  it('a network of the name, not ours', async () => {
    using site = await siteWith(engine, 'network create rkube-rkube');
    expect(await outcome(site, ['init'])).toEqual(
      refused(/Network rkube-rkube is not rkube's: it has no label dev\.rkube\.cluster=rkube/),
    );
  });

  it('a network that an earlier node of the cluster left is ours', async () => {
    using site = await siteWith(engine, 'network create --label dev.rkube.cluster=rkube rkube-rkube');
    expect(await site.run(['up'])).toMatchObject({ exitCode: 0 });
  });
});
