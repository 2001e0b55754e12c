import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const LAB = fileURLToPath(new URL('../../scripts/lab', import.meta.url));

/**
 * Deadlines in these tests are those of a host that has a processor for itself. Here four hosts share two: a control
 * plane that takes half a minute to come back takes up to six then, as its API server gives up on etcd once.
 */
const PATIENCE = 3;

/** What a command on a lab host did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly input?: string;
  /** Seconds on a quiet host; default 300. */
  readonly seconds?: number;
}

/** Runs a command line on a host as that user, by ssh, as a person would type it. */
export async function on(who: string, line: string, options: Options = {}): Promise<Outcome> {
  const seconds = (options.seconds ?? 300) * PATIENCE;
  const result = await execa(LAB, ['ssh', who, line], {
    reject: false,
    input: options.input ?? '',
    timeout: seconds * 1000,
    forceKillAfterDelay: 5000,
  });
  if (result.timedOut)
    throw new Error(`${who}: no end within ${seconds} s: ${line}\n${result.stdout}\n${result.stderr}`);
  return { code: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
}

/** The same, and it must end with 0; returns standard output. */
export async function ok(who: string, line: string, options: Options = {}): Promise<string> {
  const { code, stdout, stderr } = await on(who, line, options);
  if (code !== 0) throw new Error(`${who}: exit code ${code}: ${line}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A command of the lab tool itself. */
export async function lab(...args: string[]): Promise<string> {
  const { stdout } = await execa(LAB, args, { timeout: 900_000, stderr: 'inherit' });
  return stdout;
}

/**
 * Asks again until the answer fits; asking that fails is no answer. What was seen last is in the error.
 * @param seconds on a quiet host
 */
export async function eventually<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T>,
  fits: (value: T) => boolean,
): Promise<T> {
  const deadline = seconds * PATIENCE;
  const until = Date.now() + deadline * 1000;
  for (;;) {
    let seen: string;
    try {
      const value = await ask();
      if (fits(value)) return value;
      seen = JSON.stringify(value);
    } catch (error) {
      seen = String(error);
    }
    if (Date.now() > until) throw new Error(`${what}: not so within ${deadline} s; last seen: ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

interface KubeItem {
  metadata: { name: string };
  spec: { nodeName: string };
  status: { podIP?: string; phase: string; conditions: { type: string; status: string }[] };
}

/** Objects by `kubectl get … -o json` through `rkube kubectl`. */
export async function get(who: string, what: string): Promise<KubeItem[]> {
  return (JSON.parse(await ok(who, `rkube kubectl get ${what} -o json`, { seconds: 60 })) as { items: KubeItem[] })
    .items;
}

export const isReady = (item: KubeItem): boolean =>
  item.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

/** Waits until exactly these nodes are Ready. */
export async function nodesReady(who: string, names: readonly string[], seconds = 300): Promise<void> {
  await eventually(
    `nodes ${names.join(', ')} Ready`,
    seconds,
    async () =>
      (await get(who, 'nodes')).map((item) => `${item.metadata.name} ${isReady(item) ? 'Ready' : 'NotReady'}`),
    (seen) =>
      seen.toSorted().join() ===
      names
        .map((name) => `${name} Ready`)
        .toSorted()
        .join(),
  );
}

/** Everything that rkube could leave on a host, as one text; '' when there is nothing. */
export async function residue(who: string, engine = 'podman'): Promise<string> {
  const lines = [
    `${engine} ps -a --filter label=dev.rkube.cluster --format '{{.Names}}'`,
    `${engine} volume ls --filter label=dev.rkube.cluster --format '{{.Name}}'`,
    `${engine} network ls --filter label=dev.rkube.cluster --format '{{.Name}}'`,
    'ls ~/.config/systemd/user ~/.config/systemd/user/*.wants 2>/dev/null | grep rkube',
    'ls -A ~/.kube 2>/dev/null',
    'find ~ \\( -path "*/share/containers" -o -path "*/share/docker" -o -path "*/share/containerd" -o -path "*/share/cni" \\) -prune -o -name "*rkube*" -print 2>/dev/null',
    'pgrep -u $(id -u) -af "[k]ubelet|[c]ontainerd-shim-runc|[k]ube-apiserver|[n]ode scripts/rkube" | head -5',
  ];
  return (await on(who, lines.join('; '))).stdout.trim();
}

/** Tests that begin on an empty host say so when it is not. */
export async function mustBeClean(who: string, engine = 'podman'): Promise<void> {
  const found = await residue(who, engine);
  if (found !== '') throw new Error(`${who} must be clean, found:\n${found}`);
}
