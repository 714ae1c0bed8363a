/** Sysctls a walk depends on (networking/ip-sysctl, networking/nf_conntrack-sysctl), as globs below /proc/sys. */
const SETTINGS = [
  'kernel/osrelease',
  'net/ipv4/ip_forward',
  'net/ipv4/ip_nonlocal_bind',
  'net/ipv4/ip_local_port_range',
  'net/ipv4/fwmark_reflect',
  'net/ipv4/tcp_fwmark_accept',
  'net/ipv4/tcp_l3mdev_accept',
  ...['rp_filter', 'route_localnet', 'accept_local', 'src_valid_mark', 'forwarding', 'send_redirects'].map((name) => `net/ipv4/conf/*/${name}`),
  'net/ipv6/bindv6only',
  'net/ipv6/ip_nonlocal_bind',
  'net/ipv6/fwmark_reflect',
  'net/ipv6/conf/*/forwarding',
  'net/ipv6/conf/*/disable_ipv6',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
  'net/netfilter/nf_conntrack_tcp_loose',
  'net/netfilter/nf_conntrack_tcp_be_liberal',
]

const SCRIPT = `#!/bin/sh
# Gathers what decides the fate of a connection in this network namespace, as a transcript for chainwalk.
# It only reads. Run it as root in a pod, on a node, or from a node: nsenter -t PID -n sh collect.sh
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

has() { command -v "$1" >/dev/null 2>&1; }

# Shows a command as it is typed, then what it prints.
show() { has "$1" && { echo "$ $*"; "$@" 2>&1; }; }

# The same for a command that may fail; then nothing is shown.
try() { has "$1" && out=$("$@" 2>/dev/null) && { echo "$ $*"; [ -z "$out" ] || echo "$out"; }; }

# Whether there is a rule, a chain or a policy in what iptables-save printed.
used() { printf '%s\\n' "$1" | grep -Eq '^-A |^:[^ ]+ (-|DROP) '; }

# The rules of one family. Both backends' tables are in effect at the same time; what is empty in one is left out.
rules() {
  if has "$1-nft-save" && has "$1-legacy-save"; then
    nft=$("$1-nft-save" 2>/dev/null)
    # Without the modules there are no legacy tables, and asking would load them. Files of /proc have size 0 whatever they hold.
    legacy=
    if [ -n "$(cat "/proc/net/$2" 2>/dev/null)" ]; then legacy=$("$1-legacy-save" 2>/dev/null); fi
    if used "$legacy"; then echo "$ $1-legacy-save"; printf '%s\\n' "$legacy"; fi
    if used "$nft" || ! used "$legacy"; then echo "$ $1-nft-save"; [ -z "$nft" ] || printf '%s\\n' "$nft"; fi
  else
    show "$1-save"
  fi
}

rules iptables ip_tables_names
rules ip6tables ip6_tables_names

if has ip; then
  show ip addr
  show ip rule
  try ip -6 rule
  # One family each: without -4 some versions of ip print both.
  show ip -4 route show table all
  try ip -6 route show table all
  # Who a frame comes from, for rules that ask.
  try ip neigh
else
  show ifconfig
fi

sockets=
if has ss; then
  try ss -lntupe --inet-sockopt || try ss -lntupe || show ss -lntu
  sockets=$(ss -lntup 2>/dev/null | sed -n 's/.*pid=\\([0-9]*\\).*/\\1/p')
elif has netstat; then
  try netstat -lntupe || try netstat -lntup || show netstat -lntu
  sockets=$(netstat -lntup 2>/dev/null | sed -n 's/.*[ ]\\([0-9][0-9]*\\)\\/.*/\\1/p')
fi

# ss prints no group, and a rule may ask for it.
for pid in $(printf '%s\\n' "$sockets" | sort -un); do
  [ -r "/proc/$pid/status" ] || continue
  echo "$ cat /proc/$pid/status"
  grep -E '^(Name|Pid|Uid|Gid):' "/proc/$pid/status"
done

echo "$ sysctl -a"
for file in @SETTINGS@; do
  [ -r "/proc/sys/$file" ] || continue
  # "/" becomes "." and, as in sysctl, the dot of a name like eth0.100 "/".
  printf '%s = %s\\n' "$(printf '%s' "$file" | tr './' '/.')" "$(cat "/proc/sys/$file" 2>/dev/null | tr '\\t' ' ')"
done

try ipset save
exit 0
`

/** A POSIX shell script that prints all a namespace can tell as a transcript, and changes nothing. */
export const collectScript = (): string => SCRIPT.replace('for file in @SETTINGS@', `cd /proc/sys || exit 0\nfor file in ${SETTINGS.join(' ')}`)
