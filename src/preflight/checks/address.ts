import { defaultHostAddress, listAddresses } from '../../host/address.ts';
import { ok, problem } from '../finding.ts';
import type { Check } from '../types.ts';

export const address: Check = {
  id: 'address',
  title: 'the host address is on an interface of this host',
  severity: 'fatal',
  probe: async ({ host, config }) => {
    const all = await host.addresses();
    const found = all.find((each) => each.address === config.address);
    if (found && !found.address.startsWith('127.')) return ok(`${found.address} on ${found.interface}`);
    const choice = defaultHostAddress(all);
    const fix = 'address' in choice ? `Take --address ${choice.address} (${choice.why})` : choice.next;
    if (config.address === '') return problem('problem' in choice ? choice.problem : 'no host address set', fix);
    if (found) return problem(`${config.address} is loopback: no other host reaches it`, fix);
    return problem(
      `${config.address} (from ${config.sources.address ?? 'the settings'}) is not among ${listAddresses(all)}`,
      fix,
    );
  },
};
