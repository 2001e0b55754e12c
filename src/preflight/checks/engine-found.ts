import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

export const engineFound: Check = {
  id: 'engine-found',
  title: 'a container engine answers',
  severity: 'fatal',
  probe: async ({ engine, engineProblem, engineNext }) =>
    engine
      ? ok(
          `${engine.kind} ${engine.version}, network ${engine.networkDriver || 'not told'}, ports ${engine.portDriver || 'not told'}`,
        )
      : manual(
          engineProblem || 'no Podman, Docker or nerdctl on PATH',
          engineNext ||
            'Install rootless Podman, Docker or nerdctl (Debian, Ubuntu: apt install podman uidmap passt), or start the one you have',
        ),
};
