import { manual, ok } from '../finding.ts';
import type { Check } from '../types.ts';

const RUNS = '/run/systemd/timesync';
const SYNCHRONIZED = `${RUNS}/synchronized`;
/** After the boot a time service needs a moment, and often the network. Seconds. */
const GRACE = 300;
/** Services that tell their state to root alone, by what they leave in /run. */
const OTHERS = ['/run/chrony', '/run/chronyd.pid', '/run/ntpd.pid', '/run/ntpsec', '/run/openntpd.sock'];

export const clock: Check = {
  id: 'clock',
  title: 'the clock follows a time server',
  severity: 'warning',
  root: true,
  probe: async ({ host }) => {
    if (await host.stat(SYNCHRONIZED)) return ok(`${SYNCHRONIZED} exists`);
    if (await host.stat(RUNS)) {
      const up = Number.parseFloat((await host.readFile('/proc/uptime')) ?? '0');
      if (up < GRACE) return ok(`systemd-timesyncd has ${GRACE} s from the boot on, ${Math.round(up)} s ago`);
      return manual(
        `systemd-timesyncd runs, but ${SYNCHRONIZED} is absent: no time server has answered since the boot`,
        'Name one that this host reaches in /etc/systemd/timesyncd.conf (NTP=), then: systemctl restart systemd-timesyncd',
      );
    }
    for (const trace of OTHERS) if (await host.stat(trace)) return ok(`${trace} exists; its state only root can see`);
    return ok('no time service to see; the clock may be kept from outside, as in many virtual machines');
  },
};
