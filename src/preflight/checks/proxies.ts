import type { EngineKind } from '../../config/types.ts';
import { redact } from '../../core/redact.ts';
import { tryJson } from '../../engine/json.ts';
import type { Host } from '../../host/types.ts';
import { ok, problem, skip } from '../finding.ts';
import { bypasses } from '../proxies.ts';
import type { Check } from '../types.ts';

interface Proxy {
  readonly url: string;
  readonly exceptions: string;
  /** Where it is set. */
  readonly source: string;
  /** How exceptions are set there. */
  readonly setting: string;
}

/** What each engine puts into the environment of containers; nerdctl nothing. */
const READ: Readonly<Record<EngineKind, (host: Host) => Promise<Proxy | undefined>>> = {
  podman: fromEnvironment,
  docker: fromDockerConfig,
  nerdctl: async () => undefined,
};

export const proxies: Check = {
  id: 'proxies',
  title: "a proxy is not asked for the cluster's own addresses",
  severity: 'fatal',
  probe: async ({ host, engine, config }) => {
    if (engine === undefined) return skip('no engine to ask');
    const proxy = await READ[engine.kind](host);
    if (proxy === undefined) return ok(`${engine.kind} gives containers no proxy`);
    const { address, podSubnet, serviceSubnet, cluster } = config;
    // The API server has this name on every node (kubeadm/documents.ts).
    const targets = [`api.${cluster}.rkube.internal`, address, podSubnet, serviceSubnet].filter((each) => each !== '');
    const missing = targets.filter((target) => !bypasses(proxy.exceptions, target));
    const evidence = `${proxy.source}: ${redact(proxy.url)}, not for ${proxy.exceptions || 'anything'}`;
    if (missing.length === 0) return ok(evidence);
    const all = [proxy.exceptions, '.rkube.internal', ...missing.filter((each) => !each.endsWith('.internal'))];
    return problem(
      `${evidence}: in the node, kubeadm and the components would ask it for ${missing.join(', ')}`,
      `${proxy.setting}${all.filter(Boolean).join(',')}`,
    );
  },
};

/** Podman hands the variables of its own environment on (containers.conf(5): http_proxy). */
async function fromEnvironment(host: Host): Promise<Proxy | undefined> {
  const value = (name: string): string => host.env[name.toLowerCase()] || host.env[name] || '';
  const name = ['HTTPS_PROXY', 'HTTP_PROXY'].find((each) => value(each) !== '');
  if (name === undefined || (await isOff(host))) return undefined;
  const setting = 'export NO_PROXY=';
  return { url: value(name), exceptions: value('NO_PROXY'), source: `${name} of the environment`, setting };
}

async function isOff(host: Host): Promise<boolean> {
  const config = host.env['XDG_CONFIG_HOME'] || `${host.home}/.config`;
  const files = ['/etc', config].map((folder) => `${folder}/containers/containers.conf`);
  const texts = await Promise.all(files.map((file) => host.readFile(file)));
  const said = texts.map((text) => /^\s*http_proxy\s*=\s*(\w+)/m.exec(text ?? '')?.[1]).findLast(Boolean);
  return said === 'false';
}

/** `proxies.default` of the client's configuration becomes variables of each container. */
async function fromDockerConfig(host: Host): Promise<Proxy | undefined> {
  const file = `${host.env['DOCKER_CONFIG'] || `${host.home}/.docker`}/config.json`;
  const parsed = tryJson((await host.readFile(file)) ?? '') as
    | { proxies?: { default?: Readonly<Record<string, string>> } }
    | undefined;
  const { httpsProxy, httpProxy, noProxy = '' } = parsed?.proxies?.default ?? {};
  const url = httpsProxy || httpProxy;
  return url
    ? { url, exceptions: noProxy, source: file, setting: `Set proxies.default.noProxy in ${file} to ` }
    : undefined;
}
