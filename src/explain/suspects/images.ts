import type { Look } from '../look.ts';
import { said } from '../look.ts';
import type { Suspect } from './types.ts';

/** A line about an image that could not be pulled, for this reason. */
const unpulled = (reason: string): Look =>
  said(
    new RegExp(`(failed to pull|failed to resolve|ErrImage|ImagePullBackOff).*(${reason})`, 'i'),
    'kubelet',
    'error',
    'containerd',
  );

const LOAD = 'load the image into the node: `rkube shell ctr -n k8s.io images import - < FILE`';

/** Images that pods need. The reason decides; the last takes what the others leave. */
export const IMAGES: readonly Suspect[] = [
  {
    id: 'pull-proxy',
    cause: 'An image could not be pulled: the proxy does not answer',
    fix: `Correct the proxy that containerd in the node is told to use (\`rkube shell systemctl show -p Environment containerd\`), or ${LOAD}`,
    look: unpulled('proxyconnect|proxy authentication required'),
  },
  {
    id: 'pull-certificate',
    cause: "An image could not be pulled: the registry's certificate is not trusted",
    fix: `Add the site's certificate authority below /etc/containerd/certs.d in the node, or ${LOAD}`,
    look: unpulled('x509:|tls: failed to verify'),
  },
  {
    id: 'pull-dns',
    cause: "An image could not be pulled: the registry's name is not resolved",
    fix: `Compare /etc/resolv.conf of the node (\`rkube shell cat /etc/resolv.conf\`) with the host's, or ${LOAD}`,
    look: unpulled('no such host|lookup .*(server misbehaving|i/o timeout|connection refused|temporary failure)'),
  },
  {
    id: 'pull-no-route',
    cause: 'An image could not be pulled: the registry is out of reach',
    fix: `Connect the host, name a proxy, or ${LOAD}`,
    // Not of the proxy or the name server, which the others tell of.
    look: unpulled(
      '(?<!(lookup|proxyconnect) .*)(network is unreachable|no route to host|i/o timeout|connection refused|deadline exceeded|timed out)',
    ),
  },
  {
    id: 'pull-denied',
    cause: 'An image could not be pulled: the registry wants a login, or asks too often for one',
    fix: 'Give the pod an imagePullSecret, or wait; registries limit pulls without a login',
    look: unpulled('unauthorized|denied|403 forbidden|429|toomanyrequests'),
  },
  {
    id: 'image-missing',
    cause: 'An image that a pod names does not exist, or is not in the node and may not be pulled',
    fix: `Correct the image's name, or ${LOAD}`,
    look: unpulled('not found|manifest unknown|ErrImageNeverPull|not present with pull policy of Never'),
  },
];
