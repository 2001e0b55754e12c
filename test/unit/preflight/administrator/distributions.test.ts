import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rootScript, undoScript } from '../../../../src/preflight/administrator/scripts.ts';
import { CHECKS } from '../../../../src/preflight/checks/index.ts';
import { problems, runChecks } from '../../../../src/preflight/run.ts';
import { readHost, recordedHost } from '../../../fixtures/hosts/load.ts';
import { Sandbox, whyNot } from './sandbox.ts';

// The script that doctor prints on each distribution, run as root on that distribution's files.

/** Host → what no script mends: another kernel, a boot parameter, an engine, the configuration of NixOS. */
const LEFT: Readonly<Record<string, string>> = {
  'debian-12': '',
  'debian-13': '',
  'ubuntu-22.04': 'engine-version',
  'ubuntu-22.04-docker': '',
  'ubuntu-22.04-raspi': 'engine-version kernel-vxlan',
  'raspberry-pi-os-12': 'cgroup-controllers',
  'ubuntu-24.04': '',
  'fedora-43': '',
  'rhel-8': 'cgroup-v2 kernel-version',
  'rhel-9': '',
  'rhel-9-ipa': '',
  // Podman answers when it is asked again; the recorded one does not.
  'rhel-9-stig': 'engine-found',
  'rhel-10': '',
  'opensuse-leap-15.6': '',
  'opensuse-tumbleweed-vm': 'kernel-vxlan',
  arch: '',
  'arch-upgraded': 'kernel-nftables kernel-overlay kernel-vxlan',
  'arch-hardened': 'engine-found',
  'nixos-25.05': 'lingering',
  'wsl2-ubuntu-24.04': '',
  'wsl2-hybrid': 'cgroup-v2 engine-version user-manager',
};

const MANAGER = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers';
const DROP_IN = '/etc/systemd/system/user@.service.d/delegate.conf';

/** Files of the sandbox, as another login of the user finds them: systemd has delegated what the drop-in says. */
function filesOf(sandbox: Sandbox): Record<string, string> {
  const state = Object.entries(sandbox.state());
  const files = state.filter(([, facts]) => facts.startsWith('100')).map(([path]) => path);
  const texts = Object.fromEntries(files.map((path) => [path, sandbox.read(path) ?? '']));
  const delegated = /^Delegate=(.*)$/m.exec(texts[DROP_IN] ?? '')?.[1];
  return { ...texts, ...(delegated !== undefined && { [MANAGER]: `${delegated}\n` }) };
}

const found = async (host: string, files = {}): Promise<string[]> =>
  problems(await runChecks(CHECKS, recordedHost(host, { files })))
    .map(({ id }) => id)
    .sort();

describe('the root script of each distribution', () => {
  const reason = whyNot('sh');
  let sandbox: Sandbox;

  beforeEach(({ skip }) => {
    skip(reason !== '', reason);
    sandbox = new Sandbox('sh');
  });
  afterEach(() => {
    if (reason === '') sandbox[Symbol.dispose]();
  });

  test.each(Object.entries(LEFT))('%s: mended but for "%s", once, and taken back', async (name, left) => {
    for (const [path, text] of Object.entries(readHost(name).files ?? {}))
      if (/^\/(etc|proc\/sys|usr\/lib\/modprobe\.d)\//.test(path)) sandbox.write(path, text);
    const before = sandbox.state();
    const { host } = recordedHost(name);
    const script = rootScript(host, await runChecks(CHECKS, recordedHost(name)));
    expect(sandbox.run(script)).toMatchObject({ status: 0, stderr: '' });
    expect(await found(name, filesOf(sandbox))).toEqual(left.split(' ').filter(Boolean));
    const after = sandbox.state({ times: true });
    expect(sandbox.run(script)).toMatchObject({ status: 0, stderr: '' });
    expect(sandbox.state({ times: true })).toEqual(after);
    expect(sandbox.run(undoScript())).toMatchObject({ status: 0, stderr: '' });
    expect(sandbox.state()).toEqual(before);
  });
});
