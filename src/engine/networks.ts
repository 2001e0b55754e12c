import * as z from 'zod/mini';
import type { CommandResult } from '../core/command.ts';
import { readJson } from './json.ts';
import { engineError } from './outcome.ts';

/** `network inspect`: Docker and nerdctl tell ranges under IPAM, Podman under subnets. */
const Networks = z.array(
  z.object({
    IPAM: z.nullish(z.object({ Config: z.nullish(z.array(z.object({ Subnet: z.optional(z.string()) }))) })),
    subnets: z.nullish(z.array(z.object({ subnet: z.string() }))),
  }),
);

/** IPv4 ranges of an engine network, in CIDR notation. */
export function parseSubnets(result: CommandResult): readonly string[] {
  if (result.exitCode !== 0) throw engineError(result, 'Looking at the engine network');
  return readJson(result, Networks)
    .flatMap(({ IPAM, subnets }) => [
      ...(IPAM?.Config ?? []).map(({ Subnet }) => Subnet),
      ...(subnets ?? []).map(({ subnet }) => subnet),
    ])
    .filter((range): range is string => range !== undefined && !range.includes(':'));
}
