import { nearest, readDistribution } from '../../host/distribution.ts';
import { type ModuleState, moduleState, readModuleSources } from '../../host/modules.ts';
import type { Host } from '../../host/types.ts';
import { curable, manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

/** Module name → its option of the kernel configuration. */
type Modules = Readonly<Record<string, string>>;

export const kernelVxlan = moduleCheck('kernel-vxlan', 'VXLAN, which connects the nodes', { vxlan: 'CONFIG_VXLAN' });

/** What kube-proxy's rules and the node's own NAT are made of. */
export const kernelNftables = moduleCheck('kernel-nftables', 'nftables with NAT, for Services', {
  nf_tables: 'CONFIG_NF_TABLES',
  nft_chain_nat: 'CONFIG_NFT_NAT',
  nft_nat: 'CONFIG_NFT_NAT',
  nft_masq: 'CONFIG_NFT_MASQ',
  nft_ct: 'CONFIG_NFT_CT',
  nft_numgen: 'CONFIG_NFT_NUMGEN',
  nft_fib_ipv4: 'CONFIG_NFT_FIB_IPV4',
  nft_reject_ipv4: 'CONFIG_NFT_REJECT_IPV4',
});

export const kernelOverlay = moduleCheck('kernel-overlay', 'overlay file systems, for images', {
  overlay: 'CONFIG_OVERLAY_FS',
});

const WORDS: Readonly<Record<ModuleState, string>> = {
  loaded: 'loaded',
  builtin: 'built in',
  loadable: 'loaded by the kernel on first use',
  blocked: 'present but kept from loading by modprobe.d or kernel.modules_disabled',
  replaced: 'out of reach: /lib/modules has only those of other kernels',
  absent: 'not part of this kernel',
  unknown: 'not visible from here',
};

function moduleCheck(id: string, what: string, modules: Modules): Check {
  return {
    id,
    title: `the kernel has ${what}`,
    severity: 'fatal',
    root: true,
    probe: async ({ host }) => {
      const sources = await readModuleSources(host);
      const states = Object.entries(modules).map(([name, option]) => ({
        name,
        state: moduleState(name, option, sources),
      }));
      const inState = (state: ModuleState): string[] =>
        states.filter((each) => each.state === state).map(({ name }) => name);
      const evidence = (Object.keys(WORDS) as ModuleState[])
        .filter((state) => inState(state).length > 0)
        .map((state) => `${inState(state).join(', ')}: ${WORDS[state]}`)
        .join('; ');
      if (inState('absent').length > 0) {
        return manual(evidence, await findModules(host, inState('absent')));
      }
      if (inState('replaced').length > 0) {
        return manual(evidence, 'Reboot: the kernel was upgraded, and the modules of the one that runs are gone');
      }
      if (inState('blocked').length === 0) return ok(evidence);
      return curable(evidence, { kind: 'modules', modules: inState('blocked'), atBoot: sources.disabled });
    },
  };
}

/** Where distributions keep what their small kernels lack; RELEASE as `uname -r`, since other modules do not fit. */
const MORE_MODULES: Readonly<Record<string, string>> = {
  ubuntu: 'apt install linux-modules-extra-RELEASE',
  debian: 'apt install linux-image-$(dpkg --print-architecture), in place of a cloud kernel, and reboot',
  fedora: 'dnf install kernel-modules-RELEASE kernel-modules-extra-RELEASE',
  suse: 'zypper install kernel-default, in place of kernel-default-base, and reboot',
};

async function findModules(host: Host, absent: readonly string[]): Promise<string> {
  const distribution = await readDistribution(host);
  const release = (await host.readFile('/proc/sys/kernel/osrelease'))?.trim() ?? '$(uname -r)';
  const more = distribution.wsl ? 'in Windows: wsl --update' : nearest(distribution, MORE_MODULES);
  const where = more === undefined ? '' : ` (${more.replaceAll('RELEASE', release)})`;
  return `Boot a kernel with ${absent.join(', ')}, or install them${where}`;
}
