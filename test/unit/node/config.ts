import { rawLayer } from '../../../src/config/layers.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import type { NodeConfig, RawConfig } from '../../../src/config/types.ts';

/** Complete settings as rkube would resolve them on host1 at 192.0.2.7. */
export function testConfig(settings: RawConfig = {}): Promise<NodeConfig> {
  return resolveConfig({
    flags: {},
    env: {},
    file: rawLayer(settings, 'test'),
    hostname: 'host1',
    address: async () => '192.0.2.7',
  });
}
